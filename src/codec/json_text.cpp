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

/// What stands for a byte inside a JSON string; size 0: the byte itself.
struct Escape {
  std::array<char, 6> text{};
  std::uint8_t size = 0;
};
constexpr std::array<Escape, 256> make_escapes() {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::array<Escape, 256> escapes{};
  for (std::size_t c = 0; c < 0x20; ++c) {
    escapes[c] = {{'\\', 'u', '0', '0', kHex[c >> 4], kHex[c & 0x0F]}, 6};
  }
  const auto letter = [&](char c, char l) {
    escapes[static_cast<unsigned char>(c)] = {{'\\', l}, 2};
  };
  letter('"', '"');
  letter('\\', '\\');
  letter('\n', 'n');
  letter('\r', 'r');
  letter('\t', 't');
  letter('\b', 'b');
  letter('\f', 'f');
  return escapes;
}
constexpr std::array<Escape, 256> kEscapes = make_escapes();
constexpr std::size_t kEscapeSizeMax = 6;

constexpr std::size_t kBlock = 16;

/// Appends at most a block, byte by byte.
void append_short(std::string& out, std::string_view text) {
  std::array<char, kBlock * kEscapeSizeMax> buffer;
  char* end = buffer.data();
  for (const char c : text) {
    const Escape& escape = kEscapes[static_cast<unsigned char>(c)];
    if (escape.size == 0) {
      *end++ = c;
    } else {
      std::memcpy(end, escape.text.data(), escape.text.size());
      end += escape.size;
    }
  }
  out.append(buffer.data(), end);
}

#if defined(__x86_64__)

/// A bit for each of the 16 bytes that must be escaped.
unsigned escaped_bytes(__m128i block) {
  const __m128i last_control = _mm_set1_epi8(0x1F);
  const __m128i control = _mm_cmpeq_epi8(_mm_max_epu8(block, last_control), last_control);
  const __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
  return static_cast<unsigned>(
      _mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash))));
}

__m128i load_block(const char* text) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
}

/// Appends the block at `text`, whose bytes in `mask` must be escaped. Reads up to 15 bytes beyond
/// it: pieces between two escapes are copied by whole blocks, of which only the begin counts.
void append_block(std::string& out, const char* text, unsigned mask) {
  std::array<char, kBlock * kEscapeSizeMax + kBlock> buffer;
  char* end = buffer.data();
  std::size_t done = 0;
  for (; mask != 0; mask &= mask - 1) {
    const auto place = static_cast<std::size_t>(std::countr_zero(mask));
    std::memcpy(end, text + done, kBlock);
    end += place - done;
    const Escape& escape = kEscapes[static_cast<unsigned char>(text[place])];
    std::memcpy(end, escape.text.data(), escape.text.size());
    end += escape.size;
    done = place + 1;
  }
  if (done < kBlock) std::memcpy(end, text + done, kBlock);
  end += kBlock - done;
  out.append(buffer.data(), end);
}

#endif

/// Appends valid UTF-8 with its escapes.
void append_body(std::string& out, std::string_view text) {
  std::size_t place = 0;
#if defined(__x86_64__)
  std::size_t clean = 0;  // bytes from here to place are clean, and not appended yet
  for (; place + kBlock <= text.size(); place += kBlock) {
    const unsigned mask = escaped_bytes(load_block(text.data() + place));
    if (mask == 0) continue;
    out.append(text.data() + clean, place - clean);
    clean = place + kBlock;
    if (place + 2 * kBlock <= text.size()) {
      append_block(out, text.data() + place, mask);
    } else {
      append_short(out, text.substr(place, kBlock));
    }
  }
  if (text.size() >= kBlock) {
    // The last block reaches back over bytes that are done; their bits fall out at the low end.
    const unsigned mask = escaped_bytes(load_block(text.data() + text.size() - kBlock));
    if (mask >> (kBlock - (text.size() - place)) == 0) place = text.size();
  }
  out.append(text.data() + clean, place - clean);
#endif
  for (; place < text.size(); place += kBlock) append_short(out, text.substr(place, kBlock));
}

/// ASCII is told from the rest by one bit per byte, at a fraction of the cost of validation.
bool is_ascii(std::string_view text) {
  std::size_t place = 0;
#if defined(__x86_64__)
  if (text.size() >= kBlock) {
    __m128i all = load_block(text.data() + text.size() - kBlock);
    for (; place + kBlock <= text.size(); place += kBlock) {
      all = _mm_or_si128(all, load_block(text.data() + place));
    }
    return _mm_movemask_epi8(all) == 0;
  }
#endif
  unsigned all = 0;
  for (; place < text.size(); ++place) all |= static_cast<unsigned char>(text[place]);
  return all < 0x80;
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
  if (is_ascii(text) || is_valid_utf8(text)) {
    append_body(out, text);
  } else {
    append_body(out, repair_utf8(text));
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
