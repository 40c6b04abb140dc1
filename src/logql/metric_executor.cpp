#include "logql/metric_executor.h"

#include <algorithm>

#include "logql/aggregate_node.h"
#include "logql/binary_node.h"
#include "logql/label_replace_node.h"

namespace logpond::logql {
namespace {

constexpr std::size_t kStepsPerCheck = 64;

class NodeBuilder {
 public:
  explicit NodeBuilder(const MetricContext& context) : context_(context) {}

  Result<VectorNodePtr> build(const MetricPlan& plan) { return std::visit(*this, plan.node); }

  Result<VectorNodePtr> operator()(const RangePlan& plan) {
    return make_range_vector(plan, context_);
  }
  Result<VectorNodePtr> operator()(const AggregatePlan& plan) {
    LOGPOND_TRY(auto operand, build(*plan.operand));
    return make_aggregate_node(plan, std::move(operand));
  }
  Result<VectorNodePtr> operator()(const ScalarPlan& plan) {
    return make_vector_literal_node(plan.value);
  }
  Result<VectorNodePtr> operator()(const VectorLiteralPlan& plan) {
    return make_vector_literal_node(plan.value);
  }
  Result<VectorNodePtr> operator()(const LabelReplacePlan& plan) {
    LOGPOND_TRY(auto operand, build(*plan.operand));
    return make_label_replace_node(plan, std::move(operand));
  }
  Result<VectorNodePtr> operator()(const BinaryPlan& plan) {
    const auto* left_number = std::get_if<ScalarPlan>(&plan.left->node);
    const auto* right_number = std::get_if<ScalarPlan>(&plan.right->node);
    if (left_number != nullptr) {
      LOGPOND_TRY(auto vector, build(*plan.right));
      return make_scalar_binary_node(plan, std::move(vector), left_number->value, true);
    }
    LOGPOND_TRY(auto left, build(*plan.left));
    if (right_number != nullptr) {
      return make_scalar_binary_node(plan, std::move(left), right_number->value, false);
    }
    LOGPOND_TRY(auto right, build(*plan.right));
    return make_vector_binary_node(plan, std::move(left), std::move(right));
  }

 private:
  const MetricContext& context_;
};

Series make_series(const LabelList& labels) {
  Series series;
  series.labels = Labels(labels);
  for (const Label& label : labels) {
    if (label.value.empty()) series.empty_labels.push_back(label.name);
  }
  return series;
}

/// Point times are milliseconds, rounded down.
TimestampNs to_milliseconds(TimestampNs t) {
  const TimestampNs rest = t % kMillisecond;
  return t - (rest < 0 ? rest + kMillisecond : rest);
}

bool is_rank(ast::VectorOp op) {
  return op >= ast::VectorOp::kTopk;
}

/// True when the expression sorts anywhere: what is done to sorted samples keeps their order.
struct SortFinder {
  bool operator()(const RangePlan&) const { return false; }
  bool operator()(const ScalarPlan&) const { return false; }
  bool operator()(const VectorLiteralPlan&) const { return false; }
  bool operator()(const LabelReplacePlan& plan) const {
    return std::visit(*this, plan.operand->node);
  }
  bool operator()(const BinaryPlan& plan) const {
    return std::visit(*this, plan.left->node) || std::visit(*this, plan.right->node);
  }
  bool operator()(const AggregatePlan& plan) const {
    return plan.op == ast::VectorOp::kSort || plan.op == ast::VectorOp::kSortDesc ||
           std::visit(*this, plan.operand->node);
  }
};

}  // namespace

Result<std::vector<Series>> run_metric_query(const MetricPlan& plan, const MetricContext& context,
                                             std::size_t series_max) {
  LOGPOND_TRY(const auto node, NodeBuilder(context).build(plan));
  constexpr std::uint32_t kNone = 0xFFFF'FFFF;
  std::vector<Series> out;
  std::vector<std::uint32_t> places;  // by series of the node
  std::vector<VectorSample> samples;
  for (std::size_t i = 0; i < context.steps.count; ++i) {
    if (i % kStepsPerCheck == 0) LOGPOND_CHECK_OK(context.cancel.check());
    LOGPOND_CHECK_OK(node->step(i, samples));
    for (const VectorSample& sample : samples) {
      if (sample.series >= places.size()) places.resize(sample.series + 1, kNone);
      if (places[sample.series] == kNone) {
        if (out.size() == series_max) {
          return fail(ErrorCode::kInvalidArgument,
                      "maximum number of series (" + std::to_string(series_max) +
                          ") reached for a single query; consider reducing query cardinality by "
                          "adding more specific stream selectors, reducing the time range, or "
                          "aggregating results with functions like sum(), count() or topk()");
        }
        places[sample.series] = static_cast<std::uint32_t>(out.size());
        out.push_back(make_series(node->labels(sample.series)));
      }
      out[places[sample.series]].points.push_back(
          {to_milliseconds(context.steps.at(i)), sample.value});
    }
  }
  return out;
}

bool decides_order(const MetricPlan& plan) {
  const auto* aggregate = std::get_if<AggregatePlan>(&plan.node);
  return (aggregate != nullptr && is_rank(aggregate->op)) || std::visit(SortFinder{}, plan.node);
}

void sort_series(std::vector<Series>& series) {
  std::stable_sort(series.begin(), series.end(), [](const Series& a, const Series& b) {
    if (a.labels != b.labels) return a.labels < b.labels;
    return a.empty_labels < b.empty_labels;
  });
}

}  // namespace logpond::logql
