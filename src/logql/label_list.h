// Labels of a series as they are computed with: unlike Labels they may be empty.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/labels.h"

namespace logpond::logql {

/// Sorted by name, names unique.
using LabelList = std::vector<Label>;

/// "" when missing.
inline std::string_view value_of(const LabelList& labels, std::string_view name) {
  for (const Label& label : labels) {
    if (label.name == name) return label.value;
  }
  return {};
}

/// Sets or adds a label.
inline void set_label(LabelList& labels, std::string_view name, std::string_view value) {
  auto at = labels.begin();
  while (at != labels.end() && at->name < name) ++at;
  if (at != labels.end() && at->name == name) {
    at->value = value;
  } else {
    labels.insert(at, Label{std::string(name), std::string(value)});
  }
}

/// Bytes that are equal for equal lists only.
inline void append_key(std::string& out, std::string_view name, std::string_view value) {
  const auto put = [&out](std::string_view text) {
    const auto size = static_cast<std::uint32_t>(text.size());
    out.append(reinterpret_cast<const char*>(&size), sizeof size);
    out.append(text);
  };
  put(name);
  put(value);
}

}  // namespace logpond::logql
