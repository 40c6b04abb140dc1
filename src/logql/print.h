// AST back to text: one line, in the form that Loki's messages and format_query show.
#pragma once

#include <string>

#include "logql/ast.h"

namespace logpond::logql {

/// Texts that parse to the same node again.
std::string print(const ast::Expr& expr);
std::string print(const ast::LogExpr& expr);
std::string print(const ast::Selector& selector);
/// With its leading operator: `|= "x"`, `| json`.
std::string print(const ast::Stage& stage);
std::string print(const ast::LabelFilter& filter);
std::string print(const ast::Grouping& grouping);

}  // namespace logpond::logql
