// `| label_format new=old`.
#pragma once

#include <memory>

#include "logql/stages/stage.h"

namespace logpond::logql {

Result<std::unique_ptr<Stage>> make_label_format(const ast::Stage& node, const ParserHints& hints);

}  // namespace logpond::logql
