// The planner's part for pipelines.
#pragma once

#include <vector>

#include "logql/plan.h"
#include "logql/stages/stage.h"

namespace logpond::logql {

/// What the user of a pipeline's lines looks at.
struct LogNeeds {
  ParserHints hints;
  bool line = true;        ///< The text of the line.
  bool line_size = false;  ///< Its length only.
  bool labels = true;
  /// When set, only these labels: fields and virtual labels that cannot be among them stay away.
  std::optional<std::vector<std::string>> only_labels;
};

/// Plans selector and stages: filters that may are moved into the scan, the rest is compiled.
/// Errors: kInvalidArgument.
Result<LogPlan> plan_log(const ast::LogExpr& expr, const LogNeeds& needs, PlanOptions options);

/// Adds the names of labels that `stage` reads, parsers excepted.
void add_labels_read(const ast::Stage& stage, std::vector<std::string>& names);

}  // namespace logpond::logql
