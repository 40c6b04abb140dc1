#include "parse/pair_list.h"

#include <algorithm>
#include <functional>

namespace logpond::parse {

namespace {

/// Below this many pairs looking at each is faster than hashing.
constexpr std::size_t kIndexedFrom = 24;

}  // namespace

void PairList::start() {
  pairs_.clear();
  arena_.reset();
  indexed_ = false;
}

bool PairList::add(std::string_view name, std::string_view value) {
  if (pairs_.size() >= kPairsMax || has(name)) return false;
  pairs_.push_back({name, value});
  if (pairs_.size() < kIndexedFrom) return true;
  if (!indexed_ || pairs_.size() * 2 > slots_.size()) {
    index_all();
  } else {
    slots_[slot_of(name)] = static_cast<std::uint32_t>(pairs_.size());
  }
  return true;
}

bool PairList::has(std::string_view name) const {
  if (indexed_) return slots_[slot_of(name)] != 0;
  return std::ranges::any_of(pairs_, [name](const Pair& pair) { return pair.name == name; });
}

/// The slot that holds `name`, or the empty one where it would go.
std::size_t PairList::slot_of(std::string_view name) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = std::hash<std::string_view>{}(name)&mask;
  while (slots_[slot] != 0 && pairs_[slots_[slot] - 1].name != name) slot = (slot + 1) & mask;
  return slot;
}

void PairList::index_all() {
  constexpr std::size_t kSlotsPerPair = 4;
  std::size_t size = 1;
  while (size < pairs_.size() * kSlotsPerPair) size *= 2;
  slots_.assign(size, 0);
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    slots_[slot_of(pairs_[i].name)] = static_cast<std::uint32_t>(i + 1);
  }
  indexed_ = true;
}

}  // namespace logpond::parse
