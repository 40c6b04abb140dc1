// How a scan runs over a frozen view of the store: parts and head batches.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "platform/worker_pool.h"
#include "storage/deletion.h"
#include "storage/group_cache.h"
#include "storage/head.h"
#include "storage/part.h"
#include "storage/store.h"

namespace logpond::storage {

/// What a scan sees: it stays as it is while the store goes on. Cheap to copy.
struct StoreView {
  std::vector<std::shared_ptr<const Part>> parts;
  std::vector<StoredBatchPtr> batches;
  /// Rows that these hide are not there: see hidden_rows.h.
  std::vector<std::shared_ptr<const Deletion>> deletions;
  GroupCache* cache = nullptr;  ///< Of the store; outlives every scan.
  /// Threads that help a scan when they are free; null: the caller's thread does all.
  platform::WorkerPool* helpers = nullptr;
};

/// Runs `request` over `view`. A row group that cannot be read is left out and reported to
/// `on_damage`. Errors: kCancelled, kDeadlineExceeded.
Result<ScanStats> scan_view(const StoreView& view, const ScanRequest& request, ScanSink& sink,
                            const std::function<void(const Error&)>& on_damage);

}  // namespace logpond::storage
