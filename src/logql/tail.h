// Log queries on records that come live.
#pragma once

#include <memory>

#include "logql/engine.h"
#include "logql/plan.h"

namespace logpond::logql {

/// Requires: `plan` was made without push-down, since no store filters these records.
std::unique_ptr<LineFilterPipeline> make_tail(LogPlan plan);

}  // namespace logpond::logql
