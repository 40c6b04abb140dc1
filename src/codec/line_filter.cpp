#include "codec/line_filter.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace logpond::codec {

Result<LineFilter> LineFilter::compile(LineFilterOp op, std::vector<std::string> alternatives) {
  LOGPOND_CHECK(!alternatives.empty());
  LineFilter filter;
  filter.op_ = op;
  if (op == LineFilterOp::kMatches || op == LineFilterOp::kNotMatches) {
    filter.regexes_.reserve(alternatives.size());
    for (const std::string& pattern : alternatives) {
      LOGPOND_TRY(Regex regex, Regex::compile(pattern, Regex::Form::kSearch));
      filter.regexes_.push_back(std::move(regex));
    }
  }
  filter.alternatives_ = std::move(alternatives);
  return filter;
}

bool LineFilter::keeps(std::string_view line) const {
  const auto contains = [line](const std::string& text) {
    return find_literal(line, text) != std::string_view::npos;
  };
  const auto matches = [line](const Regex& regex) { return regex.matches(line); };
  switch (op_) {
    case LineFilterOp::kContains:
      return std::ranges::any_of(alternatives_, contains);
    case LineFilterOp::kNotContains:
      return std::ranges::none_of(alternatives_, contains);
    case LineFilterOp::kMatches:
      return std::ranges::any_of(regexes_, matches);
    case LineFilterOp::kNotMatches:
      return std::ranges::none_of(regexes_, matches);
  }
  return false;
}

std::vector<std::string> LineFilter::required_literals() const {
  if (regexes_.empty()) return alternatives_;
  std::vector<std::string> literals;
  for (const Regex& regex : regexes_) {
    const auto& of_one = regex.required_literals();
    if (of_one.empty()) return {};
    literals.insert(literals.end(), of_one.begin(), of_one.end());
  }
  return literals;
}

}  // namespace logpond::codec
