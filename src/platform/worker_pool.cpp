#include "platform/worker_pool.h"

#include <pthread.h>

#include <algorithm>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "platform/bounded_queue.h"

namespace logpond::platform {

class WorkerPool::Impl {
 public:
  explicit Impl(Options options) : queue_(options.jobs_max) {
    const std::size_t threads = std::max<std::size_t>(options.threads, 1);
    threads_.reserve(threads);
    const std::string name = options.name.substr(0, 12);
    for (std::size_t i = 0; i < threads; ++i) {
      // A job that throws ends the program: noexcept makes that happen where the job is on the
      // stack.
      threads_.emplace_back([this, thread_name = name + std::to_string(i)]() noexcept {
        name_this_thread(thread_name);
        while (auto job = queue_.pop()) (*job)();
      });
    }
  }

  bool submit(std::function<void()>& job) { return queue_.try_push(job, 1); }

  void stop() {
    queue_.close();
    std::lock_guard lock(join_mutex_);
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

  std::size_t waiting() const { return queue_.size(); }
  std::size_t jobs_max() const { return queue_.bytes_max(); }
  std::size_t threads() const { return threads_.size(); }

 private:
  BoundedQueue<std::function<void()>> queue_;  // every job weighs one
  std::mutex join_mutex_;                      // two callers of stop() must not join one thread
  std::vector<std::thread> threads_;
};

WorkerPool::WorkerPool(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}

WorkerPool::~WorkerPool() {
  stop();
}

bool WorkerPool::submit(std::function<void()> job) {
  return impl_->submit(job);
}

void WorkerPool::stop() {
  impl_->stop();
}

std::size_t WorkerPool::waiting() const {
  return impl_->waiting();
}

std::size_t WorkerPool::jobs_max() const {
  return impl_->jobs_max();
}

std::size_t WorkerPool::threads() const {
  return impl_->threads();
}

void name_this_thread(const std::string& name) {
  // A longer name is refused by the kernel, so it is cut.
  ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
}

}  // namespace logpond::platform
