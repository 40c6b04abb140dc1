// What the threads of an embedded store share: the newest records, the live parts, and what stands
// in the way. One lock, so that a view is one moment.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "storage/head.h"
#include "storage/part_set.h"
#include "storage/scan.h"

namespace logpond::storage {

/// A full head, put aside for sealing, with its place in the WAL.
struct FrozenHead {
  Head head;
  SealPoint point;
};

/// Everything is guarded by `mutex`; `changed` is notified whenever somebody may wait for it.
/// Functions ending in _locked require the lock, the others take it.
///
/// Threads: the committer adds to `head` and freezes it; the sealer pops `frozen`; whoever commits
/// parts replaces `live_parts`; everyone reads.
struct LiveState {
  explicit LiveState(std::size_t cache_bytes_max) : cache(cache_bytes_max) {}

  mutable GroupCache cache;  ///< Has its own lock.
  mutable std::mutex mutex;
  std::condition_variable changed;

  Head head;
  std::deque<std::shared_ptr<const FrozenHead>> frozen;  ///< Oldest first.
  std::vector<PartPtr> live_parts;
  MarkTable marks;  ///< Of everything acknowledged; changed by the committer only.

  std::optional<Error> seal_error;  ///< Of the last attempt, none once one succeeded.
  std::uint64_t seal_attempts = 0;
  std::string read_only_reason;  ///< Not empty: appends are refused until a restart.
  bool stopping = false;

  /// Memory of the head, sealing included.
  std::size_t head_bytes_locked() const;
  /// Parts and head as they are now; every record is in it exactly once.
  StoreView view() const;
  bool has_frozen() const;
  bool is_stopping() const;
  /// Wakes everyone; their loops end.
  void stop();
  /// Takes note of the parts alive after a commit.
  void replace_parts(const std::vector<PartPtr>& live);
};

}  // namespace logpond::storage
