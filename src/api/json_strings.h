// JSON strings and numbers as they lie in a request body: where they end, what they say.
// The JSON decoders use these instead of simdjson's own unescaping for two reasons: a string
// without a backslash needs no copy, and a lone surrogate (cut-off emoji are common in logs)
// becomes U+FFFD instead of costing the whole request.
#pragma once

#include <bit>
#include <cstddef>
#include <string>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace logpond::api {

/// Bytes that must be readable behind any text given to scan_json_string().
inline constexpr std::size_t kScanPadding = 16;

/// A string's text between its quotes, not yet unescaped.
struct RawString {
  std::string_view text;
  bool closed = false;       ///< A closing quote was found before `end`.
  bool has_escapes = false;  ///< There is a backslash in it.
  bool has_control = false;  ///< There is a raw byte below 0x20 in it: not valid JSON.
};

/// The first quote, backslash or raw control byte at or behind `at`; at `end` or behind it when
/// there is none. Requires: kScanPadding readable bytes at `end`.
inline const char* find_string_special(const char* at, const char* end) {
#if defined(__SSE2__)
  // SSE2 is part of x86-64: no dispatch is needed, and strings are too short for wider vectors.
  const __m128i highest_control = _mm_set1_epi8(0x1F);
  for (; at < end; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i slashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    // An unsigned byte is at most 0x1F when taking the smaller of both leaves it as it is.
    const __m128i controls = _mm_cmpeq_epi8(_mm_min_epu8(bytes, highest_control), bytes);
    const auto hits = static_cast<unsigned>(
        _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quotes, slashes), controls)));
    if (hits != 0) return at + std::countr_zero(hits);
  }
  return at;
#else
  while (at < end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20) ++at;
  return at;
#endif
}

/// Finds the end of the string whose opening quote lies just before `begin`.
/// Requires: kScanPadding readable bytes at `end`.
RawString scan_json_string(const char* begin, const char* end);

/// Appends what `raw` says, its escapes undone; lone surrogates become U+FFFD. False, and `out` is
/// as it was, for an escape that JSON does not have. Never appends more bytes than `raw` has.
bool unescape_json(std::string_view raw, std::string& out);

/// True when `text` is a JSON number from its first to its last byte.
bool is_json_number(std::string_view text);

}  // namespace logpond::api
