#include "storage/maintenance.h"

#include <chrono>
#include <limits>

#include "core/large_blocks.h"
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
      deletions_(dependencies.deletions),
      rules_(dependencies.rules),
      state_(dependencies.state),
      purge_(parts_),
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
    free_idle_large_blocks();
    lock.lock();
  }
}

void Maintenance::work_once() {
  const std::lock_guard one_at_a_time(one_at_a_time_);
  apply_retention();
  const Status purged = take_out_hidden_rows();
  // As with merges below: one sentence a trouble, not one a seal.
  const std::string reason = purged ? std::string() : purged.error().message;
  if (!purged && reason != purge_failure_) {
    telemetry::diag_warn("cannot take out deleted records", {{"reason", reason}});
  }
  purge_failure_ = reason;
  merge_what_is_worth_it();
}

std::vector<DeletionPtr> Maintenance::hiding() const {
  std::vector<DeletionPtr> all = deletions_.received();
  for (DeletionPtr& rule : rules_.expired(clock_.now())) all.push_back(std::move(rule));
  return all;
}

Status Maintenance::take_out_hidden_rows() {
  const std::vector<DeletionPtr> received = deletions_.received();
  std::vector<DeletionPtr> all = hiding();
  for (DeletionPtr& rule : rules_.excess(parts_.parts())) all.push_back(std::move(rule));
  LOGPOND_CHECK_OK(purge_.run(all, replace_parts(), [this] { return state_.is_stopping(); }));
  return finish_deletions(received);
}

Status Maintenance::finish_deletions(const std::vector<DeletionPtr>& deletions) {
  const StoreView view = state_.view();
  std::vector<DeletionPtr> done;
  for (const DeletionPtr& deletion : deletions) {
    if (state_.is_stopping()) break;
    LOGPOND_TRY(const bool is_done, purge_.is_done(view, deletion));
    if (is_done) done.push_back(deletion);
  }
  return deletions_.finish(done, clock_.now());
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
    const auto merged = parts_.merge_once(false, hiding(), replace_parts());
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
  apply_retention();
  LOGPOND_CHECK_OK(take_out_hidden_rows());
  while (true) {
    LOGPOND_TRY(const bool merged, parts_.merge_once(true, hiding(), replace_parts()));
    if (!merged) return {};
  }
}

Status Maintenance::undisturbed(const std::function<Status()>& work) {
  const std::lock_guard one_at_a_time(one_at_a_time_);
  return work();
}

}  // namespace logpond::storage
