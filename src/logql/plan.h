// What a query will do: the part a store does while it scans, and what is left for us.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "codec/line_filter.h"
#include "codec/regex.h"
#include "core/labels.h"
#include "logql/ast.h"
#include "logql/stages/stage.h"
#include "storage/store.h"

namespace logpond::logql {

/// A pipeline on top of a scan.
struct LogPlan {
  storage::Selector selector;
  std::vector<codec::LineFilter> line_filters;  ///< Done by the store.
  std::vector<storage::Matcher> field_filters;  ///< Done by the store.
  std::vector<std::unique_ptr<Stage>> stages;   ///< Done by us, in order.
  std::vector<std::string> stage_texts;         ///< Of `stages`, for explain().
  std::size_t label_tests = 0;  ///< So many of `stages`, the first ones, only test labels.
  bool stages_change_labels = false;
  bool stages_read_line = false;  ///< Or change it.
  bool needs_labels = true;       ///< Someone looks at the labels of a line.
  storage::Columns columns = storage::Columns::kNone;
  /// With kFields: fields that may make a difference, as ScanRequest has them.
  std::optional<std::vector<std::string>> field_names;
};

/// Which labels make a series: these only, or all but these. `without` nothing is all of them,
/// `by` nothing is one series for everything.
struct SeriesGrouping {
  bool without = true;
  std::vector<std::string> labels;  ///< Sorted, unique.
  bool is_single() const { return !without && labels.empty(); }
};

struct UnwrapPlan {
  std::string label;
  ast::UnwrapConversion conversion = ast::UnwrapConversion::kNone;
  std::vector<std::unique_ptr<Stage>> filters;
};

struct RangePlan {
  LogPlan log;
  ast::RangeOp op = ast::RangeOp::kCount;
  double parameter = 0;  ///< Of quantile_over_time.
  DurationNs range = 0;
  DurationNs offset = 0;
  std::optional<UnwrapPlan> unwrap;
  SeriesGrouping grouping;
  Labels absent_labels;  ///< Of absent_over_time's series.
};

struct MetricPlan;
using MetricPlanPtr = std::unique_ptr<MetricPlan>;

struct AggregatePlan {
  ast::VectorOp op = ast::VectorOp::kSum;
  std::size_t k = 0;
  SeriesGrouping grouping;
  MetricPlanPtr operand;
};

struct ScalarPlan {
  double value = 0;
};

/// `vector(n)`.
struct VectorLiteralPlan {
  double value = 0;
};

struct LabelReplacePlan {
  MetricPlanPtr operand;
  std::string destination;
  std::string replacement;
  std::string source;
  codec::Regex regex;
};

/// At most one leg is a ScalarPlan: two of them are folded.
struct BinaryPlan {
  ast::BinaryOp op = ast::BinaryOp::kAdd;
  ast::BinaryModifier modifier;
  MetricPlanPtr left;
  MetricPlanPtr right;
};

struct MetricPlan {
  std::variant<RangePlan, AggregatePlan, ScalarPlan, VectorLiteralPlan, LabelReplacePlan,
               BinaryPlan>
      node;
};

using Plan = std::variant<LogPlan, MetricPlanPtr>;

struct PlanOptions {
  /// Hands filters to the store. Off for records that come without a scan, and for tests that
  /// compare.
  bool push_down = true;
};

/// Makes the plan of a parsed query. Errors: kInvalidArgument: bad regular expressions and stage
/// parameters, a selector that matches everything, and what this version does not evaluate.
Result<Plan> plan(const ast::Expr& expr, PlanOptions options = {});

/// The selector as the store takes it. Errors: kInvalidArgument for a bad regular expression.
Result<storage::Selector> plan_selector(const ast::Selector& selector);

/// The plan in words, one step a line.
std::string explain(const Plan& plan);

}  // namespace logpond::logql
