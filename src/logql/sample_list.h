// The values of one series one by one, for functions that cannot be merged from parts.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/time.h"
#include "logql/window_grid.h"

namespace logpond::logql {

/// Values may come in any order; then steps are asked in rising order.
class SampleList {
 public:
  /// Returns how many cells of memory were added.
  std::ptrdiff_t add(WindowGrid::Run run, TimestampNs time, double value) {
    samples_.push_back({run, time, value});
    return 1;
  }

  void finish() {
    std::stable_sort(samples_.begin(), samples_.end(),
                     [](const Sample& a, const Sample& b) { return a.time < b.time; });
  }

  /// True when a value counts for `step`; `out` are then all that do, by time.
  bool at(std::size_t step, std::vector<double>& out) {
    while (end_ < samples_.size() && samples_[end_].run.first <= step) ++end_;
    while (begin_ < end_ && samples_[begin_].run.last < step) ++begin_;
    out.clear();
    for (std::size_t i = begin_; i < end_; ++i) out.push_back(samples_[i].value);
    return !out.empty();
  }

 private:
  struct Sample {
    WindowGrid::Run run;
    TimestampNs time = 0;
    double value = 0;
  };
  std::vector<Sample> samples_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

/// Between the two values around rank q * (n - 1); above 1 it is +Inf. Sorts `values`, which are
/// not empty.
inline double quantile_of(double q, std::vector<double>& values) {
  if (std::isnan(q)) return q;
  if (q < 0) return -std::numeric_limits<double>::infinity();
  if (q > 1) return std::numeric_limits<double>::infinity();
  std::sort(values.begin(), values.end(),
            [](double a, double b) { return std::isnan(a) ? !std::isnan(b) : a < b; });
  const double rank = q * static_cast<double>(values.size() - 1);
  const auto lower = static_cast<std::size_t>(rank);
  const std::size_t upper = std::min(lower + 1, values.size() - 1);
  const double weight = rank - std::floor(rank);
  return values[lower] * (1 - weight) + values[upper] * weight;
}

}  // namespace logpond::logql
