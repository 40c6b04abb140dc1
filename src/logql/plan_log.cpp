#include "logql/plan_log.h"

#include <algorithm>

#include "logql/label_names.h"
#include "logql/lexer.h"
#include "logql/print.h"
#include "logql/stages/field_template.h"
#include "logql/stages/label_filter.h"
#include "logql/stages/line_filter.h"
#include "logql/stages/registry.h"

namespace logpond::logql {
namespace {

constexpr std::string_view kLevelLabel = "detected_level";

bool is_label_filter(const ast::Stage& node) {
  return std::holds_alternative<ast::LabelFilterStage>(node);
}

/// True for a test that a store answers as a pipeline would, from the record and its stream alone.
bool is_store_test(const ast::LabelFilter& filter) {
  const auto* matcher = std::get_if<ast::Matcher>(&filter.test);
  // The error labels are made by stages, and `_extracted` names metadata that a stream's label
  // hides.
  return matcher != nullptr && matcher->name != kErrorLabel &&
         matcher->name != kErrorDetailsLabel && !matcher->name.ends_with(kExtractedSuffix);
}

Result<storage::Matcher> store_matcher(const ast::Matcher& m) {
  auto matcher = storage::Matcher::create(m.name, m.op, m.value);
  if (!matcher)
    return fail(ErrorCode::kInvalidArgument, "parse error : " + matcher.error().message);
  return matcher;
}

/// Walks the stages in order and sorts them into "the store does it" and "we do it".
class LogPlanner {
 public:
  LogPlanner(const LogNeeds& needs, PlanOptions options) : needs_(needs), options_(options) {}

  Result<LogPlan> run(const ast::LogExpr& expr) {
    LOGPOND_TRY(plan_.selector, plan_selector(expr.selector));
    LOGPOND_CHECK_OK(check_selector());
    for (const ast::Stage& node : expr.stages) LOGPOND_CHECK_OK(add(node));
    plan_.needs_labels = needs_.labels || reads_labels_;
    plan_.field_names = field_names();
    plan_.columns = columns();
    return std::move(plan_);
  }

 private:
  /// A selector must exclude something: some matcher refuses the missing label.
  Status check_selector() const {
    for (const storage::Matcher& matcher : plan_.selector.matchers()) {
      if (!matcher.matches("")) return {};
    }
    return fail(ErrorCode::kInvalidArgument,
                "parse error : queries require at least one regexp or equality matcher that does "
                "not have an empty-compatible value. For instance, app=~\".*\" does not meet this "
                "requirement, but app=~\".+\" will");
  }

  Status add(const ast::Stage& node) {
    const StageRow& row = stage_row(node);
    // Compiled even when the store or nobody will run it: a bad parameter is an error all the same.
    LOGPOND_TRY(auto stage, row.make(node, needs_.hints));
    if (options_.push_down && std::holds_alternative<ast::LineFilter>(node) && !line_changed_) {
      LOGPOND_TRY(auto filter, store_line_filter(node));
      if (filter) {
        plan_.line_filters.push_back(*std::move(filter));
        return {};
      }
    }
    if (options_.push_down && is_label_filter(node) && !labels_changed_) {
      LOGPOND_TRY(const bool taken, push_label_filter(node));
      if (taken) return {};
    }
    if (row.is_parser && needs_.hints.is_none()) return {};
    keep(node, row, std::move(stage));
    return {};
  }

  /// Gives the store the whole filter, or nothing of it.
  Result<bool> push_label_filter(const ast::Stage& node) {
    const ast::LabelFilter& filter = std::get<ast::LabelFilterStage>(node).filter;
    std::vector<const ast::LabelFilter*> tests{&filter};
    if (const auto* all = std::get_if<ast::AndTest>(&filter.test)) {
      tests.clear();
      for (const ast::LabelFilter& test : all->tests) tests.push_back(&test);
    }
    const bool all_fit = std::all_of(tests.begin(), tests.end(),
                                     [](const ast::LabelFilter* t) { return is_store_test(*t); });
    if (!all_fit) return false;
    for (const ast::LabelFilter* test : tests) {
      LOGPOND_TRY(auto matcher, store_matcher(std::get<ast::Matcher>(test->test)));
      plan_.field_filters.push_back(std::move(matcher));
    }
    return true;
  }

  void keep(const ast::Stage& node, const StageRow& row, std::unique_ptr<Stage> stage) {
    if (is_label_filter(node) && plan_.label_tests == plan_.stages.size()) ++plan_.label_tests;
    plan_.stages.push_back(std::move(stage));
    plan_.stage_texts.push_back(print(node));
    const bool is_line_filter = std::holds_alternative<ast::LineFilter>(node);
    if (row.is_parser || is_line_filter || row.changes_line) plan_.stages_read_line = true;
    if (!is_line_filter && !std::holds_alternative<ast::Decolorize>(node)) reads_labels_ = true;
    if (row.is_parser || std::holds_alternative<ast::Unpack>(node)) parses_ = true;
    line_changed_ = line_changed_ || row.changes_line;
    labels_changed_ = labels_changed_ || row.changes_labels;
    plan_.stages_change_labels = labels_changed_;
    add_labels_read(node, names_read_);
  }

  storage::Columns columns() const {
    using storage::Columns;
    Columns columns = Columns::kNone;
    if (needs_.line || plan_.stages_read_line || (needs_.line_size && line_changed_)) {
      columns = columns | Columns::kMessage;
    } else if (needs_.line_size) {
      columns = columns | Columns::kMessageSize;
    }
    const bool no_field_matters = plan_.field_names && plan_.field_names->empty();
    if (plan_.needs_labels && !no_field_matters) columns = columns | Columns::kFields;
    if (plan_.needs_labels && reads_level()) columns = columns | Columns::kSeverity;
    return columns;
  }

  /// True unless it is certain that nobody asks for the virtual label `detected_level`.
  bool reads_level() const {
    if (!plan_.field_names) return true;
    return std::binary_search(plan_.field_names->begin(), plan_.field_names->end(), kLevelLabel);
  }

  /// Names of the labels that may make a difference, sorted; none when all may.
  std::optional<std::vector<std::string>> field_names() const {
    if (needs_.labels && !needs_.only_labels) return std::nullopt;
    std::vector<std::string> names = needs_.only_labels.value_or(std::vector<std::string>());
    names.insert(names.end(), names_read_.begin(), names_read_.end());
    // A parser renames what it finds where a field has the name.
    const auto& found = needs_.hints.needed;
    if (parses_) names.insert(names.end(), found.begin(), found.end());
    // A field becomes `name_extracted` where the stream has its name, and makes a parsed label
    // that.
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (!names[i].ends_with(kExtractedSuffix)) continue;
      names.push_back(names[i].substr(0, names[i].size() - kExtractedSuffix.size()));
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
  }

  const LogNeeds& needs_;
  PlanOptions options_;
  LogPlan plan_;
  std::vector<std::string> names_read_;
  bool line_changed_ = false;
  bool labels_changed_ = false;
  bool reads_labels_ = false;
  bool parses_ = false;
};

}  // namespace

void add_labels_read(const ast::Stage& stage, std::vector<std::string>& names) {
  if (const auto* filter = std::get_if<ast::LabelFilterStage>(&stage)) {
    add_label_names(filter->filter, names);
  } else if (const auto* format = std::get_if<ast::LabelFormat>(&stage)) {
    for (const ast::LabelAssignment& a : format->assignments) {
      if (a.is_rename) {
        names.push_back(a.value);
      } else {
        for (std::string& name : FieldTemplate(a.value).names()) names.push_back(std::move(name));
      }
    }
  } else if (const auto* line = std::get_if<ast::LineFormat>(&stage)) {
    for (std::string& name : FieldTemplate(line->format).names()) names.push_back(std::move(name));
  } else if (const auto* drop = std::get_if<ast::Drop>(&stage)) {
    for (const ast::NamedLabel& l : drop->labels) {
      if (l.matcher) names.push_back(l.name);
    }
  } else if (const auto* keep = std::get_if<ast::Keep>(&stage)) {
    for (const ast::NamedLabel& l : keep->labels) {
      if (l.matcher) names.push_back(l.name);
    }
  }
}

Result<storage::Selector> plan_selector(const ast::Selector& selector) {
  std::vector<storage::Matcher> matchers;
  for (const ast::Matcher& m : selector.matchers) {
    LOGPOND_TRY(auto matcher, store_matcher(m));
    matchers.push_back(std::move(matcher));
  }
  return storage::Selector(std::move(matchers));
}

Result<LogPlan> plan_log(const ast::LogExpr& expr, const LogNeeds& needs, PlanOptions options) {
  return LogPlanner(needs, options).run(expr);
}

}  // namespace logpond::logql
