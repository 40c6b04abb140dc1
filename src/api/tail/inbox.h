// Where the live hub leaves batches for one tail.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/time.h"
#include "storage/store.h"

namespace logpond::api::tail {

/// Batches waiting for one tail, bounded in bytes. A batch that does not fit is lost for this tail;
/// its streams are noted, so that the reader can be told of the records he would have got.
///
/// Threads: put() from the hub's publisher, the rest from one other thread.
class Inbox {
 public:
  using BatchPtr = std::shared_ptr<const storage::StoredBatch>;
  struct LostStream {
    StreamPtr stream;
    TimestampNs first = 0;
    std::size_t records = 0;
  };

  explicit Inbox(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Never waits. `now` is on the monotonic scale.
  void put(const BatchPtr& batch, DurationNs now);
  /// The oldest batch that came at `until` or before.
  BatchPtr take(DurationNs until);
  /// Streams of what did not fit since the last call.
  std::vector<LostStream> take_lost();
  bool empty() const;

 private:
  struct Waiting {
    BatchPtr batch;
    std::size_t bytes = 0;
    DurationNs arrived = 0;
  };
  void note_lost(const storage::StoredBatch& batch);

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::deque<Waiting> waiting_;
  std::size_t bytes_ = 0;
  std::vector<LostStream> lost_;
};

}  // namespace logpond::api::tail
