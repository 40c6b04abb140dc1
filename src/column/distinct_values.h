// Finds the distinct ones among many values, or that there are too many of them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "column/value.h"

namespace logpond::column {

/// When a dictionary stops paying.
struct DictionaryCost {
  double plain_bits = 0;     ///< Of all values without a dictionary.
  double distinct_bits = 0;  ///< Of one distinct value.
  bool is_sorted = false;  ///< The distinct ones are stored as differences: the more, the smaller.
};

/// Threads: one at a time. Keeps its memory.
class DistinctValues {
 public:
  /// False when there are too many for a dictionary to pay. Texts are compared byte for byte.
  bool find_numbers(std::span<const std::uint64_t> numbers, DictionaryCost cost);
  bool find_texts(std::span<const Value> values, const char* base, DictionaryCost cost);

  /// Number of the distinct value of each value, and the place where each distinct one is first
  /// met. Valid until the next call.
  std::span<const std::uint64_t> codes() const { return codes_; }
  std::span<const std::uint32_t> firsts() const { return firsts_; }

 private:
  template <typename Hash, typename Equal>
  bool find(std::size_t size, DictionaryCost cost, Hash hash, Equal equal);
  template <typename Hash>
  void grow(Hash hash);

  std::vector<std::uint64_t> codes_;
  std::vector<std::uint32_t> firsts_;
  std::vector<std::uint32_t> slots_;
  std::size_t mask_ = 0;
};

}  // namespace logpond::column
