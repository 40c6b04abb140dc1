// Writing JSON straight into a string.
#pragma once

#include <string>
#include <string_view>

namespace logpond::codec {

/// Appends `text` as a JSON string with its quotes. Invalid UTF-8 becomes U+FFFD; control
/// characters, quote and backslash are escaped; U+2028/9 and <, >, & are left as they are.
void append_json_string(std::string& out, std::string_view text);

/// Shortest decimal that reads back as `value`, as Prometheus prints samples: `NaN`, `+Inf`,
/// `-Inf`, `1e+21`.
std::string format_sample(double value);

}  // namespace logpond::codec
