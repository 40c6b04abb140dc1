// The small data set that tests/queries/*.test are asked about: tests/queries/README.md shows it.
#pragma once

#include "core/time.h"
#include "storage/store.h"

namespace logpond::logql::testing {

/// 2026-11-21T00:00:00Z: the test files give times as seconds after it.
inline constexpr TimestampNs kDatasetTime = 1'795'219'200 * kSecond;

/// Appends the data set.
void load_dataset(storage::Store& store);

}  // namespace logpond::logql::testing
