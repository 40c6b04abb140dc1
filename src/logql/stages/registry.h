// Every stage of the language in one table. A new stage is a row here and files of its own.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "logql/stages/stage.h"

namespace logpond::logql {

struct StageRow {
  std::string_view name;
  std::string_view summary;   ///< One line for help and reference pages.
  bool changes_line = false;  ///< Line filters behind it see another text.
  bool changes_labels = false;
  bool is_parser = false;  ///< Reads labels from the line, as far as the hints ask for them.
  /// Makes the stage of a node of this row. Errors: kInvalidArgument.
  Result<std::unique_ptr<Stage>> (*make)(const ast::Stage& node,
                                         const ParserHints& hints) = nullptr;
};

/// In the order of ast::Stage's alternatives.
std::span<const StageRow> stage_rows();
const StageRow& stage_row(const ast::Stage& node);

}  // namespace logpond::logql
