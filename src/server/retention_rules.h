// Retention rules of the configuration as the store takes them.
#pragma once

#include <vector>

#include "config/config.h"
#include "core/result.h"
#include "storage/retention.h"

namespace logpond::server {

/// Errors: kInvalidArgument, beginning with the rule's place (`logpond.toml:12: ...`).
Result<std::vector<storage::RetentionRule>> retention_rules(const config::Config& config);

}  // namespace logpond::server
