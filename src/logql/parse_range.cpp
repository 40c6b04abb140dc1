// Range aggregations: `rate({app="x"} | json | unwrap ms [5m] offset 1h) by (app)`.
#include "logql/quantity.h"
#include "logql/token_reader.h"

namespace logpond::logql {

using namespace ast;

namespace {

RangeOp range_op_of(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(RangeOp::kAbsent); ++i) {
    if (name_of(static_cast<RangeOp>(i)) == name) return static_cast<RangeOp>(i);
  }
  return RangeOp::kCount;
}

/// `[5m] offset 1h`.
Status parse_window(TokenReader& reader, RangeAggregation& node) {
  const Token range = reader.take();
  node.range = *parse_prometheus_duration(range.text);
  if (!reader.take_if(TokenKind::kOffset)) return {};
  LOGPOND_TRY(const auto offset, reader.expect(TokenKind::kDuration));
  node.offset = *parse_duration_literal(offset.text);
  return {};
}

Result<Unwrap> parse_unwrap(TokenReader& reader) {
  reader.take();
  Unwrap unwrap{.at = reader.take().at};
  const TokenKind kind = reader.peek().kind;
  if (kind == TokenKind::kIdentifier) {
    unwrap.label = reader.take().text;
  } else if (kind == TokenKind::kBytesFunction || kind == TokenKind::kDurationFunction ||
             kind == TokenKind::kDurationSecondsFunction) {
    reader.take();
    unwrap.conversion = kind == TokenKind::kBytesFunction      ? UnwrapConversion::kBytes
                        : kind == TokenKind::kDurationFunction ? UnwrapConversion::kDuration
                                                               : UnwrapConversion::kDurationSeconds;
    LOGPOND_TRY(const auto open, reader.expect(TokenKind::kOpenParen));
    LOGPOND_TRY(auto name, reader.expect(TokenKind::kIdentifier));
    unwrap.label = std::move(name.text);
    LOGPOND_TRY(const auto close, reader.expect(TokenKind::kCloseParen));
  } else {
    return reader.unexpected({TokenKind::kIdentifier, TokenKind::kBytesFunction,
                              TokenKind::kDurationFunction, TokenKind::kDurationSecondsFunction});
  }
  while (reader.take_if(TokenKind::kPipe)) {
    const Position at = reader.peek().at;
    LOGPOND_TRY(auto filter, parse_label_filter(reader));
    unwrap.filters.push_back({.at = at, .filter = std::move(filter)});
  }
  return unwrap;
}

/// Selector, stages and unwrap, with the range first, last or (false) not at all.
Result<bool> parse_log_body(TokenReader& reader, RangeAggregation& node) {
  LOGPOND_TRY(node.log.selector, parse_selector_part(reader));
  bool has_range = false;
  if (reader.at(TokenKind::kRange)) {
    LOGPOND_CHECK_OK(parse_window(reader, node));
    has_range = true;
  }
  LOGPOND_TRY(node.log.stages, parse_pipeline(reader, true));
  if (reader.at(TokenKind::kPipe)) {
    LOGPOND_TRY(node.unwrap, parse_unwrap(reader));
  }
  if (!has_range && reader.at(TokenKind::kRange)) {
    LOGPOND_CHECK_OK(parse_window(reader, node));
    has_range = true;
  }
  return has_range;
}

Status parse_log_range(TokenReader& reader, RangeAggregation& node) {
  const TokenReader::Level level(reader);
  if (reader.is_too_deep()) return reader.too_deep();
  if (!reader.at(TokenKind::kOpenParen)) {
    LOGPOND_TRY(const bool has_range, parse_log_body(reader, node));
    if (!has_range) return reader.unexpected();
    return {};
  }
  reader.take();
  bool has_range = true;
  if (reader.at(TokenKind::kOpenParen)) {
    LOGPOND_CHECK_OK(parse_log_range(reader, node));
  } else if (reader.at(TokenKind::kOpenBrace)) {
    LOGPOND_TRY(has_range, parse_log_body(reader, node));
  } else {
    return reader.unexpected({TokenKind::kOpenBrace, TokenKind::kOpenParen});
  }
  if (!reader.take_if(TokenKind::kCloseParen)) return reader.unexpected();
  if (has_range) return {};
  if (!reader.at(TokenKind::kRange)) return reader.unexpected();
  return parse_window(reader, node);
}

bool allows_grouping(RangeOp op) {
  switch (op) {
    case RangeOp::kAvg:
    case RangeOp::kStddev:
    case RangeOp::kStdvar:
    case RangeOp::kQuantile:
    case RangeOp::kMax:
    case RangeOp::kMin:
    case RangeOp::kFirst:
    case RangeOp::kLast:
      return true;
    default:
      return false;
  }
}

bool allows_unwrap(RangeOp op) {
  return op != RangeOp::kCount && op != RangeOp::kBytes && op != RangeOp::kBytesRate;
}

bool needs_unwrap(RangeOp op) {
  return allows_unwrap(op) && op != RangeOp::kRate && op != RangeOp::kAbsent;
}

void check_range_aggregation(TokenReader& reader, const RangeAggregation& node,
                             const std::string& parameter) {
  const std::string name(name_of(node.op));
  if (node.op == RangeOp::kQuantile && !node.parameter) {
    reader.misuse("parameter required for operation " + name);
  }
  if (node.op != RangeOp::kQuantile && node.parameter) {
    reader.misuse("parameter " + parameter + " not supported for operation " + name);
  }
  if (node.grouping && !allows_grouping(node.op)) {
    reader.misuse("grouping not allowed for " + name + " aggregation");
  }
  if (node.unwrap && !allows_unwrap(node.op)) {
    reader.misuse("invalid aggregation " + name + " with unwrap");
  }
  if (!node.unwrap && needs_unwrap(node.op)) {
    reader.misuse("invalid aggregation " + name + " without unwrap");
  }
}

}  // namespace

Result<RangeAggregation> parse_range_aggregation(TokenReader& reader) {
  const Token function = reader.take();
  RangeAggregation node{.at = function.at, .op = range_op_of(function.text)};
  LOGPOND_TRY(const auto open, reader.expect(TokenKind::kOpenParen));
  std::string parameter;
  if (reader.at(TokenKind::kNumber)) {
    parameter = reader.peek().text;
    LOGPOND_TRY(node.parameter, parse_number(reader));
    LOGPOND_TRY(const auto comma, reader.expect(TokenKind::kComma));
  }
  if (!reader.at(TokenKind::kOpenBrace) && !reader.at(TokenKind::kOpenParen)) {
    if (node.parameter) return reader.unexpected({TokenKind::kOpenBrace, TokenKind::kOpenParen});
    return reader.unexpected({TokenKind::kNumber, TokenKind::kOpenBrace, TokenKind::kOpenParen});
  }
  LOGPOND_CHECK_OK(parse_log_range(reader, node));
  if (!reader.take_if(TokenKind::kCloseParen)) return reader.unexpected();
  if (reader.at(TokenKind::kBy) || reader.at(TokenKind::kWithout)) {
    Grouping grouping;
    grouping.without = reader.take().kind == TokenKind::kWithout;
    LOGPOND_TRY(grouping.labels, parse_bracketed_names(reader));
    node.grouping = std::move(grouping);
  }
  check_range_aggregation(reader, node, parameter);
  return node;
}

}  // namespace logpond::logql
