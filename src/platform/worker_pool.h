// A fixed set of threads that run jobs from one bounded queue.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace logpond::platform {

/// Threads: submit() from any thread. The destructor runs what was accepted, then joins.
class WorkerPool {
 public:
  struct Options {
    std::string name;             ///< Shown by ps; at most 12 characters are kept.
    std::size_t threads = 1;      ///< At least 1.
    std::size_t jobs_max = 1024;  ///< Waiting jobs; beyond it submit() says no.
  };
  explicit WorkerPool(Options options);
  ~WorkerPool();

  /// False when the queue is full or stop() was called; `job` is then not run. A job must not
  /// throw.
  bool submit(std::function<void()> job);
  /// Accepts no more, runs what is queued, joins. Idempotent.
  void stop();
  std::size_t waiting() const;
  std::size_t jobs_max() const;
  std::size_t threads() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Names the calling thread for ps and debuggers (15 characters at most).
void name_this_thread(const std::string& name);

}  // namespace logpond::platform
