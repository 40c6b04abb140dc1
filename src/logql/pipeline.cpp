#include "logql/pipeline.h"

#include <algorithm>

namespace logpond::logql {
namespace {

constexpr std::string_view kLevelLabel = "detected_level";

}  // namespace

Row row_of(const storage::RecordBlock& block, std::size_t row) {
  Row out{.timestamp = block.timestamps[row], .stream = block.stream(row).get()};
  if (!block.severities.empty() || !block.class_indexes.empty()) {
    out.severity = block.severity_of(row);
  }
  if (!block.messages.empty()) out.message = block.messages[row];
  if (block.classes_have_fields || !block.field_begins.empty()) out.fields = block.fields_of(row);
  return out;
}

storage::ScanRequest plan_scan(const LogPlan& plan, const TenantId& tenant, TimeRange range,
                               const platform::CancelToken& cancel) {
  return {.tenant = tenant,
          .range = range,
          .selector = plan.selector,
          .line_filters = plan.line_filters,
          .field_filters = plan.field_filters,
          .columns = plan.columns,
          .field_names = plan.field_names,
          .cancel = cancel};
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
  // Unless it was asked for, what a class says of severity means nothing.
  const bool knows_level = has_column(plan_.columns, storage::Columns::kSeverity);
  if (!has_level && knows_level && row.severity != Severity::kUnset) {
    labels.add_metadata(kLevelLabel, severity_word(row.severity));
  }
}

void Pipeline::begin(const Row& row) {
  context_.arena.reset();
  context_.timestamp = row.timestamp;
  context_.line = row.message;
  if (!plan_.needs_labels) return;
  names_.begin_line();
  context_.labels.begin(row.stream->labels);
  add_metadata(row);
}

bool Pipeline::run(const Row& row) {
  begin(row);
  return std::all_of(plan_.stages.begin(), plan_.stages.end(),
                     [this](const auto& stage) { return stage->process(context_); });
}

bool Pipeline::may_pass(const Row& row) {
  begin(row);
  const auto end = plan_.stages.begin() + static_cast<std::ptrdiff_t>(plan_.label_tests);
  return std::all_of(plan_.stages.begin(), end,
                     [this](const auto& stage) { return stage->process(context_); });
}

void ClassTests::begin(const storage::RecordBlock& block) {
  const LogPlan& plan = pipeline_.plan();
  const bool have_labels =
      block.classes_have_fields || !has_column(plan.columns, storage::Columns::kFields);
  const bool tell = plan.label_tests > 0 && have_labels && !block.class_indexes.empty();
  verdicts_.assign(tell ? block.classes.size() : 0, Verdict::kUndecided);
}

ClassTests::Verdict ClassTests::test(const storage::RecordBlock& block, std::size_t row) {
  return pipeline_.may_pass(row_of(block, row)) ? Verdict::kMayPass : Verdict::kDropped;
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
