// Range aggregations: one scan, then the value of every series at every step.
#pragma once

#include "logql/plan.h"
#include "logql/vector_node.h"
#include "logql/window_grid.h"
#include "platform/cancel_token.h"
#include "storage/store.h"

namespace logpond::logql {

/// What one metric query runs with. Borrowed for its duration.
struct MetricContext {
  storage::Store& store;
  const TenantId& tenant;
  StepGrid steps;
  const platform::CancelToken& cancel;
  storage::ScanStats& stats;
  std::size_t& cells_left;  ///< Of EngineLimits::cells_max, for the whole query.
};

/// Scans once, whatever the number of steps, and keeps per series and run of windows one cell.
/// Borrows `plan`. Errors: kInvalidArgument (`pipeline error: ...`), kLimitExceeded, kCancelled,
/// kDeadlineExceeded, kIo.
Result<VectorNodePtr> make_range_vector(const RangePlan& plan, const MetricContext& context);

}  // namespace logpond::logql
