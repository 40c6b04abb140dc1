#include "parse/logfmt_pairs.h"

#include <optional>
#include <utility>

#include "parse/label_key.h"

namespace logpond::parse {

namespace {

std::string_view words_of(LogfmtScanner::Problem problem) {
  switch (problem) {
    case LogfmtScanner::Problem::kUnexpectedEquals:
      return "unexpected '='";
    case LogfmtScanner::Problem::kUnexpectedQuote:
      return "unexpected '\"'";
    case LogfmtScanner::Problem::kInvalidKey:
      return "invalid key";
    case LogfmtScanner::Problem::kUnterminated:
      return "unterminated quoted value";
    case LogfmtScanner::Problem::kInvalidQuoted:
      return "invalid quoted value";
    case LogfmtScanner::Problem::kNone:
      break;
  }
  return {};
}

PairsResult failure(const LogfmtScanner& scanner, std::string& text) {
  text = "logfmt syntax error at pos ";
  text.append(std::to_string(scanner.place() + 1))
      .append(" : ")
      .append(words_of(scanner.problem()));
  return {false, text};
}

/// What the value stands for, in the line or in `arena`. Nothing: it has an escape that does not
/// exist.
std::optional<std::string_view> text_of_value(const LogfmtScanner& scanner, TextArena& arena) {
  const std::string_view value = scanner.value();
  if (!scanner.value_has_escape() && !scanner.has_marks()) return value;
  char* const text = arena.allocate(value.size());
  std::size_t size = value.size();
  if (scanner.value_has_escape()) {
    size = unescape_json(value, EscapeRules::kLogfmt, text);
    if (size == kNoPlace) return std::nullopt;
  } else {
    value.copy(text, size);
  }
  size = blank_out_replacement_marks(text, size);
  arena.shrink_last(value.size(), size);
  return std::string_view(text, size);
}

/// The next pair with its value's text; false at the end, and in strict reading at the first
/// problem.
bool next_pair(LogfmtScanner& scanner, bool strict, TextArena& arena, std::string_view& value) {
  while (true) {
    const LogfmtScanner::Step step = scanner.next();
    if (step == LogfmtScanner::Step::kEnd) return false;
    if (step == LogfmtScanner::Step::kPair) {
      if (const std::optional<std::string_view> text = text_of_value(scanner, arena)) {
        value = *text;
        return true;
      }
      scanner.reject_escape();
    }
    if (strict) return false;
  }
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n';
}

/// The key that an expression names; nothing when it is none.
std::optional<std::string_view> key_of_expression(std::string_view expression) {
  while (!expression.empty() && is_blank(expression.front())) expression.remove_prefix(1);
  while (!expression.empty() && is_blank(expression.back())) expression.remove_suffix(1);
  if (is_clean_key(expression)) return expression;
  if (expression.size() < 3 || expression.front() != '"' || expression.back() != '"') {
    return std::nullopt;
  }
  const std::string_view key = expression.substr(1, expression.size() - 2);
  if (key.find('"') != std::string_view::npos) return std::nullopt;
  return key;
}

}  // namespace

PairsResult LogfmtPairs::parse(std::string_view line) {
  list_.start();
  LogfmtScanner scanner(line);
  std::string_view value;
  while (next_pair(scanner, options_.strict, list_.arena(), value)) {
    if (value.empty() && !options_.keep_empty) continue;
    if (is_clean_key(scanner.key())) {
      list_.add(scanner.key(), value);
      continue;
    }
    name_.clear();
    append_label_key(name_, scanner.key());
    if (!name_.empty() && !list_.has(name_)) list_.add(list_.arena().copy(name_), value);
  }
  if (options_.strict && scanner.problem() != LogfmtScanner::Problem::kNone) {
    return failure(scanner, error_);
  }
  return {};
}

Result<LogfmtExtractor> LogfmtExtractor::compile(std::vector<Extraction> extractions,
                                                 LogfmtOptions options) {
  for (Extraction& extraction : extractions) {
    const std::optional<std::string_view> key = key_of_expression(extraction.expression);
    if (!key) {
      return fail(ErrorCode::kInvalidArgument, "cannot parse expression [" + extraction.expression +
                                                   "]: not one key, bare or in quotes");
    }
    extraction.expression = std::string(*key);
  }
  LogfmtExtractor extractor;
  extractor.extractions_ = std::move(extractions);
  extractor.options_ = options;
  return extractor;
}

PairsResult LogfmtExtractor::parse(std::string_view line) {
  arena_.reset();
  pairs_.clear();
  for (const Extraction& extraction : extractions_) pairs_.push_back({extraction.label, {}});
  LogfmtScanner scanner(line);
  std::string_view value;
  while (next_pair(scanner, options_.strict, arena_, value)) {
    std::string_view name = scanner.key();
    if (!is_clean_key(name)) {
      name_.clear();
      append_label_key(name_, name);
      name = name_;
    }
    for (std::size_t i = 0; i < extractions_.size(); ++i) {
      const std::string& wanted = extractions_[i].expression;
      if (wanted == name || wanted == scanner.key()) pairs_[i].value = value;
    }
  }
  if (options_.strict && scanner.problem() != LogfmtScanner::Problem::kNone) {
    return failure(scanner, error_);
  }
  return {};
}

}  // namespace logpond::parse
