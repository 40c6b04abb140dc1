// One step of a pipeline: looks at a line and its labels, may change both, may drop the line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "logql/ast.h"
#include "logql/line_labels.h"
#include "parse/text_arena.h"

namespace logpond::logql {

/// A line on its way. Texts that a stage makes belong to `arena` or to the stage itself, and live
/// until the next line begins.
struct LineContext {
  TimestampNs timestamp = 0;
  std::string_view line;
  LineLabels labels;
  parse::TextArena arena;
};

/// Threads: one. A stage keeps scratch space from line to line.
class Stage {
 public:
  virtual ~Stage() = default;
  /// False drops the line.
  virtual bool process(LineContext& context) = 0;
};

/// Which labels a metric query needs from its parsers. A log query needs all.
struct ParserHints {
  bool all = true;
  std::vector<std::string> needed;  ///< When not `all`.
  bool preserve_error = false;      ///< The query looks at `__error__` itself.

  bool wants(std::string_view name) const;
  /// True when no parser need run.
  bool is_none() const { return !all && needed.empty(); }
};

/// `line 1, col 20: line_format is not evaluated by this version`.
tl::unexpected<Error> not_evaluated(Position at, std::string_view feature);
/// `parse error : stage '| json a="["' : reason`.
tl::unexpected<Error> stage_error(const ast::Stage& stage, std::string_view reason);

}  // namespace logpond::logql
