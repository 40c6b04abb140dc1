// Makes batches durable and visible: the append queue, group commit, and freezing full heads.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platform/bounded_queue.h"
#include "platform/clock.h"
#include "storage/embedded_store.h"
#include "storage/live_state.h"
#include "storage/stream_table.h"
#include "storage/wal.h"
#include "telemetry/metrics.h"

namespace logpond::storage {

/// append() encodes a batch on the caller's thread and queues it; the committer thread writes
/// everything queued as one group, syncs once, adds it to the head, publishes and acknowledges.
///
/// Borrows: everything given by reference, which must outlive it.
/// Threads: append() and freeze_and_wait() from any; run() is the committer thread.
class Committer {
 public:
  /// Where numbering goes on after a replay.
  struct Start {
    std::uint64_t next_sequence = 1;
    std::uint64_t next_record_id = 1;
  };
  struct Dependencies {
    const platform::Clock& clock;
    telemetry::MetricsRegistry& metrics;
    const EmbeddedStoreOptions& options;
    const PublishBatch& publish;
    StreamTable& streams;
    Wal& wal;
    LiveState& state;
  };

  Committer(const Dependencies& dependencies, Start start);

  /// See Store::append.
  void append(RecordBatch batch, AppendCallback done);
  /// Puts the head aside for sealing, with everything acknowledged so far in it.
  /// Errors: kUnavailable (stopping).
  Status freeze_and_wait();

  /// Commits groups until close() was called and the queue is empty.
  void run();
  /// No more appends; run() finishes what was queued.
  void close() { queue_.close(); }

  std::uint64_t next_record_id() const { return next_record_id_; }

 private:
  /// A batch on its way; without a batch it is a request to freeze the head.
  struct Pending {
    std::shared_ptr<StoredBatch> batch;
    std::string front;  ///< Wal::kFrameHeaderBytes of room, then the payload up to the arena.
    std::uint64_t payload_checksum = 0;
    WalSequence sequence;  ///< Once written.
    AppendCallback done;
    bool is_duplicate = false;  ///< By its mark; acknowledged with the group and not written.
    std::function<void()> frozen;
  };

  std::string take_front();
  void keep_fronts(std::vector<Pending>& group);
  void commit_group(std::vector<Pending>& group);
  void check_marks(std::vector<Pending>& group) const;
  void write_group(std::vector<Pending>& group);
  void accept_group(std::vector<Pending>& group);
  void refuse_unwritten(std::vector<Pending>& group, const Error& error);
  static void refuse_group(std::vector<Pending>& group, const Error& error);
  std::optional<Error> wait_for_room();
  void freeze_if(bool is_requested);

  const platform::Clock& clock_;
  const EmbeddedStoreOptions& options_;
  const PublishBatch& publish_;
  StreamTable& streams_;
  Wal& wal_;
  LiveState& state_;
  platform::BoundedQueue<Pending> queue_;
  std::mutex fronts_mutex_;
  std::vector<std::string> spare_fronts_;      // memory for the next ones
  std::uint64_t next_sequence_;                // committer thread only
  std::atomic<std::uint64_t> next_record_id_;  // changed by the committer thread only
  telemetry::Histogram& sync_seconds_;
  std::vector<std::shared_ptr<void>> gauges_;
};

}  // namespace logpond::storage
