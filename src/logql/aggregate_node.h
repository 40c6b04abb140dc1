// `sum by (app) (...)`, `topk(3, ...)`, `sort(...)`.
#pragma once

#include "logql/plan.h"
#include "logql/vector_node.h"

namespace logpond::logql {

/// Borrows `plan`.
VectorNodePtr make_aggregate_node(const AggregatePlan& plan, VectorNodePtr operand);

}  // namespace logpond::logql
