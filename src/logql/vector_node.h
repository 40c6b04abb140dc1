// A metric expression while it is evaluated, step by step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/result.h"
#include "logql/label_list.h"

namespace logpond::logql {

/// One series' value at one step.
struct VectorSample {
  std::uint32_t series = 0;  ///< Number of the series in its node.
  double value = 0;
};

/// Gives the samples of each step. Labels are worked out once per series, not once per step: a
/// sample names its series by number, and parents remember what they made of a number.
///
/// Threads: one.
class VectorNode {
 public:
  virtual ~VectorNode() = default;
  /// Puts the samples of step `i` into `out`, replacing what is there. Steps are asked in rising
  /// order, each once. Errors: kInvalidArgument for what cannot be matched.
  virtual Status step(std::size_t i, std::vector<VectorSample>& out) = 0;
  /// Labels of a series that step() named. Valid until the next step().
  virtual const LabelList& labels(std::uint32_t series) const = 0;
};
using VectorNodePtr = std::unique_ptr<VectorNode>;

}  // namespace logpond::logql
