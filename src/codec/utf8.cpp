#include "codec/utf8.h"

#include <simdjson.h>

#include "codec/unicode.h"

namespace logpond::codec {

bool is_valid_utf8(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

std::string repair_utf8(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string out;
  out.reserve(text.size() + 16);
  while (!text.empty()) {
    const DecodedCharacter character = decode_utf8(text);
    out += character.valid ? text.substr(0, character.size) : kReplacement;
    text.remove_prefix(character.size);
  }
  return out;
}

}  // namespace logpond::codec
