// Counters per series and run of windows, side by side in one table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "logql/window_grid.h"

namespace logpond::logql {

/// Whole numbers (lines, bytes) of few series in few windows: adding one is one memory access. Such
/// a table is as big as its series times its windows, so beyond a bound it takes no more series;
/// its owner then moves what it holds to where only what is there takes room.
///
/// Series are numbered from 1: counter 0 of each run is for what is not to be counted, so that
/// nobody need ask.
///
/// Threads: one.
class WindowCounts {
 public:
  explicit WindowCounts(const StepGrid& steps) : runs_(2 * steps.count - 1) {}

  static constexpr std::uint32_t kNotCounted = 0;
  /// Each run has its counters so many times, and its sums are those of all lanes: who changes lane
  /// from row to row need not wait for the counter it has just written.
  static constexpr std::size_t kLanes = 4;

  /// Numbers 0 .. capacity() - 1 have counters.
  std::size_t capacity() const { return capacity_; }
  /// False when the table would grow too big. Moves all counters.
  bool make_room(std::uint32_t series);
  /// The counters of a run's series, for add_to(): capacity() of the first lane, then those of the
  /// next. Valid until make_room() and clear().
  std::uint64_t* counters(WindowGrid::Run run) {
    runs_[run.key()] = run;
    return cells_.data() + run.key() * kLanes * capacity_;
  }
  /// A counter that was added to is there, even when all that was added is nothing.
  static void add_to(std::uint64_t& counter, std::uint64_t value) {
    counter = (counter & ~kAbsent) + value;
  }
  /// Calls `take(run, series, sum)` for each counter that is there, earlier runs first.
  template <typename F>
  void for_each(F&& take) const {
    for (std::size_t key = 0; capacity_ > 0 && key < runs_.size(); ++key) {
      for (std::uint32_t series = kNotCounted + 1; series < capacity_; ++series) {
        std::uint64_t sum = kAbsent;
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
          const std::uint64_t counter = cells_[(key * kLanes + lane) * capacity_ + series];
          if (counter != kAbsent) add_to(sum, counter);
        }
        if (sum != kAbsent) take(runs_[key], series, sum);
      }
    }
  }
  /// Gives the memory back.
  void clear() {
    capacity_ = 0;
    cells_ = {};
  }

 private:
  static constexpr std::uint64_t kAbsent = std::uint64_t{1} << 63;

  std::vector<WindowGrid::Run> runs_;  ///< By Run::key().
  std::vector<std::uint64_t> cells_;   ///< Lane by lane of run by run, `capacity_` each.
  std::size_t capacity_ = 0;
};

}  // namespace logpond::logql
