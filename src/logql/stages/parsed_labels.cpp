#include "logql/stages/parsed_labels.h"

#include <algorithm>

#include "logql/label_names.h"

namespace logpond::logql {

void ParsedLabels::add(LineContext& context, std::string_view name, std::string_view value) {
  LineLabels& labels = context.labels;
  const LineLabel* present = labels.find(name);
  if (labels.stream_has(name) ||
      (present != nullptr && present->origin == LabelOrigin::kMetadata)) {
    char* text = context.arena.allocate(name.size() + kExtractedSuffix.size());
    std::copy(kExtractedSuffix.begin(), kExtractedSuffix.end(),
              std::copy(name.begin(), name.end(), text));
    name = {text, name.size() + kExtractedSuffix.size()};
    present = labels.find(name);
  }
  if (!hints_.wants(name)) return;
  if (present != nullptr && present->origin == LabelOrigin::kParsed) return;
  labels.set(LabelOrigin::kParsed, name, value);
  ++found_;
}

}  // namespace logpond::logql
