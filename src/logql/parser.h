// LogQL text to AST, with Loki's words and places for what is wrong.
#pragma once

#include <string_view>

#include "core/result.h"
#include "logql/ast.h"

namespace logpond::logql {

/// Deepest nesting of brackets and functions. Beyond: a parse error, so that no text can exhaust
/// the stack.
inline constexpr std::size_t kNestingMax = 200;
/// Binary operators of one query. Beyond: a parse error (a chain of them is as deep as it is long).
inline constexpr std::size_t kOperatorsMax = 1000;

/// Parses a whole query. Grammar and the misuse of aggregations and operators are checked here;
/// what stands inside strings (regular expressions, templates, paths) is checked by plan(). Errors:
/// kInvalidArgument, `parse error at line 1, col 13: syntax error: unexpected }, expecting
/// IDENTIFIER` or `parse error : ...`.
Result<ast::Expr> parse(std::string_view text);

/// The number that an expression of literals alone stands for; nothing when it reads data.
std::optional<double> constant_of(const ast::Expr& expr);

/// `left op right` of two numbers: comparisons give 1 or 0, division and modulo by zero NaN.
/// Requires: `op` is no set operator.
double apply(ast::BinaryOp op, double left, double right);

}  // namespace logpond::logql
