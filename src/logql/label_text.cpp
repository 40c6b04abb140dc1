// Bare selectors, and label sets in Prometheus text form.
#include <set>

#include "codec/go_string.h"
#include "logql/engine.h"
#include "logql/lexer.h"
#include "logql/parser.h"
#include "logql/plan.h"

namespace logpond::logql {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Reads `{name="value", "any name"="value"}`.
class LabelTextReader {
 public:
  explicit LabelTextReader(std::string_view text) : text_(text) {}

  Result<Labels> read() {
    LOGPOND_CHECK_OK(expect('{'));
    std::vector<Label> labels;
    std::set<std::string> names;
    while (!at('}')) {
      LOGPOND_TRY(auto name, read_name());
      LOGPOND_CHECK_OK(expect('='));
      skip_blanks();
      LOGPOND_TRY(auto value, read_quoted());
      if (!names.insert(name).second) return error("duplicate label \"" + name + "\"");
      labels.push_back({std::move(name), std::move(value)});
      if (!at(',')) break;
      ++place_;
    }
    LOGPOND_CHECK_OK(expect('}'));
    skip_blanks();
    if (place_ != text_.size()) return unexpected("after the closing brace");
    return Labels(std::move(labels));
  }

 private:
  void skip_blanks() {
    while (place_ < text_.size() && is_blank(text_[place_])) ++place_;
  }
  bool at(char c) {
    skip_blanks();
    return place_ < text_.size() && text_[place_] == c;
  }
  Status expect(char c) {
    if (!at(c)) return unexpected("inside braces");
    ++place_;
    return {};
  }
  tl::unexpected<Error> error(const std::string& message) const {
    return fail(ErrorCode::kInvalidArgument,
                "1:" + std::to_string(place_ + 1) + ": parse error: " + message);
  }
  tl::unexpected<Error> unexpected(const std::string& where) const {
    if (place_ >= text_.size()) return error("unexpected end of input " + where);
    return error("unexpected character " + where + ": '" + std::string(1, text_[place_]) + "'");
  }

  Result<std::string> read_name() {
    skip_blanks();
    if (at('"')) {
      LOGPOND_TRY(auto name, read_quoted());
      if (name.empty()) return error("a label name is empty");
      return name;
    }
    const std::size_t begin = place_;
    while (place_ < text_.size()) {
      const char c = text_[place_];
      const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      if (!is_letter && !(c >= '0' && c <= '9' && place_ > begin)) break;
      ++place_;
    }
    if (place_ == begin) return unexpected("inside braces");
    return std::string(text_.substr(begin, place_ - begin));
  }

  Result<std::string> read_quoted() {
    if (place_ >= text_.size() || (text_[place_] != '"' && text_[place_] != '`')) {
      return unexpected("in label matching, expected string");
    }
    const char quote = text_[place_];
    std::size_t end = place_ + 1;
    while (end < text_.size() && text_[end] != quote) {
      end += quote == '"' && text_[end] == '\\' ? 2U : 1U;
    }
    if (end >= text_.size()) return error("unterminated quoted string");
    auto value = codec::unquote_go(text_.substr(place_, end + 1 - place_));
    if (!value) return error("bad escape in a quoted string");
    place_ = end + 1;
    return value;
  }

  std::string_view text_;
  std::size_t place_ = 0;
};

}  // namespace

Result<storage::Selector> parse_selector(std::string_view text, bool allow_empty) {
  LOGPOND_TRY(const auto expr, parse(text));
  const auto* log = std::get_if<ast::LogExpr>(&expr.node);
  if (log == nullptr || !log->stages.empty()) {
    return fail(ErrorCode::kInvalidArgument, "only label matchers are supported");
  }
  if (log->selector.matchers.empty() && allow_empty) return storage::Selector();
  // The planner knows which selectors match too much.
  LOGPOND_TRY(auto planned, plan(expr));
  return std::move(std::get<LogPlan>(planned).selector);
}

Result<Labels> parse_label_text(std::string_view text) {
  return LabelTextReader(text).read();
}

}  // namespace logpond::logql
