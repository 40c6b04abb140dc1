// JSON strings and numbers as they lie in a request body: where they end, what they say.
// The JSON decoders use these instead of simdjson's own unescaping for two reasons: a string
// without a backslash needs no copy, and a lone surrogate (cut-off emoji are common in logs)
// becomes U+FFFD instead of costing the whole request.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

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

/// Finds the end of the string whose opening quote lies just before `begin`.
/// Requires: kScanPadding readable bytes at `end`.
RawString scan_json_string(const char* begin, const char* end);

/// Appends what `raw` says, its escapes undone; lone surrogates become U+FFFD. False, and `out` is
/// as it was, for an escape that JSON does not have. Never appends more bytes than `raw` has.
bool unescape_json(std::string_view raw, std::string& out);

/// True when `text` is a JSON number from its first to its last byte.
bool is_json_number(std::string_view text);

}  // namespace logpond::api
