// LogQL's `| json` without arguments.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "parse/json_scan.h"
#include "parse/line_parser.h"
#include "parse/pair_list.h"

namespace logpond::parse {

/// Objects nested deeper than this are left out, as if they were arrays.
inline constexpr int kJsonDepthMax = 128;
/// Longest joined name; a pair with a longer one is left out.
inline constexpr std::size_t kJsonNameBytesMax = 1024;

/// Makes pairs of the scalars of a JSON object: nested names are joined with `_`, arrays and nulls
/// left out, numbers keep their source text; of equal names the first wins. Forgiving as Loki is:
/// what follows the closing brace and what is inside arrays is not looked at, a string with a bad
/// escape gives an empty value, and pairs found before a syntax error are kept.
///
/// Threads: one at a time; keep one per thread and reuse it, its scratch memory grows to what lines
/// need.
class JsonPairs {
 public:
  /// Parses `line`, which must live as long as the pairs are used.
  PairsResult parse(std::string_view line);
  /// Pairs of the last line, in its order.
  std::span<const Pair> pairs() const { return list_.pairs(); }

 private:
  std::string_view read_object(std::size_t& place, int depth);
  std::string_view read_member(std::size_t& place, int depth);
  std::string_view read_nested(std::size_t& place, int depth, std::string_view key);
  std::string_view read_key(std::size_t& place, std::string_view& key);
  void add(std::string_view key, const JsonValue& value);
  std::string_view name_of(std::string_view key);

  std::string_view line_;
  bool has_marks_ = false;  ///< The line has U+FFFD somewhere.
  std::string prefix_;      ///< Joined names of the objects around the current place.
  std::string key_;         ///< An unescaped key, or a sanitised name.
  PairList list_;
};

/// What a JSON string stands for: its text itself where that needs no change, else a copy in
/// `arena`. U+FFFD becomes a blank (`has_marks` says that there may be one); a bad escape gives an
/// empty text.
std::string_view json_string_text(const JsonValue& string, bool has_marks, TextArena& arena);

}  // namespace logpond::parse
