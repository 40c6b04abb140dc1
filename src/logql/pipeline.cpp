#include "logql/pipeline.h"

#include <algorithm>

namespace logpond::logql {
namespace {

constexpr std::string_view kLevelLabel = "detected_level";

}  // namespace

Row row_of(const storage::RecordBlock& block, std::size_t row) {
  Row out{.timestamp = block.timestamps[row], .stream = block.stream(row).get()};
  if (!block.severities.empty()) out.severity = block.severities[row];
  if (!block.messages.empty()) out.message = block.messages[row];
  if (!block.field_begins.empty()) out.fields = block.fields_of(row);
  return out;
}

Result<PlannedScan> plan_scan(storage::Store& store, const LogPlan& plan, const TenantId& tenant,
                              TimeRange range, const platform::CancelToken& cancel) {
  PlannedScan scan{.request = {.tenant = tenant,
                               .range = range,
                               .selector = plan.selector,
                               .line_filters = plan.line_filters,
                               .columns = plan.columns,
                               .cancel = cancel}};
  if (plan.field_filters.empty()) return scan;
  LOGPOND_TRY(const auto streams, store.series(tenant, range, plan.selector));
  for (std::size_t i = 0; i < plan.field_filters.size(); ++i) {
    const std::string& name = plan.field_filters[i].name();
    const bool is_label = std::any_of(streams.begin(), streams.end(), [&](const StreamPtr& stream) {
      return stream->labels.has(name);
    });
    if (!is_label) {
      scan.request.field_filters.push_back(plan.field_filters[i]);
      continue;
    }
    scan.field_stages.push_back(plan.field_stages[i].get());
    scan.request.columns =
        scan.request.columns | storage::Columns::kFields | storage::Columns::kSeverity;
  }
  return scan;
}

void Pipeline::add_metadata(const Row& row) {
  LineLabels& labels = context_.labels;
  bool has_level = labels.stream_has(kLevelLabel);
  for (const FieldView& field : row.fields) {
    if (field.value.empty()) continue;
    const LabelNames::Name& name = names_.of(field.name);
    if (name.label.empty()) continue;
    has_level = has_level || name.label == kLevelLabel;
    labels.add_metadata(labels.stream_has(name.label) ? name.extracted : name.label, field.value);
  }
  if (!has_level && row.severity != Severity::kUnset) {
    labels.add_metadata(kLevelLabel, severity_word(row.severity));
  }
}

bool Pipeline::run(const Row& row) {
  context_.arena.reset();
  context_.timestamp = row.timestamp;
  context_.line = row.message;
  if (needs_labels_) {
    names_.begin_line();
    context_.labels.begin(row.stream->labels);
    add_metadata(row);
  }
  for (Stage* stage : field_stages_) {
    if (!stage->process(context_)) return false;
  }
  for (const auto& stage : plan_.stages) {
    if (!stage->process(context_)) return false;
  }
  return true;
}

ResultLine make_result_line(const LineContext& context, RecordId id, StreamPtr stream,
                            Severity severity) {
  ResultLine out{.timestamp = context.timestamp,
                 .id = id,
                 .stream = std::move(stream),
                 .line = std::string(context.line),
                 .severity = severity};
  const LineLabels& labels = context.labels;
  out.labels.reserve(labels.all().size() + 2);
  for (const LineLabel& label : labels.all()) {
    out.labels.push_back({std::string(label.name), std::string(label.value), label.origin});
  }
  const auto add_error = [&out](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    out.labels.push_back({std::string(name), std::string(value), LabelOrigin::kParsed});
  };
  add_error(kErrorLabel, labels.error());
  add_error(kErrorDetailsLabel, labels.error_details());
  std::sort(out.labels.begin(), out.labels.end(),
            [](const ResultLabel& a, const ResultLabel& b) { return a.name < b.name; });
  return out;
}

}  // namespace logpond::logql
