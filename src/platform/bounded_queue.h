// Queue between thread roles, limited in bytes. No unbounded queue exists in the product.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace logpond::platform {

/// First in, first out. Each item has a weight in bytes; the sum of weights is at most `bytes_max`,
/// except that one item is always accepted by an empty queue, however heavy.
///
/// Threads: all calls from any thread.
template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// False, and `item` is left alone, when full or closed.
  bool try_push(T& item, std::size_t bytes) {
    std::lock_guard lock(mutex_);
    return !closed_ && has_room(bytes) && put(item, bytes);
  }
  /// Waits for room until `deadline`. False, and `item` is left alone, at the deadline or once
  /// closed.
  bool push_until(T& item, std::size_t bytes, std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    not_full_.wait_until(lock, deadline, [&] { return closed_ || has_room(bytes); });
    return !closed_ && has_room(bytes) && put(item, bytes);
  }

  /// Waits for an item until `deadline`; nothing at the deadline, or once closed and empty.
  std::optional<T> pop_until(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    not_empty_.wait_until(lock, deadline, [this] { return closed_ || !items_.empty(); });
    return take(lock);
  }
  /// Waits for an item; nothing once closed and empty.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [this] { return closed_ || !items_.empty(); });
    return take(lock);
  }
  /// Takes everything that is there, without waiting.
  std::vector<T> drain() {
    std::lock_guard lock(mutex_);
    std::vector<T> all;
    all.reserve(items_.size());
    for (auto& [item, bytes] : items_) all.push_back(std::move(item));
    items_.clear();
    bytes_ = 0;
    not_full_.notify_all();
    return all;
  }

  /// No more pushes; what is inside can still be popped.
  void close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    not_empty_.notify_all();
    not_full_.notify_all();
  }
  std::size_t bytes() const {
    std::lock_guard lock(mutex_);
    return bytes_;
  }
  std::size_t bytes_max() const { return bytes_max_; }
  std::size_t size() const {
    std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  bool has_room(std::size_t bytes) const {
    // Not `bytes_ + bytes > bytes_max_`: one heavy item may have taken bytes_ past the limit.
    return items_.empty() || (bytes_ <= bytes_max_ && bytes <= bytes_max_ - bytes_);
  }
  bool put(T& item, std::size_t bytes) {
    items_.emplace_back(std::move(item), bytes);
    bytes_ += bytes;
    not_empty_.notify_one();
    return true;
  }
  std::optional<T> take(std::unique_lock<std::mutex>&) {
    if (items_.empty()) return std::nullopt;
    auto [item, bytes] = std::move(items_.front());
    items_.pop_front();
    bytes_ -= bytes;
    // All, not one: the freed bytes may suit several writers, or not the one that would wake.
    not_full_.notify_all();
    return std::optional<T>(std::move(item));
  }

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::condition_variable not_empty_;
  std::condition_variable not_full_;
  std::deque<std::pair<T, std::size_t>> items_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
};

}  // namespace logpond::platform
