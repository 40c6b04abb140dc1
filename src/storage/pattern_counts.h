// Templates of the messages of a view, counted over time.
#pragma once

#include <functional>
#include <vector>

#include "storage/scan.h"
#include "storage/store.h"

namespace logpond::storage {

/// See Store::patterns. Nothing of a message is read but its shape. Errors: kCancelled,
/// kDeadlineExceeded.
Result<std::vector<Pattern>> patterns_of_view(const StoreView& view, const PatternRequest& request,
                                              const std::function<void(const Error&)>& on_damage);

}  // namespace logpond::storage
