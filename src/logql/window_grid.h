// Which evaluation times a line counts for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/time.h"

namespace logpond::logql {

/// The times at which a metric query is evaluated: start, start + step, ... (count of them).
struct StepGrid {
  TimestampNs start = 0;
  DurationNs step = 1;  ///< > 0.
  std::size_t count = 1;
  TimestampNs at(std::size_t i) const { return start + static_cast<DurationNs>(i) * step; }
};

/// Windows (t - offset - range, t - offset] at the times t of a grid. A line counts for a run of
/// them, found by two divisions, however many there are.
///
/// Invariant: of two lines the later one counts for no earlier run, so runs can stand for the
/// pieces into which the edges of all windows cut the time.
class WindowGrid {
 public:
  WindowGrid(StepGrid steps, DurationNs range, DurationNs offset);

  /// Steps first..last, both inclusive.
  struct Run {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    /// Grows with time; equal for lines with the same run only.
    std::uint32_t key() const { return first + last; }
    bool operator==(const Run&) const = default;
  };
  /// A stretch of time whose lines all count for the same windows, or for none.
  struct Piece {
    TimestampNs first = 1;  ///< Both ends inside; as made, there is nothing between them.
    TimestampNs last = 0;
    std::optional<Run> run;  ///< Nothing when its lines are in no window.
    bool contains(TimestampNs t) const { return t >= first && t <= last; }
  };
  /// The piece around `timestamp`: as lines mostly come in order, the next ones lie in it too.
  Piece piece_of(TimestampNs timestamp) const;
  /// The times that can be in a window.
  TimeRange time_range() const { return time_range_; }

 private:
  TimestampNs edge(std::int64_t step, DurationNs before) const;

  StepGrid steps_;
  DurationNs range_;
  TimestampNs first_end_ = 0;  ///< Right edge of the first window.
  TimeRange time_range_;
};

}  // namespace logpond::logql
