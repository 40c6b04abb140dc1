// Streams and their sizes in a time range, from the headers of row groups where that is enough.
#pragma once

#include <functional>
#include <vector>

#include "storage/scan.h"
#include "storage/store.h"

namespace logpond::storage {

/// See Store::series.
std::vector<StreamPtr> series_of_view(const StoreView& view, const TenantId& tenant,
                                      TimeRange range, const Selector& selector);
/// See Store::volume. Errors: kCancelled, kDeadlineExceeded.
Result<std::vector<StreamVolume>> volume_of_view(
    const StoreView& view, const TenantId& tenant, TimeRange range, const Selector& selector,
    const platform::CancelToken& cancel, const std::function<void(const Error&)>& on_damage);

}  // namespace logpond::storage
