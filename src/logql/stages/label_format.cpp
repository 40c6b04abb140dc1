#include "logql/stages/label_format.h"

#include <set>

#include "logql/stages/field_template.h"

namespace logpond::logql {
namespace {

class LabelFormat final : public Stage {
 public:
  struct Assignment {
    std::string name;
    std::string source;  ///< Of a rename.
    bool is_rename = false;
    FieldTemplate format{""};
  };

  explicit LabelFormat(std::vector<Assignment> assignments)
      : assignments_(std::move(assignments)), values_(assignments_.size()) {}

  bool process(LineContext& context) override {
    // Every template sees the labels as they were before the stage.
    for (std::size_t i = 0; i < assignments_.size(); ++i) {
      values_[i].clear();
      if (!assignments_[i].is_rename) assignments_[i].format.append(values_[i], context);
    }
    for (std::size_t i = 0; i < assignments_.size(); ++i) {
      const Assignment& assignment = assignments_[i];
      if (assignment.is_rename) {
        rename(context.labels, assignment);
      } else {
        context.labels.set(LabelOrigin::kParsed, assignment.name, values_[i]);
      }
    }
    return true;
  }

 private:
  static void rename(LineLabels& labels, const Assignment& assignment) {
    const LineLabel* source = labels.find(assignment.source);
    if (source == nullptr || assignment.source == assignment.name) return;
    const LineLabel found = *source;
    labels.set(found.origin, assignment.name, found.value);
    labels.erase(assignment.source);
  }

  std::vector<Assignment> assignments_;
  std::vector<std::string> values_;
};

}  // namespace

Result<std::unique_ptr<Stage>> make_label_format(const ast::Stage& node, const ParserHints&) {
  const auto& stage = std::get<ast::LabelFormat>(node);
  std::vector<LabelFormat::Assignment> assignments;
  std::set<std::string> names;
  for (const ast::LabelAssignment& a : stage.assignments) {
    if (a.name == kErrorLabel) return stage_error(node, "__error__ cannot be formatted");
    if (!names.insert(a.name).second) {
      return stage_error(
          node, "multiple label name '" + a.name + "' not allowed in a single format operation");
    }
    LabelFormat::Assignment assignment{.name = a.name, .is_rename = a.is_rename};
    if (a.is_rename) {
      assignment.source = a.value;
    } else {
      assignment.format = FieldTemplate(a.value);
      if (assignment.format.problem() == FieldTemplate::Problem::kUnclosed) {
        return stage_error(node, "invalid template for label '" + a.name +
                                     "': template: label:1: unclosed action");
      }
      if (assignment.format.problem() == FieldTemplate::Problem::kNotPlain) {
        return not_evaluated(stage.at, "label_format with more than {{.label}} in its template");
      }
    }
    assignments.push_back(std::move(assignment));
  }
  return std::make_unique<LabelFormat>(std::move(assignments));
}

}  // namespace logpond::logql
