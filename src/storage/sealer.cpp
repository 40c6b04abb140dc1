#include "storage/sealer.h"

#include <chrono>

#include "platform/worker_pool.h"
#include "telemetry/diag.h"

namespace logpond::storage {
namespace {

constexpr std::chrono::milliseconds kRetryWait{1000};

}  // namespace

Sealer::Sealer(const Dependencies& dependencies)
    : clock_(dependencies.clock),
      streams_(dependencies.streams),
      parts_(dependencies.parts),
      wal_(dependencies.wal),
      state_(dependencies.state),
      seal_seconds_(dependencies.metrics.histogram("logpond_seal_seconds",
                                                   "Sealing one head into parts",
                                                   telemetry::MetricsRegistry::seconds_bounds())) {}

Status Sealer::seal_front() {
  std::shared_ptr<const FrozenHead> front;
  {
    const std::lock_guard lock(state_.mutex);
    if (state_.frozen.empty()) return {};
    front = state_.frozen.front();
  }
  const DurationNs begin = clock_.monotonic();
  const Status sealed =
      parts_.seal(front->head, front->point, [this](const std::vector<PartPtr>& live) {
        const std::lock_guard lock(state_.mutex);
        state_.live_parts = live;
        state_.frozen.pop_front();
      });
  seal_seconds_.observe(static_cast<double>(clock_.monotonic() - begin) /
                        static_cast<double>(kSecond));
  {
    const std::lock_guard lock(state_.mutex);
    ++state_.seal_attempts;
    state_.seal_error = sealed ? std::nullopt : std::optional<Error>(sealed.error());
    state_.changed.notify_all();
  }
  // A part that does not fit may fit into what the log keeps for later.
  if (!sealed && sealed.error().code == ErrorCode::kNoSpace) (void)wal_.remove_spares();
  if (!sealed) return sealed;
  streams_.drop_unused();
  return wal_.remove_before(front->point.wal_floor);
}

void Sealer::run() {
  platform::name_this_thread("seal");
  std::unique_lock lock(state_.mutex);
  while (true) {
    state_.changed.wait(lock, [this] { return state_.stopping || !state_.frozen.empty(); });
    if (state_.stopping) return;
    lock.unlock();
    const Status sealed = seal_front();
    if (!sealed) {
      telemetry::diag_error("cannot seal the head; trying again",
                            {{"reason", sealed.error().message}});
    }
    lock.lock();
    if (!sealed) state_.changed.wait_for(lock, kRetryWait, [this] { return state_.stopping; });
  }
}

Status Sealer::wait_until_sealed() {
  std::unique_lock lock(state_.mutex);
  while (!state_.frozen.empty()) {
    const std::uint64_t attempts = state_.seal_attempts;
    state_.changed.wait(lock, [&] {
      return state_.stopping || state_.frozen.empty() || state_.seal_attempts != attempts;
    });
    if (state_.seal_error) return tl::unexpected(*state_.seal_error);
    if (state_.stopping) return fail(ErrorCode::kUnavailable, "the server is shutting down");
  }
  return {};
}

}  // namespace logpond::storage
