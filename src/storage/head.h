// The head: the newest records, in memory, already in the WAL, searchable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "storage/store.h"
#include "storage/wal.h"

namespace logpond::storage {

using StoredBatchPtr = std::shared_ptr<const StoredBatch>;

/// Batches in the order of their ids, with the place in the WAL up to which they reach.
///
/// Small neighbours are joined as they arrive (each record is copied a few times at most), so that
/// a thousand pushes of one record do not become a thousand pieces to scan.
///
/// Threads: none of its own; EmbeddedStore guards it. The batches are immutable and may be shared.
class Head {
 public:
  /// Batches this small are joined with their neighbour.
  static constexpr std::size_t kJoinBytesMax = std::size_t{256} << 10;

  /// A batch without records (it may carry a mark) counts but is not among batches().
  void add(StoredBatchPtr batch, WalSequence sequence);

  const std::vector<StoredBatchPtr>& batches() const { return batches_; }
  WalSequence last_sequence() const { return last_sequence_; }
  std::size_t records() const { return records_; }
  /// Memory held, and a little for each frame in the WAL, so that frames without records fill a
  /// head too.
  std::size_t bytes() const { return bytes_ + frames_ * kFrameBytes; }
  bool empty() const { return frames_ == 0; }

 private:
  static constexpr std::size_t kFrameBytes = 64;

  void join_last_two();

  std::vector<StoredBatchPtr> batches_;
  WalSequence last_sequence_;
  std::size_t frames_ = 0;
  std::size_t records_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace logpond::storage
