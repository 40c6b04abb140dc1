// The pairs of one line, names unique, and the memory they stand in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "parse/line_parser.h"
#include "parse/text_arena.h"

namespace logpond::parse {

/// Most pairs that one line may give; further ones are left out. A line of 1 MiB could name
/// 200,000, each under the same long prefix.
inline constexpr std::size_t kPairsMax = 16'384;

/// Collects pairs; of equal names the first stays.
class PairList {
 public:
  /// Starts a line: forgets the pairs and their scratch text.
  void start();
  /// Adds the pair; false when `name` is there already or the list is full. `name` and `value` must
  /// stay valid: they point into the line or into arena().
  bool add(std::string_view name, std::string_view value);
  bool has(std::string_view name) const;
  /// Forgets all but the first `count` pairs. The line must end here: names that are forgotten
  /// still count as there.
  void cut(std::size_t count) { pairs_.resize(count); }

  TextArena& arena() { return arena_; }
  std::span<const Pair> pairs() const { return pairs_; }

 private:
  std::size_t slot_of(std::string_view name) const;
  void index_all();

  std::vector<Pair> pairs_;
  TextArena arena_;
  /// Open-addressed table of pair numbers plus one, 0 empty; in use from kIndexedFrom pairs on.
  std::vector<std::uint32_t> slots_;
  bool indexed_ = false;
};

}  // namespace logpond::parse
