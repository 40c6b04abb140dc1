#include "logql/window_grid.h"

#include <algorithm>
#include <limits>

namespace logpond::logql {
namespace {

constexpr TimestampNs kMin = std::numeric_limits<TimestampNs>::min();
constexpr TimestampNs kMax = std::numeric_limits<TimestampNs>::max();

/// a - b, held inside 64 bits.
TimestampNs minus(TimestampNs a, DurationNs b) {
  TimestampNs out = 0;
  if (!__builtin_sub_overflow(a, b, &out)) return out;
  return b > 0 ? kMin : kMax;
}

/// Smallest whole number >= a / b, b > 0.
std::int64_t ceil_divide(std::int64_t a, std::int64_t b) {
  return a / b + (a % b > 0 ? 1 : 0);
}

}  // namespace

WindowGrid::WindowGrid(StepGrid steps, DurationNs range, DurationNs offset)
    : steps_(steps), range_(range), first_end_(minus(steps.start, offset)) {
  const TimestampNs last_end = minus(steps.at(steps.count - 1), offset);
  const TimestampNs first_begin = minus(first_end_, range);
  // Left edges are outside, right edges inside a window.
  time_range_ = {first_begin == kMax ? kMax : first_begin + 1,
                 last_end == kMax ? kMax : last_end + 1};
}

/// So much before the right edge of a step's window. The difference of two spans fits.
TimestampNs WindowGrid::edge(std::int64_t step, DurationNs before) const {
  return minus(first_end_, before - step * steps_.step);
}

WindowGrid::Piece WindowGrid::piece_of(TimestampNs timestamp) const {
  if (timestamp < time_range_.start) return {kMin, time_range_.start - 1, std::nullopt};
  if (timestamp >= time_range_.end) return {time_range_.end, kMax, std::nullopt};
  // Inside time_range_ this is > -range and at most the length of the grid.
  const std::int64_t after_first = minus(timestamp, first_end_);
  std::int64_t beyond = 0;
  if (__builtin_add_overflow(after_first, range_, &beyond)) beyond = kMax;
  const auto count = static_cast<std::int64_t>(steps_.count);
  const std::int64_t first = std::max<std::int64_t>(0, ceil_divide(after_first, steps_.step));
  const std::int64_t last = std::min(count - 1, ceil_divide(beyond, steps_.step) - 1);
  // The nearest edges of windows on both sides. Left edges are outside, right edges inside a
  // window.
  Piece piece{.first = time_range_.start, .last = time_range_.end - 1, .run = std::nullopt};
  if (first > 0) piece.first = std::max(piece.first, edge(first - 1, 0) + 1);
  if (last >= 0) piece.first = std::max(piece.first, edge(last, range_) + 1);
  if (first < count) piece.last = std::min(piece.last, edge(first, 0));
  if (last + 1 < count) piece.last = std::min(piece.last, edge(last + 1, range_));
  // Between two windows `last` is the one before `first`.
  if (first <= last)
    piece.run = {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last)};
  return piece;
}

}  // namespace logpond::logql
