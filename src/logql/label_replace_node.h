// `label_replace(v, "dst", "$1", "src", "(.*)")` and `vector(n)`.
#pragma once

#include "logql/plan.h"
#include "logql/vector_node.h"

namespace logpond::logql {

/// Borrows `plan`.
VectorNodePtr make_label_replace_node(const LabelReplacePlan& plan, VectorNodePtr operand);
/// One sample without labels at every step.
VectorNodePtr make_vector_literal_node(double value);

}  // namespace logpond::logql
