#include "codec/go_string.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <optional>

#include "codec/unicode.h"

namespace logpond::codec {

namespace {

tl::unexpected<Error> invalid_syntax() {
  return fail(ErrorCode::kInvalidArgument, "invalid syntax");
}

std::optional<char> simple_escape(char c) {
  switch (c) {
    case 'a':
      return '\a';
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
    case 'v':
      return '\v';
    case '\\':
      return '\\';
    case '"':
      return '"';
    default:
      return std::nullopt;
  }
}

/// Reads exactly `count` digits of `base` off the begin of `rest`.
std::optional<std::uint32_t> read_digits(std::string_view& rest, std::size_t count, unsigned base) {
  if (rest.size() < count) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : rest.substr(0, count)) {
    const int digit = hex_digit(c);
    if (digit < 0 || static_cast<unsigned>(digit) >= base) return std::nullopt;
    value = value * base + static_cast<std::uint32_t>(digit);
  }
  rest.remove_prefix(count);
  return value;
}

/// Reads what follows a backslash and appends it to `out`.
bool read_escape(std::string_view& rest, std::string& out) {
  if (rest.empty()) return false;
  const char kind = rest.front();
  if (const std::optional<char> simple = simple_escape(kind)) {
    rest.remove_prefix(1);
    out += *simple;
    return true;
  }
  if (kind >= '0' && kind <= '7') {
    const auto value = read_digits(rest, 3, 8);
    if (!value || *value > 0xFF) return false;
    out += static_cast<char>(*value);
    return true;
  }
  rest.remove_prefix(1);
  if (kind == 'x') {
    const auto value = read_digits(rest, 2, 16);
    if (!value) return false;
    out += static_cast<char>(*value);
    return true;
  }
  if (kind != 'u' && kind != 'U') return false;
  const auto value = read_digits(rest, kind == 'u' ? 4 : 8, 16);
  if (!value || !is_code_point(*value)) return false;
  append_utf8(out, *value);
  return true;
}

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};
/// What Go does not print above ASCII: control and format characters, spaces, surrogates, private
/// use. Code points that Unicode has not assigned yet are shown; Go escapes them.
constexpr Range kUnseen[] = {
    {0x80, 0xA0},       {0xAD, 0xAD},       {0x600, 0x605},     {0x61C, 0x61C},
    {0x6DD, 0x6DD},     {0x70F, 0x70F},     {0x890, 0x891},     {0x8E2, 0x8E2},
    {0x1680, 0x1680},   {0x180E, 0x180E},   {0x2000, 0x200F},   {0x2028, 0x202F},
    {0x205F, 0x206F},   {0x3000, 0x3000},   {0xD800, 0xF8FF},   {0xFEFF, 0xFEFF},
    {0xFFF0, 0xFFFB},   {0xFFFE, 0xFFFF},   {0x110BD, 0x110BD}, {0x110CD, 0x110CD},
    {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE00FF},
    {0xE01F0, 0x10FFFF}};

bool is_seen(std::uint32_t code_point) {
  const auto* const range =
      std::ranges::lower_bound(kUnseen, code_point, {}, [](const Range& r) { return r.last; });
  return range == std::end(kUnseen) || code_point < range->first;
}

void append_hex(std::string& out, std::uint32_t value, int digits) {
  constexpr char kHex[] = "0123456789abcdef";
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += kHex[(value >> shift) & 0x0F];
}

void append_quoted_ascii(std::string& out, unsigned char c) {
  constexpr std::string_view kEscaped = "\a\b\f\n\r\t\v\\\"";
  constexpr std::string_view kLetters = "abfnrtv\\\"";
  if (const std::size_t i = kEscaped.find(static_cast<char>(c)); i != std::string_view::npos) {
    out += '\\';
    out += kLetters[i];
  } else if (c < 0x20 || c == 0x7F) {
    out += "\\x";
    append_hex(out, c, 2);
  } else {
    out += static_cast<char>(c);
  }
}

}  // namespace

Result<std::string> unquote_go(std::string_view literal) {
  if (literal.size() < 2 || literal.front() != literal.back()) return invalid_syntax();
  const char quote = literal.front();
  std::string_view rest = literal.substr(1, literal.size() - 2);
  std::string out;
  out.reserve(rest.size());
  if (quote == '`') {
    if (rest.find('`') != std::string_view::npos) return invalid_syntax();
    std::ranges::copy_if(rest, std::back_inserter(out), [](char c) { return c != '\r'; });
    return out;
  }
  if (quote != '"') return invalid_syntax();
  while (!rest.empty()) {
    const std::size_t plain = std::min(rest.find_first_of("\\\"\n"), rest.size());
    out += rest.substr(0, plain);
    rest.remove_prefix(plain);
    if (rest.empty()) break;
    if (rest.front() != '\\') return invalid_syntax();
    rest.remove_prefix(1);
    if (!read_escape(rest, out)) return invalid_syntax();
  }
  return out;
}

void append_go_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80) {
      append_quoted_ascii(out, lead);
      text.remove_prefix(1);
      continue;
    }
    const DecodedCharacter character = decode_utf8(text);
    if (!character.valid) {
      out += "\\x";
      append_hex(out, lead, 2);
      text.remove_prefix(1);
      continue;
    }
    if (is_seen(character.code_point)) {
      out += text.substr(0, character.size);
    } else if (character.code_point < 0x10000) {
      out += "\\u";
      append_hex(out, character.code_point, 4);
    } else {
      out += "\\U";
      append_hex(out, character.code_point, 8);
    }
    text.remove_prefix(character.size);
  }
  out += '"';
}

}  // namespace logpond::codec
