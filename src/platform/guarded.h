// Data that several threads share, reachable only through its lock.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <type_traits>
#include <utility>

namespace logpond::platform {

/// Holds a `T` and the mutex that guards it. There is no way to the `T` but lock() or with().
///
///   Guarded<std::vector<Job>> jobs;
///   jobs.with([&](auto& list) { list.push_back(job); });
///   auto list = jobs.lock();   // when more than one statement needs it; unlocks at the end of the
///   scope
///
/// Threads: any.
template <typename T>
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  /// The way to the value, and the lock, as long as it lives.
  template <typename Value>
  class Access {
   public:
    Access(std::unique_lock<std::mutex> lock, Value& value)
        : lock_(std::move(lock)), value_(value) {}
    Value& operator*() const { return value_; }
    Value* operator->() const { return &value_; }

    /// Lets go of the lock until `ready(value)` holds; holds it again afterwards.
    template <typename Ready>
    void wait(std::condition_variable& changed, Ready ready) {
      changed.wait(lock_, [&] { return ready(std::as_const(value_)); });
    }
    /// The same until `deadline` at most; false when it was not ready by then.
    template <typename Ready>
    bool wait_until(std::condition_variable& changed,
                    std::chrono::steady_clock::time_point deadline, Ready ready) {
      return changed.wait_until(lock_, deadline, [&] { return ready(std::as_const(value_)); });
    }

   private:
    std::unique_lock<std::mutex> lock_;
    Value& value_;
  };

  [[nodiscard]] Access<T> lock() { return {std::unique_lock(mutex_), value_}; }
  [[nodiscard]] Access<const T> lock() const { return {std::unique_lock(mutex_), value_}; }

  /// Calls `use(value)` under the lock and returns what it returns, which may not be a reference:
  /// that would lead around the lock.
  template <typename Use>
  auto with(Use&& use) -> decltype(auto) {
    static_assert(!std::is_reference_v<std::invoke_result_t<Use, T&>>, "would escape the lock");
    std::lock_guard lock(mutex_);
    return std::forward<Use>(use)(value_);
  }
  template <typename Use>
  auto with(Use&& use) const -> decltype(auto) {
    static_assert(!std::is_reference_v<std::invoke_result_t<Use, const T&>>,
                  "would escape the lock");
    std::lock_guard lock(mutex_);
    return std::forward<Use>(use)(value_);
  }

 private:
  mutable std::mutex mutex_;
  T value_{};
};

}  // namespace logpond::platform
