// An array of plain values that grows at its end: large ones where they lie, as far as the system
// can move pages instead of bytes, and without setting new room to zero.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <span>
#include <type_traits>
#include <utility>

#include "core/check.h"

namespace logpond {

/// Ends the program when there is no memory. Threads: as a vector.
template <typename T>
class GrowArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  GrowArray() = default;
  GrowArray(GrowArray&& other) noexcept
      : values_(std::exchange(other.values_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  GrowArray& operator=(GrowArray&& other) noexcept {
    std::swap(values_, other.values_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  ~GrowArray() { std::free(values_); }

  void push_back(const T& value) {
    const T copy = value;  // it may lie in the array
    if (size_ == capacity_) grow(size_ + 1);
    values_[size_++] = copy;
  }
  /// New values are whatever lies there.
  void resize_for_overwrite(std::size_t size) {
    if (size > capacity_) grow(size);
    size_ = size;
  }
  void clear() { size_ = 0; }

  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }
  T* data() { return values_; }
  const T* data() const { return values_; }
  T& operator[](std::size_t i) { return values_[i]; }
  const T& operator[](std::size_t i) const { return values_[i]; }
  T* begin() { return values_; }
  T* end() { return values_ + size_; }
  const T* begin() const { return values_; }
  const T* end() const { return values_ + size_; }

 private:
  void grow(std::size_t wanted) {
    constexpr std::size_t kFirst = 64;
    const std::size_t capacity = std::max({wanted, capacity_ + capacity_ / 2, kFirst});
    void* const grown = std::realloc(static_cast<void*>(values_), capacity * sizeof(T));
    LOGPOND_CHECK(grown != nullptr);  // as where a vector cannot grow
    values_ = static_cast<T*>(grown);
    capacity_ = capacity;
  }

  T* values_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace logpond
