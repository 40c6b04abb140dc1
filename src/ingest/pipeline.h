// The one road from any door to the store: admission, counting, then append.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/record.h"
#include "core/result.h"
#include "platform/clock.h"
#include "storage/store.h"
#include "telemetry/metrics.h"

namespace logpond::ingest {

/// Borrows the store, clock and metrics, which must outlive it and every `done` still to come.
///
/// Threads: any.
class Pipeline {
 public:
  Pipeline(storage::Store& store, const platform::Clock& clock,
           telemetry::MetricsRegistry& metrics);
  ~Pipeline();

  /// Hands a batch to the store. `door` names the protocol in metrics (`loki`, `jsonline`).
  /// `done` runs once, on a thread of the store or at once; see storage::Store::append for
  /// refusals, to which this adds kInvalidArgument for a tenant that is not one. An empty batch
  /// succeeds at once and is not counted.
  void submit(std::string_view door, RecordBatch batch, storage::AppendCallback done);
  /// Counts records a decoder refused before they reached the batch. `door` and `reason` become
  /// label values: one of a few fixed words each, never text from the sender.
  void count_refused(std::string_view door, std::string_view reason, std::size_t records);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace logpond::ingest
