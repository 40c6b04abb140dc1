#include "logql/series_index.h"

#include <algorithm>

namespace logpond::logql {

void SeriesIndex::choose_all_but(const LineLabels& labels) {
  const auto is_left_out = [this](std::string_view name) {
    return (name == left_out_ && !left_out_.empty()) ||
           std::binary_search(grouping_.labels.begin(), grouping_.labels.end(), name);
  };
  for (const LineLabel& label : labels.all()) {
    if (!is_left_out(label.name)) chosen_.push_back(label);
  }
  const auto add_error = [&](std::string_view name, std::string_view value) {
    if (!value.empty() && !is_left_out(name)) chosen_.push_back({name, value, {}});
  };
  add_error(kErrorLabel, labels.error());
  add_error(kErrorDetailsLabel, labels.error_details());
  std::sort(chosen_.begin(), chosen_.end(),
            [](const LineLabel& a, const LineLabel& b) { return a.name < b.name; });
}

void SeriesIndex::choose(const LineLabels& labels) {
  chosen_.clear();
  if (grouping_.without) {
    choose_all_but(labels);
    return;
  }
  for (const std::string& name : grouping_.labels) {
    const std::string_view value = labels.value_of(name);
    if (!value.empty() && name != left_out_) chosen_.push_back({name, value, {}});
  }
}

std::uint32_t SeriesIndex::of(const LineLabels& labels) {
  choose(labels);
  key_.clear();
  for (const LineLabel& label : chosen_) append_key(key_, label.name, label.value);
  if (const auto at = numbers_.find(std::string_view(key_)); at != numbers_.end()) {
    return at->second;
  }
  LabelList list;
  list.reserve(chosen_.size());
  for (const LineLabel& label : chosen_) {
    list.push_back({std::string(label.name), std::string(label.value)});
  }
  const auto number = static_cast<std::uint32_t>(series_.size());
  series_.push_back(std::move(list));
  numbers_.emplace(key_, number);
  return number;
}

std::uint32_t SeriesIndex::of(const Labels& labels) {
  LineLabels line;
  line.begin(labels);
  return of(line);
}

}  // namespace logpond::logql
