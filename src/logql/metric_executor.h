// Metric queries: scans, then the expression at every step.
#pragma once

#include <vector>

#include "logql/engine.h"
#include "logql/plan.h"
#include "logql/range_vector.h"

namespace logpond::logql {

/// Evaluates `plan` at every step of the context's grid. The series come in the order in which they
/// were met, each with its points in rising time.
/// Errors: those of make_range_vector(); kInvalidArgument when vectors cannot be matched or there
/// are more than `series_max` series.
Result<std::vector<Series>> run_metric_query(const MetricPlan& plan, const MetricContext& context,
                                             std::size_t series_max);

/// True when the order of an instant answer is the query's own (sort, topk).
bool decides_order(const MetricPlan& plan);

/// Sorts by labels.
void sort_series(std::vector<Series>& series);

}  // namespace logpond::logql
