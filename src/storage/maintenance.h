// What happens to parts after they were sealed: retention, taking out deleted rows, merging.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "platform/clock.h"
#include "storage/deletion.h"
#include "storage/embedded_store.h"
#include "storage/live_state.h"
#include "storage/purge.h"
#include "storage/retention.h"
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
    DeletionSet& deletions;
    const RetentionRules& rules;
    LiveState& state;
  };
  explicit Maintenance(const Dependencies& dependencies);

  /// Works after every seal and every half minute, until the state says stop.
  void run();
  /// Retention, deletions, then merges until none is worth it. Failures are reported, not returned.
  void work_once();
  /// See Store::merge.
  Status merge_all();
  /// Runs `work` while no part goes.
  Status undisturbed(const std::function<Status()>& work);

 private:
  void apply_retention();
  Status take_out_hidden_rows();
  Status finish_deletions(const std::vector<DeletionPtr>& deletions);
  std::vector<DeletionPtr> hiding() const;
  void merge_what_is_worth_it();
  PartSet::Committed replace_parts();

  const platform::Clock& clock_;
  const EmbeddedStoreOptions& options_;
  PartSet& parts_;
  DeletionSet& deletions_;
  const RetentionRules& rules_;
  LiveState& state_;
  std::mutex one_at_a_time_;
  Purge purge_;                // the rest is under one_at_a_time_ too
  std::string merge_failure_;  // why the last merge failed
  std::string purge_failure_;
  telemetry::Histogram& merge_seconds_;
  telemetry::Counter& expired_parts_;
};

}  // namespace logpond::storage
