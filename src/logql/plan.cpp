#include "logql/plan.h"

#include <algorithm>

#include "logql/parser.h"
#include "logql/plan_log.h"
#include "logql/stages/label_filter.h"
#include "logql/stages/registry.h"

namespace logpond::logql {
namespace {

SeriesGrouping grouping_of(const std::optional<ast::Grouping>& node, bool without_default) {
  SeriesGrouping grouping{.without = without_default};
  if (node) {
    grouping.without = node->without;
    grouping.labels = node->labels;
    std::sort(grouping.labels.begin(), grouping.labels.end());
    grouping.labels.erase(std::unique(grouping.labels.begin(), grouping.labels.end()),
                          grouping.labels.end());
  }
  return grouping;
}

/// `=` matchers whose name no other matcher has.
Labels absent_labels_of(const ast::Selector& selector) {
  std::vector<Label> labels;
  for (const ast::Matcher& m : selector.matchers) {
    const auto times = std::count_if(selector.matchers.begin(), selector.matchers.end(),
                                     [&](const ast::Matcher& o) { return o.name == m.name; });
    if (m.op == storage::MatchOp::kEqual && times == 1) labels.push_back({m.name, m.value});
  }
  return Labels(std::move(labels));
}

/// Sums of these over groups are the same as these over the group's lines.
bool is_additive(ast::RangeOp op) {
  return op == ast::RangeOp::kCount || op == ast::RangeOp::kRate || op == ast::RangeOp::kBytes ||
         op == ast::RangeOp::kBytesRate || op == ast::RangeOp::kSum;
}

class MetricPlanner {
 public:
  explicit MetricPlanner(PlanOptions options) : options_(options) {}

  Result<MetricPlanPtr> run(const ast::Expr& expr) {
    if (const auto value = constant_of(expr)) return boxed(ScalarPlan{*value});
    return std::visit(*this, expr.node);
  }

  Result<MetricPlanPtr> operator()(const ast::LogExpr&) const {
    return fail(ErrorCode::kInternal, "a log query stands inside a metric query");
  }
  Result<MetricPlanPtr> operator()(const ast::Literal& e) const {
    return boxed(ScalarPlan{e.value});
  }
  Result<MetricPlanPtr> operator()(const ast::VectorLiteral& e) const {
    return boxed(VectorLiteralPlan{e.value});
  }

  Result<MetricPlanPtr> operator()(const ast::RangeAggregation& e) {
    return range(e, grouping_of(e.grouping, true));
  }

  Result<MetricPlanPtr> operator()(const ast::VectorAggregation& e) {
    const auto* inner = std::get_if<ast::RangeAggregation>(&e.operand->node);
    // Only lines are grouped then, not series; and parsers need to find the group's labels only.
    if (e.op == ast::VectorOp::kSum && inner != nullptr && is_additive(inner->op)) {
      return range(*inner, grouping_of(e.grouping, false));
    }
    AggregatePlan node{.op = e.op,
                       .k = static_cast<std::size_t>(e.parameter.value_or(0)),
                       .grouping = grouping_of(e.grouping, false)};
    LOGPOND_TRY(node.operand, run(*e.operand));
    return boxed(std::move(node));
  }

  Result<MetricPlanPtr> operator()(const ast::LabelReplace& e) {
    // Loki shows the pattern with its anchors, so the first try has them written out.
    const auto shown =
        codec::Regex::compile("^(?:" + e.pattern + ")$", codec::Regex::Form::kSearch);
    auto regex = codec::Regex::compile(e.pattern, codec::Regex::Form::kAnchored);
    if (!shown || !regex) {
      return fail(ErrorCode::kInvalidArgument,
                  "parse error : invalid regex in label_replace: " +
                      (shown ? regex.error().message : shown.error().message));
    }
    LabelReplacePlan node{.destination = e.destination,
                          .replacement = e.replacement,
                          .source = e.source,
                          .regex = *std::move(regex)};
    LOGPOND_TRY(node.operand, run(*e.operand));
    return boxed(std::move(node));
  }

  Result<MetricPlanPtr> operator()(const ast::Binary& e) {
    BinaryPlan node{.op = e.op, .modifier = e.modifier};
    std::sort(node.modifier.labels.begin(), node.modifier.labels.end());
    LOGPOND_TRY(node.left, run(*e.left));
    LOGPOND_TRY(node.right, run(*e.right));
    return boxed(std::move(node));
  }

 private:
  template <typename T>
  static MetricPlanPtr boxed(T node) {
    return std::make_unique<MetricPlan>(MetricPlan{std::move(node)});
  }

  Result<MetricPlanPtr> range(const ast::RangeAggregation& e, SeriesGrouping grouping) {
    if (e.op == ast::RangeOp::kRateCounter) return not_evaluated(e.at, name_of(e.op));
    if (e.op == ast::RangeOp::kAbsent) grouping = {.without = false, .labels = {}};
    const LogNeeds needs = needs_of(e, grouping);
    RangePlan node{.op = e.op,
                   .parameter = e.parameter.value_or(0),
                   .range = e.range,
                   .offset = e.offset,
                   .grouping = std::move(grouping),
                   .absent_labels = absent_labels_of(e.log.selector)};
    LOGPOND_TRY(node.log, plan_log(e.log, needs, options_));
    if (e.unwrap) {
      node.unwrap = UnwrapPlan{.label = e.unwrap->label, .conversion = e.unwrap->conversion};
      for (const ast::LabelFilterStage& filter : e.unwrap->filters) {
        LOGPOND_TRY(auto stage, make_label_filter(ast::Stage(filter), needs.hints));
        node.unwrap->filters.push_back(std::move(stage));
      }
    }
    return boxed(std::move(node));
  }

  /// Parsers extract what later stages and the grouping look at; without a grouping that is
  /// everything.
  static LogNeeds needs_of(const ast::RangeAggregation& e, const SeriesGrouping& grouping) {
    LogNeeds needs;
    std::vector<std::string> names;
    for (const ast::Stage& stage : e.log.stages) add_labels_read(stage, names);
    if (e.unwrap) {
      names.push_back(e.unwrap->label);
      for (const ast::LabelFilterStage& f : e.unwrap->filters) add_label_names(f.filter, names);
    }
    if (!grouping.without) {
      names.insert(names.end(), grouping.labels.begin(), grouping.labels.end());
      needs.only_labels = grouping.labels;
      if (e.unwrap) {
        needs.only_labels->push_back(e.unwrap->label);
        for (const ast::LabelFilterStage& f : e.unwrap->filters) {
          add_label_names(f.filter, *needs.only_labels);
        }
      }
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    needs.hints.all = grouping.without;
    needs.hints.preserve_error = std::binary_search(names.begin(), names.end(), kErrorLabel);
    needs.hints.needed = std::move(names);
    needs.line = false;
    needs.line_size = e.op == ast::RangeOp::kBytes || e.op == ast::RangeOp::kBytesRate;
    needs.labels = !grouping.is_single() || e.unwrap.has_value();
    return needs;
  }

  PlanOptions options_;
};

}  // namespace

Result<Plan> plan(const ast::Expr& expr, PlanOptions options) {
  if (const auto* log = std::get_if<ast::LogExpr>(&expr.node)) {
    LOGPOND_TRY(auto planned, plan_log(*log, LogNeeds{}, options));
    planned.columns = planned.columns | storage::Columns::kSeverity;
    return Plan(std::move(planned));
  }
  LOGPOND_TRY(auto planned, MetricPlanner(options).run(expr));
  return Plan(std::move(planned));
}

}  // namespace logpond::logql
