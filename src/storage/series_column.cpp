#include "storage/series_column.h"

#include <algorithm>
#include <array>

namespace logpond::storage {
namespace {

/// Units in which senders write time: seconds, milliseconds, microseconds.
constexpr std::array<std::uint64_t, 4> kUnits = {1'000'000'000, 1'000'000, 1'000, 1};

}  // namespace

SeriesColumn::SeriesColumn(const std::vector<std::int64_t>& values) : size_(values.size()) {
  if (values.empty()) return;
  base_ = values.front();
  unit_ = size_ > 1 ? static_cast<std::uint64_t>(values[1]) - static_cast<std::uint64_t>(base_) : 0;
  bool is_arithmetic = true;
  for (std::size_t i = 0; i < size_ && is_arithmetic; ++i) {
    is_arithmetic =
        static_cast<std::uint64_t>(values[i]) == static_cast<std::uint64_t>(base_) + unit_ * i;
  }
  if (is_arithmetic) return;
  base_ = *std::min_element(values.begin(), values.end());
  const auto above = [this](std::int64_t value) {
    return static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(base_);
  };
  for (const std::uint64_t unit : kUnits) {
    unit_ = unit;
    const bool fits = std::all_of(values.begin(), values.end(), [&](std::int64_t value) {
      return above(value) % unit == 0 && above(value) / unit <= UINT32_MAX;
    });
    if (!fits) continue;
    narrow_.reserve(size_);
    for (const std::int64_t value : values) {
      narrow_.push_back(static_cast<std::uint32_t>(above(value) / unit));
    }
    return;
  }
  wide_ = values;
}

void SeriesColumn::gather(std::span<const std::uint32_t> places,
                          std::span<std::int64_t> out) const {
  const std::size_t size = places.size();
  const bool are_neighbours = size > 0 && places.back() - places.front() + 1 == size;
  if (!are_neighbours) {
    for (std::size_t i = 0; i < size; ++i) out[i] = at(places[i]);
    return;
  }
  // What many rows are unpacked by: no choice and no look at `places` inside the loops.
  const std::uint32_t first = places.front();
  const auto base = static_cast<std::uint64_t>(base_);
  if (!wide_.empty()) {
    std::copy_n(wide_.begin() + first, size, out.begin());
  } else if (!narrow_.empty()) {
    const std::uint32_t* const steps = narrow_.data() + first;
    for (std::size_t i = 0; i < size; ++i)
      out[i] = static_cast<std::int64_t>(base + unit_ * steps[i]);
  } else {
    for (std::size_t i = 0; i < size; ++i) {
      out[i] = static_cast<std::int64_t>(base + unit_ * (first + i));
    }
  }
}

}  // namespace logpond::storage
