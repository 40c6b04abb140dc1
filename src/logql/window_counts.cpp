#include "logql/window_counts.h"

#include <algorithm>
#include <bit>

namespace logpond::logql {
namespace {

constexpr std::size_t kCellsMax = std::size_t{1} << 20;  // 8 MiB
constexpr std::size_t kCapacityMin = 8;

}  // namespace

bool WindowCounts::make_room(std::uint32_t series) {
  if (series < capacity_) return true;
  const std::size_t wider = std::max(kCapacityMin, std::bit_ceil(std::size_t{series} + 1));
  const std::size_t lanes = kLanes * runs_.size();
  if (wider > kCellsMax / lanes) return false;
  std::vector<std::uint64_t> cells(wider * lanes, kAbsent);
  for (std::size_t lane = 0; capacity_ > 0 && lane < lanes; ++lane) {
    std::copy_n(cells_.begin() + static_cast<std::ptrdiff_t>(lane * capacity_), capacity_,
                cells.begin() + static_cast<std::ptrdiff_t>(lane * wider));
  }
  cells_ = std::move(cells);
  capacity_ = wider;
  return true;
}

}  // namespace logpond::logql
