// What happens to parts after they were sealed: retention, then merging.
#pragma once

#include <mutex>
#include <string>

#include "platform/clock.h"
#include "storage/embedded_store.h"
#include "storage/live_state.h"
#include "telemetry/metrics.h"

namespace logpond::storage {

/// Borrows: everything given by reference, which must outlive it.
/// Threads: every call from any; one piece of work is done at a time.
class Maintenance {
 public:
  struct Dependencies {
    const platform::Clock& clock;
    telemetry::MetricsRegistry& metrics;
    const EmbeddedStoreOptions& options;
    PartSet& parts;
    LiveState& state;
  };
  explicit Maintenance(const Dependencies& dependencies);

  /// Works after every seal and every half minute, until the state says stop.
  void run();
  /// Retention, then merges until none is worth it. Failures are reported, not returned.
  void work_once();
  /// See Store::merge.
  Status merge_all();

 private:
  void apply_retention();
  void merge_what_is_worth_it();
  PartSet::Committed replace_parts();

  const platform::Clock& clock_;
  const EmbeddedStoreOptions& options_;
  PartSet& parts_;
  LiveState& state_;
  std::mutex one_at_a_time_;
  std::string merge_failure_;  // why the last merge failed, under one_at_a_time_
  telemetry::Histogram& merge_seconds_;
  telemetry::Counter& expired_parts_;
};

}  // namespace logpond::storage
