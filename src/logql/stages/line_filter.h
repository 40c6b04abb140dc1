// `|= "text"` and its siblings, `|> "pattern"` among them.
#pragma once

#include <memory>
#include <optional>

#include "codec/line_filter.h"
#include "logql/stages/stage.h"

namespace logpond::logql {

Result<std::unique_ptr<Stage>> make_line_filter(const ast::Stage& node, const ParserHints& hints);

/// The filter as the store takes it; nothing for the forms that only a pipeline can test (patterns,
/// ip). Errors: kInvalidArgument for a bad regular expression.
Result<std::optional<codec::LineFilter>> store_line_filter(const ast::Stage& node);

}  // namespace logpond::logql
