// `| level="error" and size > 1KB or ip = ip("10.0.0.0/8")`.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "logql/stages/stage.h"

namespace logpond::logql {

Result<std::unique_ptr<Stage>> make_label_filter(const ast::Stage& node, const ParserHints& hints);

/// Adds the names of the labels that `filter` looks at.
void add_label_names(const ast::LabelFilter& filter, std::vector<std::string>& names);

}  // namespace logpond::logql
