#include "logql/tests/random_query.h"

#include "logql/parser.h"
#include "logql/quantity.h"

namespace logpond::logql::testing {

using namespace ast;

namespace {

bool ends_with_a_bare_name(const Stage& stage) {
  if (const auto* drop = std::get_if<Drop>(&stage)) return !drop->labels.back().matcher;
  if (const auto* keep = std::get_if<Keep>(&stage)) return !keep->labels.back().matcher;
  return false;
}

}  // namespace

std::string RandomQuery::name() {
  static const std::vector<std::string> kNames = {
      "app", "env",   "level",    "a",      "b",     "_x",   "sum",       "rate",
      "ip",  "bytes", "duration", "vector", "größe", "A9_b", "__error__", "detected_level"};
  return one_of(kNames);
}

std::string RandomQuery::text() {
  static const std::vector<std::string> kPieces = {"a",    "b",  "error", " ", "\"", "\\",
                                                   "`",    "\n", "\t",    "é", "日", "\xff",
                                                   "\x01", "{",  "|",     "#", "1"};
  std::string out;
  for (std::size_t i = pick(6); i > 0; --i) out += one_of(kPieces);
  return out;
}

std::vector<std::string> RandomQuery::names(std::size_t least) {
  std::vector<std::string> out;
  for (std::size_t i = least + pick(3); i > 0; --i) out.push_back(name());
  return out;
}

Matcher RandomQuery::matcher(std::string of) {
  return {.name = std::move(of), .op = static_cast<storage::MatchOp>(pick(4)), .value = text()};
}

double RandomQuery::number() {
  static const std::vector<double> kNumbers = {0, 1, 2.5, 1e21, 1e-7, 0.1, 123456789};
  return one_of(kNumbers) * (pick(4) == 0 ? -1 : 1);
}

LabelFilter RandomQuery::label_filter(int depth) {
  static const std::vector<std::string> kDurations = {"5m", "1.5h", "-5m", "1d", "0.5ms"};
  static const std::vector<std::string> kBytes = {"1KB", "1.5GiB", "512B", "0KB"};
  const auto compare = static_cast<Compare>(pick(6));
  switch (pick(depth > 0 ? 7 : 5)) {
    case 0:
      return {matcher(name())};
    case 1:
      return {NumberTest{.name = name(), .op = compare, .value = number()}};
    case 2: {
      const std::string& literal = one_of(kDurations);
      return {DurationTest{.name = name(),
                           .op = compare,
                           .value = *parse_duration_literal(literal),
                           .text = literal}};
    }
    case 3: {
      const std::string& literal = one_of(kBytes);
      return {BytesTest{
          .name = name(), .op = compare, .value = *parse_bytes(literal), .text = literal}};
    }
    case 4:
      return {IpTest{.name = name(), .negated = pick(2) == 0, .spec = text()}};
    case 5: {
      AndTest all;
      for (std::size_t i = 2 + pick(2); i > 0; --i) all.tests.push_back(label_filter(depth - 1));
      return {std::move(all)};
    }
    default: {
      OrTest any;
      for (std::size_t i = 2 + pick(2); i > 0; --i) any.tests.push_back(label_filter(depth - 1));
      return {std::move(any)};
    }
  }
}

NamedLabel RandomQuery::named_label() {
  NamedLabel label{.name = name()};
  if (pick(2) == 0) label.matcher = matcher(label.name);
  return label;
}

Stage RandomQuery::stage() {
  const auto extractions = [this] {
    std::vector<Extraction> out;
    for (std::size_t i = pick(3); i > 0; --i) out.push_back({name(), text()});
    return out;
  };
  const auto labels = [this] {
    std::vector<NamedLabel> out;
    for (std::size_t i = 1 + pick(3); i > 0; --i) out.push_back(named_label());
    return out;
  };
  switch (pick(12)) {
    case 0: {
      LineFilter filter{.op = static_cast<LineOp>(pick(6))};
      for (std::size_t i = 1 + pick(3); i > 0; --i)
        filter.operands.push_back({pick(4) == 0, text()});
      return filter;
    }
    case 1:
      return Json{.extractions = extractions()};
    case 2:
      return Logfmt{
          .strict = pick(2) == 0, .keep_empty = pick(2) == 0, .extractions = extractions()};
    case 3:
      return Regexp{.pattern = text()};
    case 4:
      return Pattern{.pattern = text()};
    case 5:
      return Unpack{};
    case 6:
      return Decolorize{};
    case 7:
      return LineFormat{.format = text()};
    case 8: {
      LabelFormat format;
      for (std::size_t i = 1 + pick(3); i > 0; --i) {
        const bool is_rename = pick(2) == 0;
        format.assignments.push_back({name(), is_rename, is_rename ? name() : text()});
      }
      return format;
    }
    case 9:
      return Drop{.labels = labels()};
    case 10:
      return Keep{.labels = labels()};
    default:
      return LabelFilterStage{.filter = label_filter(2)};
  }
}

LogExpr RandomQuery::log() {
  LogExpr log;
  for (std::size_t i = pick(3); i > 0; --i) log.selector.matchers.push_back(matcher(name()));
  for (std::size_t i = pick(4); i > 0; --i) {
    Stage next = stage();
    // `drop a != "x"` is one stage, never a drop and a line filter.
    const auto* filter = std::get_if<LineFilter>(&next);
    const bool negative = filter != nullptr &&
                          (filter->op == LineOp::kNotContains || filter->op == LineOp::kNotMatches);
    if (negative && !log.stages.empty() && ends_with_a_bare_name(log.stages.back())) continue;
    log.stages.push_back(std::move(next));
  }
  return log;
}

Grouping RandomQuery::grouping() {
  return {.without = pick(2) == 0, .labels = names(0)};
}

Unwrap RandomQuery::unwrap() {
  Unwrap unwrap{.label = name(), .conversion = static_cast<UnwrapConversion>(pick(4))};
  for (std::size_t i = pick(2); i > 0; --i) unwrap.filters.push_back({.filter = label_filter(1)});
  return unwrap;
}

RangeAggregation RandomQuery::range_aggregation() {
  RangeAggregation node{.op = static_cast<RangeOp>(pick(15)), .log = log()};
  const bool counts_lines =
      node.op == RangeOp::kCount || node.op == RangeOp::kBytes || node.op == RangeOp::kBytesRate;
  const bool may_omit = node.op == RangeOp::kRate || node.op == RangeOp::kAbsent;
  if (!counts_lines && !(may_omit && pick(2) == 0)) node.unwrap = unwrap();
  if (node.op == RangeOp::kQuantile) node.parameter = static_cast<double>(pick(12)) / 10;
  const bool groups =
      !counts_lines && !may_omit && node.op != RangeOp::kSum && node.op != RangeOp::kRateCounter;
  if (groups && pick(2) == 0) node.grouping = grouping();
  node.range = static_cast<DurationNs>(pick(1'000'000)) * kMillisecond;
  if (pick(3) == 0) {
    node.offset = (static_cast<DurationNs>(pick(1'000'000'000)) - 500'000'000) * 1'000 + 7;
  }
  return node;
}

Expr RandomQuery::vector_aggregation(int depth) {
  const auto op = static_cast<VectorOp>(pick(12));
  const bool takes_k =
      op == VectorOp::kTopk || op == VectorOp::kBottomk || op == VectorOp::kApproxTopk;
  const bool groups =
      op != VectorOp::kSort && op != VectorOp::kSortDesc && op != VectorOp::kApproxTopk;
  VectorAggregation node{.op = op, .operand = Box<Expr>(metric(depth - 1))};
  if (takes_k) node.parameter = 1 + static_cast<std::int64_t>(pick(9));
  if (groups && pick(2) == 0) node.grouping = grouping();
  return {std::move(node)};
}

Expr RandomQuery::binary(int depth) {
  Expr left = metric(depth - 1);
  Expr right = metric(depth - 1);
  const std::size_t first = pick(3) == 0 ? 0 : 3;
  Binary node{.op = static_cast<BinaryOp>(first + pick(15 - first)),
              .left = Box<Expr>(std::move(left)),
              .right = Box<Expr>(std::move(right))};
  node.modifier.is_bool = pick(3) == 0;
  if (pick(2) == 0) {
    node.modifier.has_matching = true;
    node.modifier.on = pick(2) == 0;
    node.modifier.labels = names(0);
    node.modifier.group = static_cast<GroupSide>(pick(3));
    if (node.modifier.group != GroupSide::kNone) node.modifier.include = names(0);
  }
  return {std::move(node)};
}

Expr RandomQuery::metric(int depth) {
  switch (pick(depth > 0 ? 8 : 2)) {
    case 0:
      return {VectorLiteral{.value = std::abs(number())}};
    case 2:
    case 3:
      return vector_aggregation(depth);
    case 4:
      return binary(depth);
    case 5:
      // A number beside a vector; alone it is no operand of an aggregation.
      return {Binary{.op = BinaryOp::kMultiply,
                     .left = Box<Expr>(metric(depth - 1)),
                     .right = Box<Expr>(Expr{Literal{.value = number()}})}};
    case 6:
      return {LabelReplace{.operand = Box<Expr>(metric(depth - 1)),
                           .destination = text(),
                           .replacement = text(),
                           .source = text(),
                           .pattern = text()}};
    default:
      return {range_aggregation()};
  }
}

Expr RandomQuery::expr(int depth) {
  if (pick(3) == 0) return {log()};
  if (pick(20) == 0) return {Literal{.value = number()}};
  return metric(depth);
}

}  // namespace logpond::logql::testing
