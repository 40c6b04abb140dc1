// Log queries: the newest or oldest lines that pass, over all streams together.
#pragma once

#include "logql/engine.h"
#include "logql/plan.h"

namespace logpond::logql {

/// Scans and returns at most query.limit lines in the direction's order.
/// Errors: kCancelled, kDeadlineExceeded, kIo.
Result<LogResult> run_log_query(storage::Store& store, const LogPlan& plan, const RangeQuery& query,
                                storage::ScanStats& stats);

}  // namespace logpond::logql
