// Single characters: UTF-8 both ways, and hexadecimal digits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace logpond::codec {

/// Value of a hexadecimal digit, -1 for any other byte.
constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// True for what UTF-8 can hold: up to U+10FFFF without the surrogates.
constexpr bool is_code_point(std::uint32_t value) {
  return value < 0xD800 || (value > 0xDFFF && value <= 0x10FFFF);
}

/// Requires: is_code_point(code_point).
void append_utf8(std::string& out, std::uint32_t code_point);

struct DecodedCharacter {
  std::uint32_t code_point = 0;
  std::size_t size = 1;  ///< Bytes of the character; of an invalid one those that belong together.
  bool valid = false;
};

/// The character at the begin of `text`. An invalid one takes the bytes that could have begun a
/// character (Unicode's "maximal subpart"), one at least. Requires: `text` is not empty.
DecodedCharacter decode_utf8(std::string_view text);

}  // namespace logpond::codec
