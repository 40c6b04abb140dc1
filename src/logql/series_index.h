// Which series a line belongs to.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/stream.h"
#include "logql/label_list.h"
#include "logql/line_labels.h"
#include "logql/plan.h"

namespace logpond::logql {

/// Numbers the series of a grouping in the order in which they are met. Finding a series that is
/// known allocates nothing.
///
/// Threads: one.
class SeriesIndex {
 public:
  /// `left_out` is never part of a series (an unwrapped label); may be empty.
  SeriesIndex(const SeriesGrouping& grouping, std::string left_out)
      : grouping_(grouping), left_out_(std::move(left_out)) {}

  std::uint32_t of(const LineLabels& labels);
  /// The series of lines that have their stream's labels only.
  std::uint32_t of(const Labels& labels);

  std::vector<LabelList>& all() { return series_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  void choose(const LineLabels& labels);
  void choose_all_but(const LineLabels& labels);

  const SeriesGrouping& grouping_;
  std::string left_out_;
  std::vector<LineLabel> chosen_;  // scratch: the line's part in its series, sorted
  std::string key_;                // scratch
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;
  std::vector<LabelList> series_;
};

}  // namespace logpond::logql
