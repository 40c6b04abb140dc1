#include "logql/print.h"

#include <array>

#include "codec/go_string.h"
#include "logql/quantity.h"

namespace logpond::logql {
namespace ast {
namespace {

constexpr std::array<std::string_view, 15> kRangeNames = {"rate",
                                                          "rate_counter",
                                                          "count_over_time",
                                                          "bytes_rate",
                                                          "bytes_over_time",
                                                          "avg_over_time",
                                                          "sum_over_time",
                                                          "min_over_time",
                                                          "max_over_time",
                                                          "stdvar_over_time",
                                                          "stddev_over_time",
                                                          "quantile_over_time",
                                                          "first_over_time",
                                                          "last_over_time",
                                                          "absent_over_time"};
constexpr std::array<std::string_view, 12> kVectorNames = {
    "sum",    "avg",  "count",   "max",  "min",       "stddev",
    "stdvar", "topk", "bottomk", "sort", "sort_desc", "approx_topk"};
constexpr std::array<std::string_view, 15> kBinaryNames = {
    "or", "and", "unless", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "^"};

}  // namespace

std::string_view name_of(RangeOp op) {
  return kRangeNames[static_cast<std::size_t>(op)];
}
std::string_view name_of(VectorOp op) {
  return kVectorNames[static_cast<std::size_t>(op)];
}
std::string_view name_of(BinaryOp op) {
  return kBinaryNames[static_cast<std::size_t>(op)];
}

}  // namespace ast

namespace {

using namespace ast;

std::string quoted(std::string_view text) {
  std::string out;
  codec::append_go_quoted(out, text);
  return out;
}

std::string_view text_of(storage::MatchOp op) {
  constexpr std::array<std::string_view, 4> kTexts = {"=", "!=", "=~", "!~"};
  return kTexts[static_cast<std::size_t>(op)];
}

std::string_view text_of(Compare op) {
  constexpr std::array<std::string_view, 6> kTexts = {"=", "!=", "<", "<=", ">", ">="};
  return kTexts[static_cast<std::size_t>(op)];
}

/// A duration that reads back to the nanosecond.
std::string duration_text(DurationNs span) {
  if (span % kMillisecond == 0) return format_duration(span);
  return std::to_string(span) + "ns";
}

template <typename T, typename F>
std::string joined(const std::vector<T>& items, std::string_view separator, F&& text) {
  std::string out;
  for (const T& item : items) {
    if (!out.empty()) out += separator;
    out += text(item);
  }
  return out;
}

std::string joined(const std::vector<std::string>& names) {
  return joined(names, ",", [](const std::string& name) { return name; });
}

std::string print_matcher(const Matcher& m) {
  return m.name + std::string(text_of(m.op)) + quoted(m.value);
}

struct FilterPrinter {
  std::string operator()(const Matcher& m) const { return print_matcher(m); }
  std::string operator()(const NumberTest& t) const {
    return t.name + std::string(text_of(t.op)) + float_text(t.value);
  }
  std::string operator()(const DurationTest& t) const {
    return t.name + std::string(text_of(t.op)) + t.text;
  }
  std::string operator()(const BytesTest& t) const {
    return t.name + std::string(text_of(t.op)) + t.text;
  }
  std::string operator()(const IpTest& t) const {
    return t.name + (t.negated ? "!=" : "=") + "ip(" + quoted(t.spec) + ")";
  }
  std::string operator()(const AndTest& t) const {
    return joined(t.tests, " and ", [](const LabelFilter& f) {
      const bool is_leaf = f.test.index() < 5;
      return is_leaf ? print(f) : "(" + print(f) + ")";
    });
  }
  std::string operator()(const OrTest& t) const {
    return joined(t.tests, " or ", [](const LabelFilter& f) {
      return std::holds_alternative<OrTest>(f.test) ? "(" + print(f) + ")" : print(f);
    });
  }
};

std::string print_extractions(const std::vector<Extraction>& extractions) {
  if (extractions.empty()) return "";
  return " " + joined(extractions, ",",
                      [](const Extraction& e) { return e.name + "=" + quoted(e.path); });
}

std::string print_named(const std::vector<NamedLabel>& labels) {
  return joined(labels, ",", [](const NamedLabel& label) {
    return label.matcher ? print_matcher(*label.matcher) : label.name;
  });
}

struct StagePrinter {
  std::string operator()(const LineFilter& s) const {
    constexpr std::array<std::string_view, 6> kOps = {"|=", "!=", "|~", "!~", "|>", "!>"};
    return std::string(kOps[static_cast<std::size_t>(s.op)]) + " " +
           joined(s.operands, " or ", [](const LineOperand& operand) {
             return operand.is_ip ? "ip(" + quoted(operand.text) + ")" : quoted(operand.text);
           });
  }
  std::string operator()(const LabelFilterStage& s) const { return "| " + print(s.filter); }
  std::string operator()(const Json& s) const {
    return "| json" + print_extractions(s.extractions);
  }
  std::string operator()(const Logfmt& s) const {
    std::string out = "| logfmt";
    if (s.strict) out += " --strict";
    if (s.keep_empty) out += " --keep-empty";
    return out + print_extractions(s.extractions);
  }
  std::string operator()(const Regexp& s) const { return "| regexp " + quoted(s.pattern); }
  std::string operator()(const Pattern& s) const { return "| pattern " + quoted(s.pattern); }
  std::string operator()(const Unpack&) const { return "| unpack"; }
  std::string operator()(const Decolorize&) const { return "| decolorize"; }
  std::string operator()(const LineFormat& s) const { return "| line_format " + quoted(s.format); }
  std::string operator()(const LabelFormat& s) const {
    return "| label_format " + joined(s.assignments, ",", [](const LabelAssignment& a) {
             return a.name + "=" + (a.is_rename ? a.value : quoted(a.value));
           });
  }
  std::string operator()(const Drop& s) const { return "| drop " + print_named(s.labels); }
  std::string operator()(const Keep& s) const { return "| keep " + print_named(s.labels); }
};

std::string print_unwrap(const Unwrap& unwrap) {
  constexpr std::array<std::string_view, 4> kConversions = {"", "bytes", "duration",
                                                            "duration_seconds"};
  const std::string conversion(kConversions[static_cast<std::size_t>(unwrap.conversion)]);
  std::string out = " | unwrap ";
  out += conversion.empty() ? unwrap.label : conversion + "(" + unwrap.label + ")";
  for (const LabelFilterStage& stage : unwrap.filters) out += " | " + print(stage.filter);
  return out;
}

std::string print_modifier(const BinaryModifier& modifier) {
  std::string out;
  if (modifier.is_bool) out += " bool";
  if (!modifier.has_matching) return out;
  out += std::string(modifier.on ? " on" : " ignoring") + " (" + joined(modifier.labels) + ")";
  if (modifier.group != GroupSide::kNone) {
    out += modifier.group == GroupSide::kLeft ? " group_left" : " group_right";
    out += " (" + joined(modifier.include) + ")";
  }
  return out;
}

struct ExprPrinter {
  std::string operator()(const LogExpr& e) const { return print(e); }
  std::string operator()(const RangeAggregation& e) const {
    std::string out(name_of(e.op));
    out += "(";
    if (e.parameter) out += float_text(*e.parameter) + ",";
    out += print(e.log);
    if (e.unwrap) out += print_unwrap(*e.unwrap);
    out += "[" + format_duration(e.range) + "]";
    if (e.offset != 0) out += " offset " + duration_text(e.offset);
    out += ")";
    if (e.grouping) out += " " + print(*e.grouping);
    return out;
  }
  std::string operator()(const VectorAggregation& e) const {
    std::string out(name_of(e.op));
    if (e.grouping) out += " " + print(*e.grouping);
    out += "(";
    if (e.parameter) out += std::to_string(*e.parameter) + ",";
    return out + print(*e.operand) + ")";
  }
  std::string operator()(const Literal& e) const { return float_text(e.value); }
  std::string operator()(const VectorLiteral& e) const {
    return "vector(" + float_text(e.value) + ")";
  }
  std::string operator()(const LabelReplace& e) const {
    return "label_replace(" + print(*e.operand) + "," + quoted(e.destination) + "," +
           quoted(e.replacement) + "," + quoted(e.source) + "," + quoted(e.pattern) + ")";
  }
  std::string operator()(const Binary& e) const {
    return "(" + print(*e.left) + " " + std::string(name_of(e.op)) + print_modifier(e.modifier) +
           " " + print(*e.right) + ")";
  }
};

}  // namespace

std::string print(const ast::Selector& selector) {
  return "{" + joined(selector.matchers, ", ", print_matcher) + "}";
}

std::string print(const ast::Grouping& grouping) {
  return std::string(grouping.without ? "without" : "by") + " (" + joined(grouping.labels) + ")";
}

std::string print(const ast::LabelFilter& filter) {
  return std::visit(FilterPrinter{}, filter.test);
}

std::string print(const ast::Stage& stage) {
  return std::visit(StagePrinter{}, stage);
}

std::string print(const ast::LogExpr& expr) {
  std::string out = print(expr.selector);
  for (const Stage& stage : expr.stages) out += " " + print(stage);
  return out;
}

std::string print(const ast::Expr& expr) {
  return std::visit(ExprPrinter{}, expr.node);
}

}  // namespace logpond::logql
