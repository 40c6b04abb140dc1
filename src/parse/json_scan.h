// Walking over JSON text without building anything: the forgiving reading that LogQL's `json` has.
// What is not looked at is not checked; a place is an offset into the text.
#pragma once

#include <cstddef>
#include <string_view>

namespace logpond::parse {

/// Answers "not there".
inline constexpr std::size_t kNoPlace = std::string_view::npos;

enum class JsonKind { kString, kNumber, kBool, kNull, kArray, kObject };

/// Why a value could not be read; the words are Loki's.
namespace json_error {
inline constexpr std::string_view kMalformed = "Malformed JSON error";
inline constexpr std::string_view kKeyEscape = "Encountered an invalid escape sequence in a string";
inline constexpr std::string_view kString = "Value is string, but can't find closing '\"' symbol";
inline constexpr std::string_view kArray = "Value is array, but can't find closing ']' symbol";
inline constexpr std::string_view kObject =
    "Value looks like object, but can't find closing '}' symbol";
inline constexpr std::string_view kUnknown = "Unknown value type";
}  // namespace json_error

/// First place at or after `place` that is no blank; kNoPlace at the end.
inline std::size_t skip_json_blanks(std::string_view text, std::size_t place) {
  while (place < text.size()) {
    const char c = text[place];
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return place;
    ++place;
  }
  return kNoPlace;
}

struct JsonString {
  std::size_t end = kNoPlace;  ///< Place of the closing quote.
  bool has_escape = false;
};
/// The string whose first byte after the opening quote is at `place`.
JsonString scan_json_string(std::string_view text, std::size_t place);

/// Place after the bracket that closes the one at `place`; brackets in strings do not count.
std::size_t scan_json_block(std::string_view text, std::size_t place);

struct JsonValue {
  JsonKind kind = JsonKind::kNull;
  std::string_view text;    ///< Source text; of a string without its quotes.
  bool has_escape = false;  ///< Strings only.
  std::size_t end = 0;      ///< Place after the value.
  std::string_view error;   ///< Not empty: there is no value, and why.
};
/// The value that begins at `place`, which is no blank.
JsonValue scan_json_value(std::string_view text, std::size_t place);

enum class EscapeRules {
  kJson,    ///< Half of a surrogate pair is an error.
  kLogfmt,  ///< ... becomes U+FFFD, and \' is a quote.
};
/// Writes what the inside of a quoted string stands for to `out`, which has room for its size.
/// Returns the bytes written, kNoPlace for an escape that does not exist.
std::size_t unescape_json(std::string_view inside, EscapeRules rules, char* out);

}  // namespace logpond::parse
