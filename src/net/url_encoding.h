// Percent-encoding of paths, queries and forms.
#pragma once

#include <string>
#include <string_view>

namespace logpond::net {

enum class PlusSign { kLiteral, kBlank };

/// Replaces `%41` by `A`, and `+` by a blank when asked. A broken escape stays as it is.
std::string percent_decode(std::string_view text, PlusSign plus);

}  // namespace logpond::net
