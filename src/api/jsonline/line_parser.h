// One line as one JSON object, read strictly from its first to its last byte.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "api/jsonline/record_builder.h"

namespace logpond::api::jsonline {

/// Deepest nesting of a line; deeper ones are refused. Bounds the recursion.
inline constexpr std::size_t kDepthMax = 128;

/// Hand-written rather than simdjson's on-demand walk, which does not look at what it skips: an
/// array is kept as its text, so all of it must be JSON. For lines of a few hundred bytes it is no
/// slower.
///
/// Threads: one. Borrows all it is given.
class LineParser {
 public:
  LineParser(NameTable& names, RecordBuilder& builder, std::string& scratch)
      : names_(names), builder_(builder), scratch_(scratch) {}

  /// Hands the pairs of `line` to the builder (begun). Empty on success, else why it is no JSON
  /// object; the record is then to be abandoned. Unescaped texts are in the scratch, which must
  /// have room for the line without growing. Requires: valid UTF-8, kScanPadding readable bytes
  /// behind the line.
  std::string_view parse(std::string_view line);

 private:
  bool read_object(std::size_t depth);
  bool read_member(std::size_t depth, std::size_t prefix);
  bool read_value(std::size_t depth);
  bool read_string();
  bool read_bare();
  bool check_value(std::size_t depth);
  bool check_array(std::size_t depth);
  bool check_object(std::size_t depth);
  bool check_string();
  bool check_bare();
  std::string_view take_bare();

  void skip_space();
  bool take(char c);
  bool next_item(char close, bool& more);
  bool wrong(std::string_view why);
  void add(std::string_view value, FieldKind kind);

  NameTable& names_;
  RecordBuilder& builder_;
  std::string& scratch_;
  std::string path_;  // dotted name of the value at hand
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  std::string_view error_;
};

}  // namespace logpond::api::jsonline
