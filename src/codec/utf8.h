// UTF-8: validation and repair.
#pragma once

#include <string>
#include <string_view>

namespace logpond::codec {

bool is_valid_utf8(std::string_view text);
/// Each maximal invalid sequence becomes U+FFFD.
std::string repair_utf8(std::string_view text);

}  // namespace logpond::codec
