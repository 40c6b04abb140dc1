#include "api/json_strings.h"

#include <cstdint>

#include "codec/unicode.h"

namespace logpond::api {
namespace {

/// Continues byte by byte from the first backslash or control byte at `at`.
RawString scan_slowly(const char* begin, const char* at, const char* end) {
  RawString found;
  while (at < end && *at != '"') {
    if (*at == '\\') {
      found.has_escapes = true;
      ++at;
      if (at >= end) break;
    }
    if (static_cast<unsigned char>(*at) < 0x20) found.has_control = true;
    ++at;
  }
  if (at > end) at = end;
  found.closed = at < end;
  found.text = {begin, static_cast<std::size_t>(at - begin)};
  return found;
}

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// Reads `uXXXX` at the front of `rest` (behind the backslash). False when it is not that.
bool take_code_unit(std::string_view& rest, std::uint32_t& unit) {
  if (rest.size() < 5 || rest.front() != 'u') return false;
  unit = 0;
  for (std::size_t i = 1; i < 5; ++i) {
    const int digit = codec::hex_digit(rest[i]);
    if (digit < 0) return false;
    unit = unit * 16 + static_cast<std::uint32_t>(digit);
  }
  rest.remove_prefix(5);
  return true;
}

bool append_code_point(std::string_view& rest, std::string& out) {
  std::uint32_t unit = 0;
  if (!take_code_unit(rest, unit)) return false;
  if (unit < 0xD800 || unit > 0xDFFF) {
    codec::append_utf8(out, unit);
    return true;
  }
  if (unit < 0xDC00 && !rest.empty() && rest.front() == '\\') {
    std::string_view after = rest.substr(1);
    std::uint32_t low = 0;
    if (take_code_unit(after, low) && low >= 0xDC00 && low <= 0xDFFF) {
      codec::append_utf8(out, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
      rest = after;
      return true;
    }
  }
  out.append(kReplacement);
  return true;
}

char simple_escape(char c) {
  switch (c) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '/':
      return '/';
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

std::size_t count_digits(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
  return count;
}

}  // namespace

RawString scan_json_string(const char* begin, const char* end) {
  const char* const hit = find_string_special(begin, end);
  if (hit >= end) return {{begin, static_cast<std::size_t>(end - begin)}, false, false, false};
  if (*hit != '"') return scan_slowly(begin, hit, end);
  return {{begin, static_cast<std::size_t>(hit - begin)}, true, false, false};
}

bool unescape_json(std::string_view raw, std::string& out) {
  const std::size_t size_before = out.size();
  while (!raw.empty()) {
    const std::size_t slash = raw.find('\\');
    out.append(raw.substr(0, slash));
    if (slash == std::string_view::npos) return true;
    raw.remove_prefix(slash + 1);
    bool ok = !raw.empty();
    if (ok && raw.front() == 'u') {
      ok = append_code_point(raw, out);
    } else if (ok) {
      const char c = simple_escape(raw.front());
      ok = c != '\0';
      out.push_back(c);
      raw.remove_prefix(1);
    }
    if (!ok) {
      out.resize(size_before);
      return false;
    }
  }
  return true;
}

bool is_json_number(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  const std::size_t whole = count_digits(text);
  if (whole == 0 || (whole > 1 && text.front() == '0')) return false;
  text.remove_prefix(whole);
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    const std::size_t fraction = count_digits(text);
    if (fraction == 0) return false;
    text.remove_prefix(fraction);
  }
  if (!text.empty() && (text.front() == 'e' || text.front() == 'E')) {
    text.remove_prefix(1);
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
    const std::size_t exponent = count_digits(text);
    if (exponent == 0) return false;
    text.remove_prefix(exponent);
  }
  return text.empty();
}

}  // namespace logpond::api
