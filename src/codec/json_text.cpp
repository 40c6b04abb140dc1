#include "codec/json_text.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

#include "codec/utf8.h"

namespace logpond::codec {

namespace {

bool needs_care(unsigned char c) {
  return c < 0x20 || c >= 0x80 || c == '"' || c == '\\';
}

/// Bytes at the begin of `text` that a JSON string may hold as they are: ASCII without control
/// characters, quote and backslash; with `high` also bytes from 0x80.
std::size_t clean_prefix(std::string_view text, bool high) {
  std::size_t i = 0;
#if defined(__x86_64__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i last_control = _mm_set1_epi8(0x1F);
  for (; i + 16 <= text.size(); i += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + i));
    const __m128i control = _mm_cmpeq_epi8(_mm_max_epu8(block, last_control), last_control);
    const __m128i escaped =
        _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash));
    const __m128i special = _mm_or_si128(control, escaped);
    const int mask = _mm_movemask_epi8(high ? special : _mm_or_si128(special, block));
    if (mask != 0)
      return i + static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(mask)));
  }
#endif
  for (; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (needs_care(c) && !(high && c >= 0x80)) break;
  }
  return i;
}

void append_escape(std::string& out, unsigned char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    default:
      break;
  }
  constexpr char kHex[] = "0123456789abcdef";
  const char escape[] = {'\\', 'u', '0', '0', kHex[c >> 4], kHex[c & 0x0F]};
  out.append(escape, sizeof escape);
}

/// Returns false, with `text` at the place, when it meets a byte from 0x80 and `high` is not set.
bool append_body(std::string& out, std::string_view& text, bool high) {
  while (true) {
    const std::size_t clean = clean_prefix(text, high);
    out.append(text.data(), clean);
    text.remove_prefix(clean);
    if (text.empty()) return true;
    const auto c = static_cast<unsigned char>(text.front());
    if (c >= 0x80) return false;
    append_escape(out, c);
    text.remove_prefix(1);
  }
}

// The specification asks for the exponent form "for very large and small" values without naming
// bounds: these are those of Prometheus' own JSON. Between them a decimal has no exponent.
constexpr double kPlainMin = 1e-6;
constexpr double kPlainMax = 1e21;
/// From here on a double's exact digits are more than it takes to read it back.
constexpr double kExactMax = 9007199254740992.0;

/// The shortest digits, filled up with zeros: to_chars(fixed) would print digits nobody gave.
std::string long_integer(double value) {
  std::array<char, 64> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific);
  const std::string_view form(text.data(), static_cast<std::size_t>(end.ptr - text.data()));
  const std::size_t mark = form.find('e');
  int exponent = 0;
  std::from_chars(form.data() + mark + 2, end.ptr, exponent);
  std::string out;
  std::size_t digits = 0;
  for (const char c : form.substr(0, mark)) {
    if (c == '.') continue;
    out += c;
    if (c != '-') ++digits;
  }
  out.append(static_cast<std::size_t>(exponent) + 1 - digits, '0');
  return out;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  // ASCII first; the first other byte decides for the whole rest whether it needs repair.
  if (!append_body(out, text, false)) {
    if (is_valid_utf8(text)) {
      append_body(out, text, true);
    } else {
      const std::string repaired = repair_utf8(text);
      std::string_view rest = repaired;
      append_body(out, rest, true);
    }
  }
  out += '"';
}

std::string format_sample(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  const double size = std::fabs(value);
  const bool plain = size == 0 || (size >= kPlainMin && size < kPlainMax);
  if (plain && size >= kExactMax) return long_integer(value);
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific);
  return {text.data(), end.ptr};
}

}  // namespace logpond::codec
