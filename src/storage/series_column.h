// Times or ids of the rows of a group, unpacked no wider than they need.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace logpond::storage {

/// Immutable. Threads: safe to read from any.
class SeriesColumn {
 public:
  SeriesColumn() = default;
  explicit SeriesColumn(const std::vector<std::int64_t>& values);

  std::size_t size() const { return size_; }
  std::int64_t at(std::size_t i) const {
    if (!wide_.empty()) return wide_[i];
    const std::uint64_t steps = narrow_.empty() ? i : narrow_[i];
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(base_) + unit_ * steps);
  }
  /// The values at these places, ascending, into `out`, which has as many.
  void gather(std::span<const std::uint32_t> places, std::span<std::int64_t> out) const;
  /// Calls `hit(i)` for each value in [low, high).
  template <typename Hit>
  void for_each_in(std::int64_t low, std::int64_t high, Hit hit) const {
    for (std::size_t i = 0; i < size_; ++i) {
      const std::int64_t value = at(i);
      if (value >= low && value < high) hit(static_cast<std::uint32_t>(i));
    }
  }
  std::size_t memory_bytes() const { return narrow_.capacity() * 4 + wide_.capacity() * 8; }

 private:
  std::size_t size_ = 0;
  std::int64_t base_ = 0;
  std::uint64_t unit_ = 0;
  // Neither: base + i * unit.
  std::vector<std::uint32_t> narrow_;  ///< base + value * unit.
  std::vector<std::int64_t> wide_;     ///< The values.
};

}  // namespace logpond::storage
