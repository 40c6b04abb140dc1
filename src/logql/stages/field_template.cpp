#include "logql/stages/field_template.h"

#include "logql/lexer.h"

namespace logpond::logql {

FieldTemplate::FieldTemplate(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  while (!text.empty()) {
    const std::size_t open = text.find("{{");
    if (open != 0) parts_.push_back({.is_field = false, .text = std::string(text.substr(0, open))});
    if (open == std::string_view::npos) return;
    const std::size_t close = text.find("}}", open + 2);
    if (close == std::string_view::npos) {
      problem_ = Problem::kUnclosed;
      return;
    }
    std::string_view action = text.substr(open + 2, close - open - 2);
    const std::size_t first = action.find_first_not_of(kBlanks);
    if (first != std::string_view::npos) {
      action = action.substr(first, action.find_last_not_of(kBlanks) - first + 1);
    }
    if (!action.starts_with('.') || !is_identifier(action.substr(1))) {
      problem_ = Problem::kNotPlain;
      return;
    }
    parts_.push_back({.is_field = true, .text = std::string(action.substr(1))});
    text.remove_prefix(close + 2);
  }
}

std::vector<std::string> FieldTemplate::names() const {
  std::vector<std::string> names;
  for (const Part& part : parts_) {
    if (part.is_field) names.push_back(part.text);
  }
  return names;
}

void FieldTemplate::append(std::string& out, const LineContext& context) const {
  for (const Part& part : parts_) {
    out += part.is_field ? context.labels.value_of(part.text) : std::string_view(part.text);
  }
}

}  // namespace logpond::logql
