// The parser's cursor over tokens, and how it complains.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "logql/parser.h"
#include "logql/token.h"

namespace logpond::logql {

/// Reads tokens one by one. Threads: one.
class TokenReader {
 public:
  explicit TokenReader(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
  }
  bool at(TokenKind kind) const { return peek().kind == kind; }
  /// Moves past the current token and returns it. The last token is never passed.
  const Token& take() {
    const Token& token = peek();
    if (next_ + 1 < tokens_.size()) ++next_;
    return token;
  }
  bool take_if(TokenKind kind) {
    if (!at(kind)) return false;
    take();
    return true;
  }
  /// Takes a token of `kind`, or complains that it is not there.
  Result<Token> expect(TokenKind kind) {
    if (!at(kind)) return unexpected({kind});
    return take();
  }

  /// `unexpected X, expecting A or B` about the current token; a lexical error speaks for itself.
  tl::unexpected<Error> unexpected(std::initializer_list<TokenKind> expecting = {}) const;
  /// An error of our own at the current token.
  tl::unexpected<Error> refuse(const std::string& message) const;

  /// Remembers the first misuse; syntax errors further on come before it.
  void misuse(std::string message) {
    if (!misuse_) misuse_ = std::move(message);
  }
  const std::optional<std::string>& first_misuse() const { return misuse_; }

  /// Counts one level of nesting for as long as it lives.
  class Level {
   public:
    explicit Level(TokenReader& reader) : reader_(reader) { ++reader_.depth_; }
    ~Level() { --reader_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    TokenReader& reader_;
  };
  bool is_too_deep() const { return depth_ > kNestingMax; }
  tl::unexpected<Error> too_deep() const;

 private:
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  std::size_t depth_ = 0;
  std::optional<std::string> misuse_;
};

/// `parse error : <message>`.
tl::unexpected<Error> parse_error(const std::string& message);

/// The parts of the grammar. Each takes what it parses and leaves the reader after it.
Result<ast::Selector> parse_selector_part(TokenReader& reader);
/// Stages up to something that begins none. `| unwrap` ends them where `allow_unwrap`, else is an
/// error.
Result<std::vector<ast::Stage>> parse_pipeline(TokenReader& reader, bool allow_unwrap);
Result<ast::LabelFilter> parse_label_filter(TokenReader& reader);
/// `[+|-] NUMBER`.
Result<double> parse_number(TokenReader& reader);
/// `name {, name}` inside brackets that stand around it.
Result<std::vector<std::string>> parse_bracketed_names(TokenReader& reader);
Result<ast::RangeAggregation> parse_range_aggregation(TokenReader& reader);
Result<ast::Expr> parse_expr(TokenReader& reader);

}  // namespace logpond::logql
