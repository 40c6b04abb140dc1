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

/// Threads: one. Borrows the plan, whose stages keep scratch space.
class Pipeline {
 public:
  explicit Pipeline(const LogPlan& plan) : plan_(plan) {}

  /// False when the line is dropped. Afterwards context() has the line and its labels, valid until the
  /// next call and as long as `row`.
  bool run(const Row& row);
  LineContext& context() { return context_; }

 private:
  void add_metadata(const Row& row);

  const LogPlan& plan_;
  LineContext context_;
  LabelNames names_;
};

/// The line with all its labels, as answers own it.
ResultLine make_result_line(const LineContext& context, RecordId id, StreamPtr stream,
                            Severity severity);

}  // namespace logpond::logql
