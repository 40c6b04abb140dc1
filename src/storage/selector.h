// Which streams: a set of label matchers, all of which must hold.
#pragma once

#include <string>
#include <vector>

#include "codec/regex.h"
#include "core/labels.h"
#include "core/result.h"

namespace logpond::storage {

enum class MatchOp { kEqual, kNotEqual, kRegex, kNotRegex };

/// One test of a named value against a text. A missing label is the empty text.
class Matcher {
 public:
  /// Errors: kInvalidArgument for a bad regular expression.
  static Result<Matcher> create(std::string name, MatchOp op, std::string value);

  bool matches(std::string_view value) const;
  const std::string& name() const { return name_; }
  MatchOp op() const { return op_; }
  const std::string& value() const { return value_; }

 private:
  std::string name_;
  MatchOp op_ = MatchOp::kEqual;
  std::string value_;
  std::vector<codec::Regex> regex_;  // none or one
  bool asks_presence_ = false;       // the expression is `.+`
};

/// Threads: safe to read from any. An empty selector matches every stream.
class Selector {
 public:
  Selector() = default;
  explicit Selector(std::vector<Matcher> matchers) : matchers_(std::move(matchers)) {}
  bool matches(const Labels& labels) const;
  const std::vector<Matcher>& matchers() const { return matchers_; }
  /// Equal selectors have equal keys; no form for people.
  std::string key() const;

 private:
  std::vector<Matcher> matchers_;
};

}  // namespace logpond::storage
