// The values of one series, kept per run of windows, and the sliding window over them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/time.h"
#include "logql/window_grid.h"

namespace logpond::logql {

/// Sums of whole numbers: lines, bytes. Exact up to 2^53.
struct CountState {
  double sum = 0;
  void add(TimestampNs, double value) { sum += value; }
  void merge(const CountState& later) { sum += later.sum; }
};

/// What most functions on unwrapped values need.
struct SampleState {
  std::uint64_t count = 0;
  double sum = 0;
  double min = 0;
  double max = 0;
  TimestampNs first_time = 0;
  TimestampNs last_time = 0;
  double first = 0;
  double last = 0;

  void add(TimestampNs time, double value) {
    if (count == 0) {
      min = max = value;
      first = last = value;
      first_time = last_time = time;
    }
    ++count;
    sum += value;
    min = value < min || std::isnan(min) ? value : min;
    max = value > max || std::isnan(max) ? value : max;
    if (time < first_time) {
      first_time = time;
      first = value;
    }
    if (time >= last_time) {
      last_time = time;
      last = value;
    }
  }

  void merge(const SampleState& other) {
    if (other.count == 0) return;
    if (count == 0) {
      *this = other;
      return;
    }
    count += other.count;
    sum += other.sum;
    min = other.min < min || std::isnan(min) ? other.min : min;
    max = other.max > max || std::isnan(max) ? other.max : max;
    if (other.first_time < first_time) {
      first_time = other.first_time;
      first = other.first;
    }
    if (other.last_time >= last_time) {
      last_time = other.last_time;
      last = other.last;
    }
  }
};

/// How far unwrapped values lie apart. On its own, because it costs a division a value.
struct SpreadState {
  std::uint64_t count = 0;
  double mean = 0;
  double squares = 0;  ///< Sum of squared distances from the mean (Welford).

  void add(TimestampNs, double value) {
    ++count;
    const double delta = value - mean;
    mean += delta / static_cast<double>(count);
    squares += delta * (value - mean);
  }

  void merge(const SpreadState& other) {
    if (other.count == 0) return;
    if (count == 0) {
      *this = other;
      return;
    }
    const auto n = static_cast<double>(count);
    const auto m = static_cast<double>(other.count);
    const double delta = other.mean - mean;
    mean += delta * m / (n + m);
    squares += other.squares + delta * delta * n * m / (n + m);
    count += other.count;
  }
};

/// Lines that count for the same windows are kept as one cell, so memory grows with the number of
/// windows, not of lines. Lines may come in any order; then steps are asked in rising order.
///
/// The window over the cells is two stacks: merged ends of the older half, and one merge of the
/// newer half. Nothing is ever subtracted, so sums of fractions do not drift, and a step costs a
/// constant number of merges on average.
template <typename State>
class WindowSeries {
 public:
  /// Returns how many cells were added (negative: merged away).
  std::ptrdiff_t add(WindowGrid::Run run, TimestampNs time, double value) {
    if (!cells_.empty() && cells_.back().run == run) {
      cells_.back().state.add(time, value);
      return 0;
    }
    std::ptrdiff_t change = 1;
    if (cells_.size() >= compact_at_) {
      const auto before = static_cast<std::ptrdiff_t>(cells_.size());
      compact();
      change += static_cast<std::ptrdiff_t>(cells_.size()) - before;
      compact_at_ = std::max(kCompactFrom, 2 * cells_.size());
    }
    cells_.push_back({run, {}});
    cells_.back().state.add(time, value);
    return change;
  }

  /// Ends adding.
  void finish() { compact(); }

  /// True when a line counts for `step`; `out` is then everything that does.
  bool at(std::size_t step, State& out) {
    while (end_ < cells_.size() && cells_[end_].run.first <= step)
      newer_.merge(cells_[end_++].state);
    while (begin_ < end_ && cells_[begin_].run.last < step) {
      if (begin_ == split_) turn_over();
      older_.pop_back();
      ++begin_;
    }
    if (begin_ == end_) {
      // Whatever was merged has left; start afresh.
      split_ = end_;
      newer_ = {};
      return false;
    }
    out = begin_ < split_ ? older_.back() : State{};
    out.merge(newer_);
    return true;
  }

 private:
  static constexpr std::size_t kCompactFrom = 64;
  struct Cell {
    WindowGrid::Run run;
    State state;
  };

  /// Sorts the cells by time and merges those of one run.
  void compact() {
    std::stable_sort(cells_.begin(), cells_.end(),
                     [](const Cell& a, const Cell& b) { return a.run.key() < b.run.key(); });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (kept > 0 && cells_[kept - 1].run == cells_[i].run) {
        cells_[kept - 1].state.merge(cells_[i].state);
      } else {
        cells_[kept++] = cells_[i];
      }
    }
    cells_.resize(kept);
  }

  /// Makes the newer half the older one.
  void turn_over() {
    older_.clear();
    State merged{};
    for (std::size_t i = end_; i > begin_; --i) {
      State sum = cells_[i - 1].state;
      sum.merge(merged);
      merged = sum;
      older_.push_back(merged);
    }
    split_ = end_;
    newer_ = {};
  }

  std::vector<Cell> cells_;
  std::size_t compact_at_ = kCompactFrom;
  std::size_t begin_ = 0;  ///< Cells [begin_, end_) are in the window,
  std::size_t split_ = 0;  ///< those before split_ in older_, the others in newer_.
  std::size_t end_ = 0;
  std::vector<State> older_;  ///< The last one holds cells [begin_, split_).
  State newer_{};
};

}  // namespace logpond::logql
