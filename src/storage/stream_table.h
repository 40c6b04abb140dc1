// One object per stream: equal (tenant, labels) are the same pointer.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/result.h"
#include "core/stream.h"

namespace logpond::storage {

/// Threads: any.
class StreamTable {
 public:
  /// `encoded` is Labels::encode(). Errors: kCorruption.
  Result<StreamPtr> intern(const TenantId& tenant, std::string_view encoded);
  /// Forgets streams that nothing but this table refers to, once the table has grown enough since
  /// the last time for looking through all of it to be worth it.
  void drop_unused();
  std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, StreamPtr> streams_;  // by tenant, NUL, encoded labels
  std::size_t used_ = 0;                                // streams after the last drop
};

}  // namespace logpond::storage
