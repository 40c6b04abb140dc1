// Random queries that the grammar allows, for property tests.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "logql/ast.h"

namespace logpond::logql::testing {

/// Makes nodes from one seed. What it makes is valid: print() of it must parse.
class RandomQuery {
 public:
  explicit RandomQuery(std::uint32_t seed) : random_(seed) {}

  ast::Expr expr(int depth);
  ast::LogExpr log();
  ast::Stage stage();
  ast::LabelFilter label_filter(int depth);
  ast::Expr metric(int depth);
  ast::RangeAggregation range_aggregation();

  /// 0 .. below-1.
  std::size_t pick(std::size_t below) { return random_() % below; }
  template <typename T>
  const T& one_of(const std::vector<T>& items) {
    return items[pick(items.size())];
  }

 private:
  std::string name();
  std::string text();
  std::vector<std::string> names(std::size_t least);
  ast::Matcher matcher(std::string of);
  double number();
  ast::Grouping grouping();
  ast::Unwrap unwrap();
  ast::NamedLabel named_label();
  ast::Expr vector_aggregation(int depth);
  ast::Expr binary(int depth);

  std::mt19937 random_;
};

}  // namespace logpond::logql::testing
