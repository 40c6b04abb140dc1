// LogQL's `| json label="path", ...`.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/result.h"
#include "parse/json_scan.h"
#include "parse/line_parser.h"
#include "parse/text_arena.h"

namespace logpond::parse {

/// One step of a path: a member's name or an element's number.
using JsonPathStep = std::variant<std::string, std::size_t>;

/// Reads `field`, `a.b.c`, `["odd key"]`, `[0]` and mixtures such as `req["h"][0].x`.
/// Errors: kInvalidArgument, "cannot parse expression [a..b]: ..." as Loki words it.
Result<std::vector<JsonPathStep>> parse_json_path(std::string_view path);

/// A label and where its value is found: for JSON a path, for logfmt a key.
struct Extraction {
  std::string label;
  std::string expression;
};

/// Fetches the listed paths from a line in one pass.
///
/// Threads: one at a time; reuse it for many lines.
class JsonExtractor {
 public:
  /// Errors: kInvalidArgument for a bad path.
  static Result<JsonExtractor> compile(std::vector<Extraction> extractions);

  /// Afterwards pairs() has one pair per extraction, in their order: strings without escapes, other
  /// scalars as they are, arrays and objects as JSON text; null and what is missing give an empty
  /// value. A line that does not begin with `{`, `[` or `"` is an error without words and gives no
  /// pairs; an empty line gives no pairs and is no error; breakage further on only ends the search.
  PairsResult parse(std::string_view line);
  std::span<const Pair> pairs() const { return pairs_; }

 private:
  /// The paths as a tree: where several begin with the same steps, the line is walked once.
  struct Node {
    JsonPathStep step;
    std::vector<std::size_t> children;  ///< Nodes one step further.
    std::vector<std::size_t> outputs;   ///< Extractions that end here.
  };
  void insert(const std::vector<JsonPathStep>& path, std::size_t extraction);
  bool walk_value(std::size_t& place, std::size_t node);
  bool walk_object(std::size_t& place, std::size_t node);
  bool walk_array(std::size_t& place, std::size_t node);
  std::size_t child_named(std::size_t node, std::string_view key) const;
  std::size_t child_numbered(std::size_t node, std::size_t number) const;
  void put(const Node& node, const JsonValue& value);

  std::vector<Extraction> extractions_;
  std::vector<Node> nodes_;
  std::vector<Pair> pairs_;
  std::vector<bool> found_;  ///< By extraction: the first of equal members wins.
  std::string key_;
  TextArena arena_;
  std::string_view line_;
  bool has_marks_ = false;  ///< The line has U+FFFD somewhere.
};

}  // namespace logpond::parse
