// Which fields the records of a view have, from the tables of row groups.
#pragma once

#include <functional>
#include <vector>

#include "storage/scan.h"
#include "storage/store.h"

namespace logpond::storage {

/// See Store::field_stats. A group counts with all rows of senders of whom any stream matches.
/// Errors: kCancelled, kDeadlineExceeded.
Result<std::vector<FieldStats>> field_stats_of_view(
    const StoreView& view, const TenantId& tenant, TimeRange range, const Selector& selector,
    const platform::CancelToken& cancel, const std::function<void(const Error&)>& on_damage);

}  // namespace logpond::storage
