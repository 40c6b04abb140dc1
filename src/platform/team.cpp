#include "platform/team.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace logpond::platform {

/// Shared with the jobs in the pool's queue, which may come up after the owner is gone.
struct Team::State {
  std::function<void()> work;
  std::mutex mutex;
  std::condition_variable ended;
  bool dismissed = false;
  std::size_t working = 0;

  void join_in() {
    {
      const std::lock_guard lock(mutex);
      if (dismissed) return;
      ++working;
    }
    work();
    const std::lock_guard lock(mutex);
    --working;
    ended.notify_one();
  }
};

Team::Team(WorkerPool* pool, std::function<void()> work)
    : pool_(pool), state_(std::make_shared<State>()) {
  state_->work = std::move(work);
}

Team::~Team() {
  dismiss();
}

void Team::invite(std::size_t members) {
  if (pool_ == nullptr) return;
  members = std::min(members, pool_->threads());
  for (std::size_t i = 0; i < members; ++i) {
    if (!pool_->submit([state = state_] { state->join_in(); })) return;
  }
}

void Team::dismiss() {
  std::unique_lock lock(state_->mutex);
  state_->dismissed = true;
  state_->ended.wait(lock, [this] { return state_->working == 0; });
}

}  // namespace logpond::platform
