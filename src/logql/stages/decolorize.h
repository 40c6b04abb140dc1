// `| decolorize`: the line without terminal colours.
#pragma once

#include <memory>

#include "logql/stages/stage.h"

namespace logpond::logql {

Result<std::unique_ptr<Stage>> make_decolorize(const ast::Stage& node, const ParserHints& hints);

}  // namespace logpond::logql
