// Time as a dependency: nothing outside platform/ asks the system for it.
#pragma once

#include <atomic>

#include "core/time.h"

namespace logpond::platform {

/// Threads: any.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall clock, UTC.
  virtual TimestampNs now() const = 0;
  /// Never goes back; only differences mean anything.
  virtual DurationNs monotonic() const = 0;
};

/// The machine's clock. Lives for ever.
const Clock& system_clock();

/// Stands still until moved. For tests.
class ManualClock : public Clock {
 public:
  explicit ManualClock(TimestampNs now) : now_(now) {}
  TimestampNs now() const override { return now_.load(); }
  DurationNs monotonic() const override { return now_.load(); }
  void set(TimestampNs now) { now_.store(now); }
  void advance(DurationNs span) { now_.fetch_add(span); }

 private:
  std::atomic<TimestampNs> now_;
};

}  // namespace logpond::platform
