// `| json` and `| json name="path"`.
#pragma once

#include <memory>

#include "logql/stages/stage.h"

namespace logpond::logql {

Result<std::unique_ptr<Stage>> make_json(const ast::Stage& node, const ParserHints& hints);

}  // namespace logpond::logql
