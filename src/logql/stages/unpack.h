// `| unpack`: restores a line that was packed as JSON.
#pragma once

#include <memory>

#include "logql/stages/stage.h"

namespace logpond::logql {

Result<std::unique_ptr<Stage>> make_unpack(const ast::Stage& node, const ParserHints& hints);

}  // namespace logpond::logql
