// Several threads at one piece of work: the caller, and whoever of a pool is free.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "platform/worker_pool.h"

namespace logpond::platform {

/// Lets threads of a pool run what the owner runs too. A member whose turn in the pool has not come
/// when dismiss() is called never begins, so a busy pool delays nobody.
///
/// Borrows the pool.
/// Threads: invite() and dismiss() from one thread.
class Team {
 public:
  /// `work` returns when nothing is left to do; it may run on several threads at once. No pool: the
  /// owner stays alone.
  Team(WorkerPool* pool, std::function<void()> work);
  /// Dismisses.
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  /// Asks for `members` more, as far as the pool has threads and room.
  void invite(std::size_t members);
  /// Returns when every member that has begun has ended. Idempotent.
  void dismiss();

 private:
  struct State;
  WorkerPool* const pool_;
  const std::shared_ptr<State> state_;
};

}  // namespace logpond::platform
