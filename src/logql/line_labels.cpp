#include "logql/line_labels.h"

#include <algorithm>

namespace logpond::logql {

void LineLabels::begin(const Labels& stream) {
  stream_ = &stream;
  labels_.clear();
  for (const Label& label : stream.all()) {
    labels_.push_back({label.name, label.value, LabelOrigin::kStream});
  }
  error_ = {};
  details_ = {};
  preserve_ = false;
  changed_ = false;
}

const LineLabel* LineLabels::find(std::string_view name) const {
  for (const LineLabel& label : labels_) {
    if (label.name == name) return &label;
  }
  return nullptr;
}

std::string_view LineLabels::value_of(std::string_view name) const {
  if (name == kErrorLabel) return error_;
  if (name == kErrorDetailsLabel) return details_;
  const LineLabel* label = find(name);
  return label == nullptr ? std::string_view() : label->value;
}

void LineLabels::add_metadata(std::string_view name, std::string_view value) {
  if (find(name) != nullptr) return;
  labels_.push_back({name, value, LabelOrigin::kMetadata});
  changed_ = true;
}

void LineLabels::add_parsed(std::string_view name, std::string_view value) {
  labels_.push_back({name, value, LabelOrigin::kParsed});
  changed_ = true;
}

void LineLabels::set(LabelOrigin origin, std::string_view name, std::string_view value) {
  changed_ = true;
  for (LineLabel& label : labels_) {
    if (label.name != name) continue;
    if (label.origin <= origin) label = {name, value, origin};
    return;
  }
  labels_.push_back({name, value, origin});
}

void LineLabels::erase(std::string_view name) {
  const auto at = std::find_if(labels_.begin(), labels_.end(),
                               [&](const LineLabel& label) { return label.name == name; });
  if (at == labels_.end()) return;
  labels_.erase(at);
  changed_ = true;
}

void LineLabels::set_error(std::string_view error, std::string_view details, bool preserve) {
  error_ = error;
  details_ = details;
  preserve_ = preserve_ || preserve;
}

}  // namespace logpond::logql
