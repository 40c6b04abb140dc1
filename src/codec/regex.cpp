#include "codec/regex.h"

#include <re2/re2.h>

#include <map>
#include <utility>

#include "codec/line_filter.h"
#include "codec/regex_literal.h"

namespace logpond::codec {

struct Regex::Compiled {
  Compiled(std::string_view text, const std::string& accepted, Form form_,
           const RE2::Options& options)
      : pattern(text), form(form_), program(accepted, options) {}

  std::string pattern;  ///< As it was given.
  Form form;
  RE2 program;
  PatternLiterals literals;
  std::vector<std::string> group_names;
};

namespace {

re2::StringPiece piece_of(std::string_view text) {
  return {text.data(), text.size()};
}

RE2::Options options_of(Regex::Form form) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(form == Regex::Form::kAnchored);
  return options;
}

/// Go's words for what RE2 found; both come from the same grammar.
std::string_view reason_of(RE2::ErrorCode code) {
  switch (code) {
    case RE2::ErrorBadEscape:
      return "invalid escape sequence";
    case RE2::ErrorBadCharClass:
      return "invalid character class";
    case RE2::ErrorBadCharRange:
      return "invalid character class range";
    case RE2::ErrorMissingBracket:
      return "missing closing ]";
    case RE2::ErrorMissingParen:
      return "missing closing )";
    case RE2::ErrorUnexpectedParen:
      return "unexpected )";
    case RE2::ErrorTrailingBackslash:
      return "trailing backslash at end of expression";
    case RE2::ErrorRepeatArgument:
      return "missing argument to repetition operator";
    case RE2::ErrorRepeatSize:
      return "invalid repeat count";
    case RE2::ErrorRepeatOp:
      return "invalid nested repetition operator";
    case RE2::ErrorBadPerlOp:
      return "invalid or unsupported Perl syntax";
    case RE2::ErrorBadUTF8:
      return "invalid UTF-8";
    case RE2::ErrorBadNamedCapture:
      return "invalid named capture";
    case RE2::ErrorPatternTooLarge:
      return "expression too large";
    default:
      return "internal error";
  }
}

std::string error_text(const RE2& program, std::string_view pattern) {
  std::string fragment = program.error_arg();
  // These three Go reports with the whole pattern, or with nothing.
  switch (program.error_code()) {
    case RE2::ErrorUnexpectedParen:
    case RE2::ErrorMissingParen:
    case RE2::ErrorPatternTooLarge:
      fragment = pattern;
      break;
    case RE2::ErrorTrailingBackslash:
      fragment.clear();
      break;
    default:
      break;
  }
  std::string text = "error parsing regexp: ";
  text.append(reason_of(program.error_code())).append(": `").append(fragment).append("`");
  return text;
}

/// Go accepts `(?<name>` for `(?P<name>`, this RE2 does not: writes the older form.
std::string with_older_named_groups(std::string_view pattern) {
  std::string out;
  out.reserve(pattern.size() + 8);
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    out += c;
    if (c == '\\' && i + 1 < pattern.size()) {
      out += pattern[++i];
    } else if (in_class) {
      in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
      // A `]` that comes first stands for itself.
      if (i + 1 < pattern.size() && pattern[i + 1] == '^') out += pattern[++i];
      if (i + 1 < pattern.size() && pattern[i + 1] == ']') out += pattern[++i];
    } else if (pattern.substr(i).starts_with("(?<")) {
      out += "?P";
      ++i;
    }
  }
  return out;
}

}  // namespace

Result<Regex> Regex::compile(std::string_view pattern, Form form) {
  const RE2::Options options = options_of(form);
  auto compiled = std::make_shared<Compiled>(pattern, std::string(pattern), form, options);
  if (!compiled->program.ok() && pattern.find("(?<") != std::string_view::npos) {
    auto again =
        std::make_shared<Compiled>(pattern, with_older_named_groups(pattern), form, options);
    if (again->program.ok()) compiled = std::move(again);
  }
  if (!compiled->program.ok()) {
    return fail(ErrorCode::kInvalidArgument, error_text(compiled->program, pattern));
  }
  compiled->literals = required_literals_of(pattern);
  compiled->group_names.resize(
      static_cast<std::size_t>(compiled->program.NumberOfCapturingGroups()) + 1);
  for (const auto& [index, name] : compiled->program.CapturingGroupNames()) {
    compiled->group_names[static_cast<std::size_t>(index)] = name;
  }
  Regex regex;
  regex.compiled_ = std::move(compiled);
  return regex;
}

bool Regex::matches(std::string_view text) const {
  const Compiled& compiled = *compiled_;
  const std::vector<std::string>& literals = compiled.literals.any_of;
  const bool anchored = compiled.form == Form::kAnchored;
  if (compiled.literals.is_whole_pattern) {
    return anchored ? text == literals[0]
                    : find_literal(text, literals[0]) != std::string_view::npos;
  }
  // Most lines do not match, and a literal says so at many times the automaton's speed.
  if (literals.size() == 1 && find_literal(text, literals[0]) == std::string_view::npos)
    return false;
  return compiled.program.Match(piece_of(text), 0, text.size(),
                                anchored ? RE2::ANCHOR_BOTH : RE2::UNANCHORED, nullptr, 0);
}

const std::string& Regex::pattern() const {
  return compiled_->pattern;
}
const std::vector<std::string>& Regex::required_literals() const {
  return compiled_->literals.any_of;
}
const std::vector<std::string>& Regex::group_names() const {
  return compiled_->group_names;
}

bool Regex::find(std::string_view text, std::size_t from,
                 std::vector<std::string_view>& groups) const {
  if (from > text.size()) return false;
  const std::size_t count = compiled_->group_names.size();
  thread_local std::vector<re2::StringPiece> pieces;
  pieces.assign(count, re2::StringPiece());
  const RE2::Anchor anchor =
      compiled_->form == Form::kAnchored ? RE2::ANCHOR_BOTH : RE2::UNANCHORED;
  if (!compiled_->program.Match(piece_of(text), from, text.size(), anchor, pieces.data(),
                                static_cast<int>(count))) {
    return false;
  }
  groups.clear();
  for (const re2::StringPiece& piece : pieces) groups.emplace_back(piece.data(), piece.size());
  return true;
}

}  // namespace logpond::codec
