// Turns frozen heads into parts and frees their WAL.
#pragma once

#include "platform/clock.h"
#include "storage/live_state.h"
#include "storage/stream_table.h"
#include "storage/wal.h"
#include "telemetry/metrics.h"

namespace logpond::storage {

/// Borrows: everything given by reference, which must outlive it.
/// Threads: either run() on the seal thread, or seal_front() by hand where none runs.
class Sealer {
 public:
  struct Dependencies {
    const platform::Clock& clock;
    telemetry::MetricsRegistry& metrics;
    StreamTable& streams;
    PartSet& parts;
    Wal& wal;
    LiveState& state;
  };
  explicit Sealer(const Dependencies& dependencies);

  /// Seals the oldest frozen head, if any; its records are in the view exactly once at every
  /// moment. Errors: kIo, kNoSpace; it stays frozen then.
  Status seal_front();
  /// Seals until the state says stop; a failed attempt is made again a second later.
  void run();
  /// Waits until run() has sealed all heads frozen so far. Errors: of the first failed attempt,
  /// kUnavailable (stopping).
  Status wait_until_sealed();

 private:
  const platform::Clock& clock_;
  StreamTable& streams_;
  PartSet& parts_;
  Wal& wal_;
  LiveState& state_;
  telemetry::Histogram& seal_seconds_;
};

}  // namespace logpond::storage
