// Expressions: operators, vector aggregations, literals. Pipelines are in parse_pipeline.cpp,
// range aggregations in parse_range.cpp.
#include "logql/parser.h"

#include <cmath>
#include <cstdio>
#include <limits>

#include "core/limits.h"
#include "logql/lexer.h"
#include "logql/quantity.h"
#include "logql/token_reader.h"

namespace logpond::logql {

using namespace ast;

tl::unexpected<Error> parse_error(const std::string& message) {
  return fail(ErrorCode::kInvalidArgument, "parse error : " + message);
}

tl::unexpected<Error> TokenReader::unexpected(std::initializer_list<TokenKind> expecting) const {
  const Token& token = peek();
  std::string message = token.text;
  if (token.kind != TokenKind::kBad) {
    message = "syntax error: unexpected " + std::string(token_name(token));
    const char* separator = ", expecting ";
    for (const TokenKind kind : expecting) {
      message += separator + std::string(token_kind_name(kind));
      separator = " or ";
    }
  }
  if (token.at.line == 0 && token.at.column == 0) return parse_error(message);
  return fail(ErrorCode::kInvalidArgument, "parse error at line " + std::to_string(token.at.line) +
                                               ", col " + std::to_string(token.at.column) + ": " +
                                               message);
}

tl::unexpected<Error> TokenReader::refuse(const std::string& message) const {
  const Position at = peek().at;
  return fail(ErrorCode::kInvalidArgument, "parse error at line " + std::to_string(at.true_line) +
                                               ", col " + std::to_string(at.column) + ": " +
                                               message);
}

tl::unexpected<Error> TokenReader::too_deep() const {
  return refuse("query is nested too deep (limit " + std::to_string(kNestingMax) + " levels)");
}

namespace {

struct Operator {
  TokenKind token;
  BinaryOp op;
  int precedence;
};
constexpr Operator kOperators[] = {
    {TokenKind::kOr, BinaryOp::kOr, 1},
    {TokenKind::kAnd, BinaryOp::kAnd, 2},
    {TokenKind::kUnless, BinaryOp::kUnless, 2},
    {TokenKind::kEqualEqual, BinaryOp::kEqual, 3},
    {TokenKind::kNotEqual, BinaryOp::kNotEqual, 3},
    {TokenKind::kLess, BinaryOp::kLess, 3},
    {TokenKind::kLessEqual, BinaryOp::kLessEqual, 3},
    {TokenKind::kGreater, BinaryOp::kGreater, 3},
    {TokenKind::kGreaterEqual, BinaryOp::kGreaterEqual, 3},
    {TokenKind::kPlus, BinaryOp::kAdd, 4},
    {TokenKind::kMinus, BinaryOp::kSubtract, 4},
    {TokenKind::kStar, BinaryOp::kMultiply, 5},
    {TokenKind::kSlash, BinaryOp::kDivide, 5},
    {TokenKind::kPercent, BinaryOp::kModulo, 5},
    {TokenKind::kCaret, BinaryOp::kPower, 6},
};

const Operator* operator_of(TokenKind kind) {
  for (const Operator& op : kOperators) {
    if (op.token == kind) return &op;
  }
  return nullptr;
}

bool is_log(const Expr& expr) {
  return std::holds_alternative<LogExpr>(expr.node);
}

VectorOp vector_op_of(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(VectorOp::kApproxTopk); ++i) {
    if (name_of(static_cast<VectorOp>(i)) == name) return static_cast<VectorOp>(i);
  }
  return VectorOp::kSum;
}

Result<Expr> parse_binary(TokenReader& reader, int precedence_min, std::size_t& operators);

/// An expression where only a metric may stand: a log query is told apart by what follows it.
Result<Expr> parse_metric(TokenReader& reader, std::size_t& operators) {
  LOGPOND_TRY(auto expr, parse_binary(reader, 0, operators));
  if (is_log(expr)) return reader.unexpected();
  return expr;
}

Result<Grouping> parse_grouping(TokenReader& reader) {
  Grouping grouping;
  grouping.without = reader.take().kind == TokenKind::kWithout;
  LOGPOND_TRY(grouping.labels, parse_bracketed_names(reader));
  return grouping;
}

bool at_grouping(const TokenReader& reader) {
  return reader.at(TokenKind::kBy) || reader.at(TokenKind::kWithout);
}

/// Checks what only some aggregations take, in Loki's words.
void check_vector_parameter(TokenReader& reader, VectorAggregation& node,
                            const std::optional<std::string>& parameter) {
  const std::string name(name_of(node.op));
  const bool wants = node.op == VectorOp::kTopk || node.op == VectorOp::kBottomk ||
                     node.op == VectorOp::kApproxTopk;
  if (!wants) {
    if (parameter) {
      reader.misuse("unsupported parameter for operation " + name + "(" + *parameter + ",");
    }
  } else if (!parameter) {
    reader.misuse("parameter required for operation " + name);
  } else {
    std::int64_t value = 0;
    bool is_integer = parameter->size() <= 18;
    for (const char c : *parameter) {
      is_integer = is_integer && c >= '0' && c <= '9';
      value = is_integer ? value * 10 + (c - '0') : value;
    }
    if (!is_integer) {
      reader.misuse("invalid parameter " + name + "(" + *parameter + ",");
    } else if (value <= 0) {
      reader.misuse("invalid parameter (must be greater than 0) " + name + "(" + *parameter);
    }
    node.parameter = value;
  }
  const bool sorts = node.op == VectorOp::kSort || node.op == VectorOp::kSortDesc;
  if (sorts && node.grouping) {
    reader.misuse("sort and sort_desc doesn't allow grouping by ");
  }
  if (node.op == VectorOp::kApproxTopk && node.grouping) {
    reader.misuse("grouping not allowed for approx_topk aggregation");
  }
}

Result<Expr> parse_vector_aggregation(TokenReader& reader, std::size_t& operators) {
  const Token function = reader.take();
  std::optional<Grouping> grouping;
  if (at_grouping(reader)) {
    LOGPOND_TRY(grouping, parse_grouping(reader));
  }
  LOGPOND_TRY(const auto open, reader.expect(TokenKind::kOpenParen));
  std::optional<std::string> parameter;
  if (reader.at(TokenKind::kNumber) && reader.peek(1).kind == TokenKind::kComma) {
    parameter = reader.take().text;
    reader.take();
  }
  LOGPOND_TRY(auto operand, parse_metric(reader, operators));
  if (!reader.take_if(TokenKind::kCloseParen)) return reader.unexpected();
  if (!grouping && at_grouping(reader)) {
    LOGPOND_TRY(grouping, parse_grouping(reader));
  }
  if (constant_of(operand)) {
    reader.misuse(function.text + " needs a vector, not the number " +
                  float_text(*constant_of(operand)));
  }
  VectorAggregation node{.at = function.at,
                         .op = vector_op_of(function.text),
                         .grouping = std::move(grouping),
                         .operand = Box<Expr>(std::move(operand))};
  check_vector_parameter(reader, node, parameter);
  return Expr{std::move(node)};
}

Result<Expr> parse_vector_literal(TokenReader& reader) {
  VectorLiteral node{.at = reader.take().at};
  LOGPOND_TRY(const auto open, reader.expect(TokenKind::kOpenParen));
  if (!reader.at(TokenKind::kNumber)) return reader.unexpected({TokenKind::kNumber});
  LOGPOND_TRY(node.value, parse_number(reader));
  LOGPOND_TRY(const auto close, reader.expect(TokenKind::kCloseParen));
  return Expr{node};
}

Result<Expr> parse_label_replace(TokenReader& reader, std::size_t& operators) {
  const Position at = reader.take().at;
  LOGPOND_TRY(const auto open, reader.expect(TokenKind::kOpenParen));
  LOGPOND_TRY(auto operand, parse_metric(reader, operators));
  std::string texts[4];
  for (std::string& text : texts) {
    if (!reader.take_if(TokenKind::kComma)) {
      if (&text == texts) return reader.unexpected();  // any operator could have followed
      return reader.unexpected({TokenKind::kComma});
    }
    LOGPOND_TRY(const auto token, reader.expect(TokenKind::kString));
    text = token.text;
  }
  LOGPOND_TRY(const auto close, reader.expect(TokenKind::kCloseParen));
  if (constant_of(operand)) {
    reader.misuse("label_replace needs a vector, not the number " +
                  float_text(*constant_of(operand)));
  }
  return Expr{LabelReplace{.at = at,
                           .operand = Box<Expr>(std::move(operand)),
                           .destination = std::move(texts[0]),
                           .replacement = std::move(texts[1]),
                           .source = std::move(texts[2]),
                           .pattern = std::move(texts[3])}};
}

Result<Expr> parse_operand(TokenReader& reader, std::size_t& operators) {
  switch (reader.peek().kind) {
    case TokenKind::kOpenBrace: {
      LogExpr log;
      LOGPOND_TRY(log.selector, parse_selector_part(reader));
      LOGPOND_TRY(log.stages, parse_pipeline(reader, false));
      return Expr{std::move(log)};
    }
    case TokenKind::kOpenParen: {
      reader.take();
      LOGPOND_TRY(auto inner, parse_binary(reader, 0, operators));
      if (!reader.take_if(TokenKind::kCloseParen)) return reader.unexpected();
      return inner;
    }
    case TokenKind::kRangeFunction: {
      LOGPOND_TRY(auto node, parse_range_aggregation(reader));
      return Expr{std::move(node)};
    }
    case TokenKind::kVectorFunction:
      return parse_vector_aggregation(reader, operators);
    case TokenKind::kVector:
      return parse_vector_literal(reader);
    case TokenKind::kLabelReplace:
      return parse_label_replace(reader, operators);
    case TokenKind::kNumber:
    case TokenKind::kPlus:
    case TokenKind::kMinus: {
      const Position at = reader.peek().at;
      LOGPOND_TRY(const double value, parse_number(reader));
      return Expr{Literal{.at = at, .value = value}};
    }
    default:
      return reader.unexpected();
  }
}

Result<BinaryModifier> parse_modifier(TokenReader& reader) {
  BinaryModifier modifier;
  modifier.is_bool = reader.take_if(TokenKind::kBool);
  if (!reader.at(TokenKind::kOn) && !reader.at(TokenKind::kIgnoring)) return modifier;
  modifier.has_matching = true;
  modifier.on = reader.take().kind == TokenKind::kOn;
  LOGPOND_TRY(modifier.labels, parse_bracketed_names(reader));
  if (reader.at(TokenKind::kGroupLeft) || reader.at(TokenKind::kGroupRight)) {
    const bool left = reader.take().kind == TokenKind::kGroupLeft;
    modifier.group = left ? GroupSide::kLeft : GroupSide::kRight;
    // A bracket after group_left may also open the right-hand side; it holds names when a name and
    // a comma or the closing bracket follow.
    const TokenKind second = reader.peek(1).kind;
    const TokenKind third = reader.peek(2).kind;
    const bool is_names = second == TokenKind::kCloseParen ||
                          (second == TokenKind::kIdentifier &&
                           (third == TokenKind::kComma || third == TokenKind::kCloseParen));
    if (reader.at(TokenKind::kOpenParen) && is_names) {
      LOGPOND_TRY(modifier.include, parse_bracketed_names(reader));
    }
  }
  return modifier;
}

/// Checks the legs of `node` in Loki's order and words.
void check_legs(TokenReader& reader, const Binary& node) {
  const std::string op(name_of(node.op));
  const Expr* legs[] = {&*node.left, &*node.right};
  const char* names[] = {"left", "right"};
  for (std::size_t i = 0; i < 2; ++i) {
    if (const auto* log = std::get_if<LogExpr>(&legs[i]->node)) {
      reader.misuse("unexpected type for " + std::string(names[i]) + " leg of binary operation (" +
                    op + "): *syntax." + (log->stages.empty() ? "MatchersExpr" : "PipelineExpr"));
    }
  }
  for (std::size_t i = 0; i < 2 && is_set_op(node.op); ++i) {
    if (const auto value = constant_of(*legs[i])) {
      char number[400];
      std::snprintf(number, sizeof number, "%f", *value);
      reader.misuse("unexpected literal for " + std::string(names[i]) +
                    " leg of logical/set binary operation (" + op + "): " + number);
    }
  }
}

Result<Expr> parse_binary(TokenReader& reader, int precedence_min, std::size_t& operators) {
  const TokenReader::Level level(reader);
  if (reader.is_too_deep()) return reader.too_deep();
  LOGPOND_TRY(auto left, parse_operand(reader, operators));
  while (const Operator* op = operator_of(reader.peek().kind)) {
    if (op->precedence < precedence_min) break;
    if (++operators > kOperatorsMax) {
      return reader.refuse("query has too many operators (limit " + std::to_string(kOperatorsMax) +
                           ")");
    }
    const Position at = reader.take().at;
    LOGPOND_TRY(auto modifier, parse_modifier(reader));
    const int above = op->op == BinaryOp::kPower ? op->precedence : op->precedence + 1;
    LOGPOND_TRY(auto right, parse_binary(reader, above, operators));
    Binary node{.at = at,
                .op = op->op,
                .modifier = std::move(modifier),
                .left = Box<Expr>(std::move(left)),
                .right = Box<Expr>(std::move(right))};
    check_legs(reader, node);
    left = Expr{std::move(node)};
  }
  return left;
}

}  // namespace

double apply(BinaryOp op, double left, double right) {
  switch (op) {
    case BinaryOp::kAdd:
      return left + right;
    case BinaryOp::kSubtract:
      return left - right;
    case BinaryOp::kMultiply:
      return left * right;
    case BinaryOp::kDivide:
      return right == 0 ? std::numeric_limits<double>::quiet_NaN() : left / right;
    case BinaryOp::kModulo:
      return right == 0 ? std::numeric_limits<double>::quiet_NaN() : std::fmod(left, right);
    case BinaryOp::kPower:
      return std::pow(left, right);
    case BinaryOp::kEqual:
      return left == right ? 1 : 0;
    case BinaryOp::kNotEqual:
      return left != right ? 1 : 0;
    case BinaryOp::kLess:
      return left < right ? 1 : 0;
    case BinaryOp::kLessEqual:
      return left <= right ? 1 : 0;
    case BinaryOp::kGreater:
      return left > right ? 1 : 0;
    case BinaryOp::kGreaterEqual:
      return left >= right ? 1 : 0;
    default:
      return std::numeric_limits<double>::quiet_NaN();
  }
}

std::optional<double> constant_of(const Expr& expr) {
  if (const auto* literal = std::get_if<Literal>(&expr.node)) return literal->value;
  const auto* binary = std::get_if<Binary>(&expr.node);
  if (binary == nullptr || is_set_op(binary->op)) return std::nullopt;
  const auto left = constant_of(*binary->left);
  if (!left) return std::nullopt;
  const auto right = constant_of(*binary->right);
  if (!right) return std::nullopt;
  return apply(binary->op, *left, *right);
}

Result<Expr> parse_expr(TokenReader& reader) {
  std::size_t operators = 0;
  return parse_binary(reader, 0, operators);
}

Result<Expr> parse(std::string_view text) {
  if (text.size() >= kQueryBytesMax) {
    return parse_error("input size too long (" + std::to_string(text.size()) + " > " +
                       std::to_string(kQueryBytesMax) + ")");
  }
  TokenReader reader(tokenize(text));
  LOGPOND_TRY(auto expr, parse_expr(reader));
  if (!reader.at(TokenKind::kEnd)) return reader.unexpected();
  if (reader.first_misuse()) return parse_error(*reader.first_misuse());
  return expr;
}

}  // namespace logpond::logql
