// Where acknowledged batches become live: every tail and alert subscribes here.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "core/ids.h"
#include "storage/store.h"
#include "telemetry/metrics.h"

namespace logpond::ingest {

/// Passes each durable batch to every subscriber, in the order of their ids.
///
/// Borrows `metrics`, which must outlive the hub and its subscriptions.
/// Threads: publish() from the store's one writer; the rest from any. A subscriber's function runs
/// on the publisher's thread under the hub's lock: it must only queue the batch somewhere bounded,
/// and must not call the hub or let go of a subscription.
class LiveHub {
 public:
  using Take = std::function<void(const std::shared_ptr<const storage::StoredBatch>&)>;

  /// A place in the hub; letting go of it ends the subscription (and waits for a running call).
  class Subscription {
   public:
    virtual ~Subscription() = default;
    /// Every batch with first_id >= this is delivered live; everything before is in the store
    /// already. So history is `id < live_from`, and the two join without gap or double.
    ///
    /// The border is known from the beginning once start_from() was called or a batch was
    /// published. Before that it is the largest id, until the first batch comes and sets it: so ask
    /// again for each row of history rather than once.
    virtual RecordId live_from() const = 0;
  };

  explicit LiveHub(telemetry::MetricsRegistry& metrics);
  ~LiveHub();

  /// Says that the next batch will have the id `next` or a higher one: what the store knows when it
  /// is open. Lower than what was published already, it changes nothing.
  void start_from(RecordId next);
  /// Requires: the batch is visible to every scan that starts from now on; ids grow from call to
  /// call.
  void publish(const std::shared_ptr<const storage::StoredBatch>& batch);
  [[nodiscard]] std::unique_ptr<Subscription> subscribe(Take take);
  std::size_t subscribers() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace logpond::ingest
