// Operators between vectors and numbers.
#pragma once

#include "logql/plan.h"
#include "logql/vector_node.h"

namespace logpond::logql {

/// A number and a vector. Borrows `plan`.
VectorNodePtr make_scalar_binary_node(const BinaryPlan& plan, VectorNodePtr vector, double scalar,
                                      bool scalar_is_left);
/// Two vectors: arithmetic, comparison or set operation. Borrows `plan`.
VectorNodePtr make_vector_binary_node(const BinaryPlan& plan, VectorNodePtr left,
                                      VectorNodePtr right);

}  // namespace logpond::logql
