#include "storage/maintenance.h"

#include <chrono>
#include <limits>

#include "platform/worker_pool.h"
#include "telemetry/diag.h"

namespace logpond::storage {
namespace {

constexpr std::chrono::seconds kInterval{30};

}  // namespace

Maintenance::Maintenance(const Dependencies& dependencies)
    : clock_(dependencies.clock),
      options_(dependencies.options),
      parts_(dependencies.parts),
      state_(dependencies.state),
      merge_seconds_(dependencies.metrics.histogram("logpond_merge_seconds", "One merge of parts",
                                                    telemetry::MetricsRegistry::seconds_bounds())),
      expired_parts_(dependencies.metrics.counter("logpond_expired_parts_total",
                                                  "Parts dropped by retention")) {}

PartSet::Committed Maintenance::replace_parts() {
  return [this](const std::vector<PartPtr>& live) { state_.replace_parts(live); };
}

void Maintenance::run() {
  platform::name_this_thread("merge");
  std::uint64_t seen_attempts = 0;
  std::unique_lock lock(state_.mutex);
  while (!state_.stopping) {
    state_.changed.wait_for(
        lock, kInterval, [&] { return state_.stopping || state_.seal_attempts != seen_attempts; });
    seen_attempts = state_.seal_attempts;
    if (state_.stopping) return;
    lock.unlock();
    work_once();
    lock.lock();
  }
}

void Maintenance::work_once() {
  const std::lock_guard one_at_a_time(one_at_a_time_);
  apply_retention();
  merge_what_is_worth_it();
}

void Maintenance::apply_retention() {
  if (options_.retention <= 0 && options_.retention_bytes == 0) return;
  const TimestampNs oldest = options_.retention > 0 ? clock_.now() - options_.retention
                                                    : std::numeric_limits<TimestampNs>::min();
  const auto dropped = parts_.retain(oldest, options_.retention_bytes, replace_parts());
  if (dropped) {
    expired_parts_.add(static_cast<double>(*dropped));
  } else {
    telemetry::diag_warn("cannot apply retention", {{"reason", dropped.error().message}});
  }
}

void Maintenance::merge_what_is_worth_it() {
  while (!state_.is_stopping()) {
    const DurationNs begin = clock_.monotonic();
    const auto merged = parts_.merge_once(false, replace_parts());
    // It is tried after every seal: on a full disk the same sentence would fill the log too.
    const std::string reason = merged ? std::string() : merged.error().message;
    if (!merged && reason != merge_failure_) {
      telemetry::diag_warn("cannot merge parts", {{"reason", reason}});
    }
    merge_failure_ = reason;
    if (!merged || !*merged) return;
    merge_seconds_.observe(static_cast<double>(clock_.monotonic() - begin) /
                           static_cast<double>(kSecond));
  }
}

Status Maintenance::merge_all() {
  const std::lock_guard one_at_a_time(one_at_a_time_);
  while (true) {
    LOGPOND_TRY(const bool merged, parts_.merge_once(true, replace_parts()));
    if (!merged) return {};
  }
}

}  // namespace logpond::storage
