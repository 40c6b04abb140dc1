#include "storage/series_column.h"

#include <algorithm>

namespace logpond::storage {
namespace {

/// Fills `narrow` with the values as so many units above `base`; false when they are not whole
/// units or too many. A template, because dividing by a constant is a multiplication.
template <std::uint64_t kUnit>
bool narrow_by(std::span<const std::int64_t> values, std::uint64_t base,
               std::vector<std::uint32_t>& narrow) {
  narrow.resize(values.size());
  std::uint64_t spoilt = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint64_t above = static_cast<std::uint64_t>(values[i]) - base;
    const std::uint64_t steps = above / kUnit;
    spoilt |= (above - steps * kUnit) | (steps >> 32);
    // Few values tell nearly always.
    if (i % 64 == 0 && spoilt != 0) return false;
    narrow[i] = static_cast<std::uint32_t>(steps);
  }
  return spoilt == 0;
}

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
  // Units in which senders write time: seconds, milliseconds, microseconds.
  const auto base = static_cast<std::uint64_t>(base_);
  if (narrow_by<1'000'000'000>(values, base, narrow_)) {
    unit_ = 1'000'000'000;
  } else if (narrow_by<1'000'000>(values, base, narrow_)) {
    unit_ = 1'000'000;
  } else if (narrow_by<1'000>(values, base, narrow_)) {
    unit_ = 1'000;
  } else if (narrow_by<1>(values, base, narrow_)) {
    unit_ = 1;
  } else {
    narrow_ = {};
    wide_ = values;
  }
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
