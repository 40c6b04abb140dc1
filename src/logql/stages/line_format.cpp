#include "logql/stages/line_format.h"

#include "logql/stages/field_template.h"

namespace logpond::logql {
namespace {

class LineFormat final : public Stage {
 public:
  explicit LineFormat(FieldTemplate format) : format_(std::move(format)) {}
  bool process(LineContext& context) override {
    line_.clear();
    format_.append(line_, context);
    context.line = line_;
    return true;
  }

 private:
  FieldTemplate format_;
  std::string line_;
};

}  // namespace

Result<std::unique_ptr<Stage>> make_line_format(const ast::Stage& node, const ParserHints&) {
  const auto& stage = std::get<ast::LineFormat>(node);
  FieldTemplate format(stage.format);
  if (format.problem() == FieldTemplate::Problem::kUnclosed) {
    return stage_error(node, "invalid line template: template: line:1: unclosed action");
  }
  if (format.problem() == FieldTemplate::Problem::kNotPlain) {
    return not_evaluated(stage.at, "line_format with more than {{.label}} in its template");
  }
  return std::make_unique<LineFormat>(std::move(format));
}

}  // namespace logpond::logql
