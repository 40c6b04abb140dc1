// Runs a plan's stages over rows, one at a time.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/record.h"
#include "core/stream.h"
#include "logql/engine.h"
#include "logql/label_names.h"
#include "logql/plan.h"
#include "logql/stages/stage.h"

namespace logpond::logql {

/// One record as a scan or a live batch shows it. Borrowed.
struct Row {
  TimestampNs timestamp = 0;
  const Stream* stream = nullptr;
  Severity severity = Severity::kUnset;
  std::string_view message;
  std::span<const FieldView> fields;
};

/// Row `row` of a block; columns that were not asked for are empty.
Row row_of(const storage::RecordBlock& block, std::size_t row);

/// What a plan asks of one store now: some of its field filters may have to be run as stages.
struct PlannedScan {
  storage::ScanRequest request;
  std::vector<Stage*> field_stages;  ///< Owned by the plan.
};
/// Errors: those of Store::series().
Result<PlannedScan> plan_scan(storage::Store& store, const LogPlan& plan, const TenantId& tenant,
                              TimeRange range, const platform::CancelToken& cancel);

/// Threads: one. Borrows the plan, whose stages keep scratch space.
class Pipeline {
 public:
  Pipeline(const LogPlan& plan, std::vector<Stage*> field_stages)
      : plan_(plan),
        field_stages_(std::move(field_stages)),
        needs_labels_(plan.needs_labels || !field_stages_.empty()) {}

  /// True when a line passes as it is and nobody looks at its labels.
  bool does_nothing() const { return plan_.stages.empty() && !needs_labels_; }

  /// False when the line is dropped. Afterwards context() has the line and its labels, valid until
  /// the next call and as long as `row`.
  bool run(const Row& row);
  LineContext& context() { return context_; }

 private:
  void add_metadata(const Row& row);

  const LogPlan& plan_;
  std::vector<Stage*> field_stages_;
  bool needs_labels_;
  LineContext context_;
  LabelNames names_;
};

/// The line with all its labels, as answers own it.
ResultLine make_result_line(const LineContext& context, RecordId id, StreamPtr stream,
                            Severity severity);

}  // namespace logpond::logql
