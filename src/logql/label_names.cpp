#include "logql/label_names.h"

#include "core/labels.h"

namespace logpond::logql {

const LabelNames::Name& LabelNames::of(std::string_view field) {
  if (const auto at = known_.find(field); at != known_.end()) return at->second;
  Name name;
  name.label = sanitize_label_name(field);
  name.extracted = name.label + std::string(kExtractedSuffix);
  return known_.emplace(std::string(field), std::move(name)).first->second;
}

}  // namespace logpond::logql
