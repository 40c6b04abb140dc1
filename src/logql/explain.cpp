// A plan in words.
#include <algorithm>
#include <array>

#include "codec/go_string.h"
#include "logql/plan.h"
#include "logql/print.h"
#include "logql/quantity.h"

namespace logpond::logql {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  codec::append_go_quoted(out, text);
  return out;
}

std::string text_of(const storage::Matcher& m) {
  constexpr std::array<std::string_view, 4> kOps = {"=", "!=", "=~", "!~"};
  return m.name() + std::string(kOps[static_cast<std::size_t>(m.op())]) + quoted(m.value());
}

std::string text_of(const codec::LineFilter& filter) {
  constexpr std::array<std::string_view, 4> kOps = {"|=", "!=", "|~", "!~"};
  std::string out(kOps[static_cast<std::size_t>(filter.op())]);
  const char* separator = " ";
  for (const std::string& text : filter.alternatives()) {
    out += separator + quoted(text);
    separator = " or ";
  }
  return out;
}

std::string text_of(storage::Columns columns,
                    const std::optional<std::vector<std::string>>& field_names) {
  using storage::Columns;
  std::string out = "timestamp, id, stream";
  if (has_column(columns, Columns::kSeverity)) out += ", severity";
  if (has_column(columns, Columns::kMessage)) out += ", message";
  if (has_column(columns, Columns::kMessageSize)) out += ", message size";
  if (!has_column(columns, Columns::kFields)) return out;
  out += ", fields";
  if (!field_names) return out;
  const char* separator = ": ";
  for (const std::string& name : *field_names) {
    out += separator + name;
    separator = ", ";
  }
  return out;
}

std::string text_of(const SeriesGrouping& grouping) {
  if (grouping.is_single()) return "one series for all";
  if (grouping.without && grouping.labels.empty()) return "a series for each label set";
  return "series " + print(ast::Grouping{grouping.without, grouping.labels});
}

class Explainer {
 public:
  std::string take() { return std::move(out_); }

  void operator()(const LogPlan& plan) {
    std::string selector;
    for (const storage::Matcher& m : plan.selector.matchers()) {
      selector += (selector.empty() ? "" : ", ") + text_of(m);
    }
    line("scan {" + selector + "}, columns: " + text_of(plan.columns, plan.field_names));
    ++depth_;
    for (const auto& filter : plan.line_filters) line("in the scan: line " + text_of(filter));
    for (const auto& matcher : plan.field_filters) line("in the scan: label " + text_of(matcher));
    for (const std::string& stage : plan.stage_texts) line("then " + stage);
    --depth_;
  }
  void operator()(const RangePlan& plan) {
    std::string text = std::string(name_of(plan.op)) + " over " + go_duration_text(plan.range);
    if (plan.offset != 0) text += ", shifted by " + go_duration_text(plan.offset);
    if (plan.unwrap) text += ", of the values of " + plan.unwrap->label;
    line(text + ", " + text_of(plan.grouping));
    child(plan.log);
  }
  void operator()(const AggregatePlan& plan) {
    std::string text(name_of(plan.op));
    if (plan.k > 0) text += " of " + std::to_string(plan.k);
    line(text + ", " + text_of(plan.grouping));
    child(plan.operand->node);
  }
  void operator()(const ScalarPlan& plan) { line("number " + float_text(plan.value)); }
  void operator()(const VectorLiteralPlan& plan) { line("vector of " + float_text(plan.value)); }
  void operator()(const LabelReplacePlan& plan) {
    line("set label " + plan.destination + " from " + plan.source + " by " +
         quoted(plan.regex.pattern()) + " to " + quoted(plan.replacement));
    child(plan.operand->node);
  }
  void operator()(const BinaryPlan& plan) {
    std::string text = "left " + std::string(name_of(plan.op)) + " right";
    if (plan.modifier.has_matching) {
      text += std::string(", matched ") + (plan.modifier.on ? "on" : "ignoring") + " (";
      const char* separator = "";
      for (const std::string& label : plan.modifier.labels) {
        text += separator + label;
        separator = ", ";
      }
      text += ")";
    }
    line(text);
    child(plan.left->node);
    child(plan.right->node);
  }

 private:
  void line(const std::string& text) { out_ += std::string(2 * depth_, ' ') + text + "\n"; }
  void child(const LogPlan& plan) {
    ++depth_;
    (*this)(plan);
    --depth_;
  }
  template <typename Variant>
  void child(const Variant& node) {
    ++depth_;
    std::visit(*this, node);
    --depth_;
  }

  std::string out_;
  std::size_t depth_ = 0;
};

}  // namespace

std::string explain(const Plan& plan) {
  Explainer explainer;
  if (const auto* log = std::get_if<LogPlan>(&plan)) {
    explainer(*log);
  } else {
    std::visit(explainer, std::get<MetricPlanPtr>(plan)->node);
  }
  return explainer.take();
}

}  // namespace logpond::logql
