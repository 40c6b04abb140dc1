// Memory for the texts of batches, which comes and goes by megabytes a head at a time. The system
// gives fresh pages at the price of packing what is written on them; a block that a batch gave back
// costs nothing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace logpond {

/// A block of at least `bytes` bytes, which are not few. Without memory it does what new does.
/// Threads: any.
void* take_large_block(std::size_t bytes);
/// Gives back a block that was taken with the same `bytes`. At most 64 MiB are kept.
void give_large_block(void* block, std::size_t bytes) noexcept;
/// Frees kept blocks that were not wanted since the last call: somebody calls it now and then.
void free_idle_large_blocks();

/// Text that grows at its end; when it is long, in such a block.
///
/// Threads: as a string.
class LargeText {
 public:
  LargeText() = default;
  LargeText(LargeText&& other) noexcept;
  LargeText& operator=(LargeText&& other) noexcept;
  ~LargeText();

  void append(std::string_view text) {
    if (size_ + text.size() > capacity_) move_to(std::max(2 * capacity_, size_ + text.size()));
    if (!text.empty()) std::memcpy(bytes_ + size_, text.data(), text.size());
    size_ += text.size();
  }
  void reserve(std::size_t capacity) {
    if (capacity > capacity_) move_to(capacity);
  }
  void shrink_to_fit() { move_to(size_); }

  const char* data() const { return bytes_; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }

 private:
  void move_to(std::size_t capacity);

  char* bytes_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace logpond
