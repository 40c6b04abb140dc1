#include "logql/stages/pattern.h"

#include <algorithm>

#include "logql/pattern_text.h"
#include "logql/stages/parsed_labels.h"

namespace logpond::logql {
namespace {

class Pattern final : public Stage {
 public:
  Pattern(PatternText pattern, const ParserHints& hints)
      : pattern_(std::move(pattern)), labels_(hints), values_(pattern_.names().size()) {}

  bool process(LineContext& context) override {
    const std::size_t found = pattern_.match(context.line, values_);
    labels_.begin();
    for (std::size_t i = 0; i < found; ++i) {
      labels_.add(context, pattern_.names()[i], values_[i]);
    }
    return true;
  }

 private:
  PatternText pattern_;
  ParsedLabels labels_;
  std::vector<std::string_view> values_;
};

tl::unexpected<Error> pattern_error(const std::string& reason) {
  return fail(ErrorCode::kInvalidArgument, "parse error : invalid pattern parser: " + reason);
}

}  // namespace

Result<std::unique_ptr<Stage>> make_pattern(const ast::Stage& node, const ParserHints& hints) {
  auto pattern = PatternText::parse(std::get<ast::Pattern>(node).pattern);
  if (!pattern) return pattern_error(pattern.error().message);
  std::vector<std::string> names = pattern->names();
  if (names.empty()) return pattern_error("at least one capture is required");
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) {
    return pattern_error("duplicate capture name (" + *twice + "): invalid expression");
  }
  return std::make_unique<Pattern>(*std::move(pattern), hints);
}

}  // namespace logpond::logql
