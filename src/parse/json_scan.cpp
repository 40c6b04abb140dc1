#include "parse/json_scan.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

#include "codec/unicode.h"

namespace logpond::parse {

namespace {

/// First quote or backslash at or after `place`, or the end.
std::size_t find_string_mark(std::string_view text, std::size_t place) {
#if defined(__x86_64__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  for (; place + 16 <= text.size(); place += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + place));
    const int mask = _mm_movemask_epi8(
        _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)));
    if (mask != 0) {
      return place + static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(mask)));
    }
  }
#endif
  while (place < text.size() && text[place] != '"' && text[place] != '\\') ++place;
  return place;
}

/// Numbers and words end at a blank or at what can follow a value.
std::size_t scan_token(std::string_view text, std::size_t place) {
  for (; place < text.size(); ++place) {
    switch (text[place]) {
      case ' ':
      case '\n':
      case '\r':
      case '\t':
      case ',':
      case '}':
      case ']':
        return place;
      default:
        break;
    }
  }
  return place;
}

JsonValue scan_word(std::string_view text, std::size_t place) {
  const std::size_t end = scan_token(text, place);
  JsonValue value{.text = text.substr(place, end - place), .end = end};
  const char first = text[place];
  if (first == '-' || (first >= '0' && first <= '9')) {
    value.kind = JsonKind::kNumber;
  } else if (value.text == "true" || value.text == "false") {
    value.kind = JsonKind::kBool;
  } else if (value.text != "null") {
    value.error = json_error::kUnknown;
  }
  return value;
}

/// Value of the four digits of a \u escape at `digits`; above 0xFFFF when they are none.
std::uint32_t read_hex4(std::string_view digits) {
  constexpr std::uint32_t kNone = 0x10000;
  if (digits.size() < 4) return kNone;
  std::uint32_t value = 0;
  for (const char c : digits.substr(0, 4)) {
    const int digit = codec::hex_digit(c);
    if (digit < 0) return kNone;
    value = value * 16 + static_cast<std::uint32_t>(digit);
  }
  return value;
}

struct UnicodeEscape {
  std::uint32_t code_point = 0;
  std::size_t size = 0;  ///< Bytes of source after the backslash; 0 for a bad one.
};

/// `rest` begins with the `u`.
UnicodeEscape read_unicode_escape(std::string_view rest, EscapeRules rules) {
  constexpr std::uint32_t kReplacementMark = 0xFFFD;
  const std::uint32_t first = read_hex4(rest.substr(1));
  if (first > 0xFFFF) return {};
  if (codec::is_code_point(first)) return {first, 5};
  if (first < 0xDC00 && rest.size() >= 11 && rest[5] == '\\' && rest[6] == 'u') {
    const std::uint32_t second = read_hex4(rest.substr(7));
    if (second >= 0xDC00 && second <= 0xDFFF) {
      return {0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00), 11};
    }
  }
  if (rules == EscapeRules::kLogfmt) return {kReplacementMark, 5};
  return {};
}

char simple_escape(char c, EscapeRules rules) {
  switch (c) {
    case '\'':
      return rules == EscapeRules::kLogfmt ? c : '\0';
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

}  // namespace

JsonString scan_json_string(std::string_view text, std::size_t place) {
  JsonString string;
  while (true) {
    place = find_string_mark(text, place);
    if (place >= text.size()) return {kNoPlace, string.has_escape};
    if (text[place] == '"') {
      string.end = place;
      return string;
    }
    string.has_escape = true;
    place += 2;
  }
}

std::size_t scan_json_block(std::string_view text, std::size_t place) {
  const char open = text[place];
  const char close = open == '{' ? '}' : ']';
  std::size_t level = 0;
  for (; place < text.size(); ++place) {
    const char c = text[place];
    if (c == '"') {
      place = scan_json_string(text, place + 1).end;
      if (place == kNoPlace) return kNoPlace;
    } else if (c == open) {
      ++level;
    } else if (c == close && --level == 0) {
      return place + 1;
    }
  }
  return kNoPlace;
}

JsonValue scan_json_value(std::string_view text, std::size_t place) {
  const char first = text[place];
  if (first == '"') {
    const JsonString string = scan_json_string(text, place + 1);
    if (string.end == kNoPlace) return {.error = json_error::kString};
    return {.kind = JsonKind::kString,
            .text = text.substr(place + 1, string.end - place - 1),
            .has_escape = string.has_escape,
            .end = string.end + 1};
  }
  if (first != '{' && first != '[') return scan_word(text, place);
  const std::size_t end = scan_json_block(text, place);
  if (end == kNoPlace) return {.error = first == '{' ? json_error::kObject : json_error::kArray};
  return {.kind = first == '{' ? JsonKind::kObject : JsonKind::kArray,
          .text = text.substr(place, end - place),
          .end = end};
}

std::size_t unescape_json(std::string_view inside, EscapeRules rules, char* out) {
  char* const begin = out;
  std::string character;
  while (true) {
    const std::size_t plain = std::min(inside.find('\\'), inside.size());
    std::memcpy(out, inside.data(), plain);
    out += plain;
    inside.remove_prefix(plain);
    if (inside.empty()) return static_cast<std::size_t>(out - begin);
    inside.remove_prefix(1);
    if (inside.empty()) return kNoPlace;
    if (inside.front() == 'u') {
      const UnicodeEscape escape = read_unicode_escape(inside, rules);
      if (escape.size == 0) return kNoPlace;
      character.clear();
      codec::append_utf8(character, escape.code_point);
      std::memcpy(out, character.data(), character.size());
      out += character.size();
      inside.remove_prefix(escape.size);
    } else {
      const char c = simple_escape(inside.front(), rules);
      if (c == '\0') return kNoPlace;
      *out++ = c;
      inside.remove_prefix(1);
    }
  }
}

}  // namespace logpond::parse
