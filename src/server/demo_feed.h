// Sample logs for a first look: a thread that feeds generated lines through the pipeline.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "core/record.h"
#include "core/result.h"
#include "platform/clock.h"

namespace logpond::server {

/// Hands a batch on; the callback comes once, with its fate.
using SubmitBatch = std::function<void(RecordBatch, std::function<void(Status)>)>;

/// Borrows the clock, which must outlive it. Threads: start() and stop() from one; it owns one
/// more.
class DemoFeed {
 public:
  struct Options {
    std::uint64_t seed = 1;
    double lines_per_second = 40;          ///< On average over a day.
    DurationNs backfill = 0;               ///< How far in the past to begin; 0: now.
    DurationNs tick = 200 * kMillisecond;  ///< How often lines are handed on.
  };
  DemoFeed(Options options, const platform::Clock& clock, SubmitBatch submit);
  ~DemoFeed();

  void start();
  /// Waits for the batch on its way. Idempotent.
  void stop();

  /// Makes the lines of [from, to) and hands them on batch by batch, each when the one before is
  /// stored. A batch that is refused is tried again a few times, then left out. False when stop()
  /// came first.
  bool feed(TimestampNs from, TimestampNs to);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace logpond::server
