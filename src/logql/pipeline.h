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

/// What a plan asks of a store.
storage::ScanRequest plan_scan(const LogPlan& plan, const TenantId& tenant, TimeRange range,
                               const platform::CancelToken& cancel);

/// Threads: one. Borrows the plan, whose stages keep scratch space.
class Pipeline {
 public:
  explicit Pipeline(const LogPlan& plan) : plan_(plan) {}

  /// False when the line is dropped. Afterwards context() has the line and its labels, valid until
  /// the next call and as long as `row`.
  bool run(const Row& row);
  LineContext& context() { return context_; }
  /// False when a test of labels, before anything else happens, is going to drop the line.
  bool may_pass(const Row& row);
  const LogPlan& plan() const { return plan_; }

 private:
  void begin(const Row& row);
  void add_metadata(const Row& row);

  const LogPlan& plan_;
  LineContext context_;
  LabelNames names_;
};

/// Spares rows the pipeline whose class fails a test of labels, tested once a class and block.
///
/// Threads: one. Borrows the pipeline, and uses it.
class ClassTests {
 public:
  explicit ClassTests(Pipeline& pipeline) : pipeline_(pipeline) {}

  void begin(const storage::RecordBlock& block);
  /// False when run() would drop the row.
  bool may_pass(const storage::RecordBlock& block, std::size_t row) {
    if (verdicts_.empty()) return true;
    Verdict& verdict = verdicts_[block.class_indexes[row]];
    if (verdict == Verdict::kUndecided) verdict = test(block, row);
    return verdict == Verdict::kMayPass;
  }

 private:
  enum class Verdict : std::uint8_t { kUndecided, kMayPass, kDropped };
  Verdict test(const storage::RecordBlock& block, std::size_t row);

  Pipeline& pipeline_;
  std::vector<Verdict> verdicts_;  ///< By class; none when classes do not tell.
};

/// The line with all its labels, as answers own it.
ResultLine make_result_line(const LineContext& context, RecordId id, StreamPtr stream,
                            Severity severity);

}  // namespace logpond::logql
