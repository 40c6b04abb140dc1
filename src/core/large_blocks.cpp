#include "core/large_blocks.h"

#include <algorithm>
#include <bit>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace logpond {
namespace {

constexpr std::size_t kKeptBytesMax = std::size_t{64} << 20;

/// Sizes with three significant bits: at most an eighth is wasted, and blocks of bodies that are
/// nearly alike can stand in for each other.
std::size_t size_class(std::size_t bytes) {
  const int shift = static_cast<int>(std::bit_width(bytes)) - 4;
  const std::size_t step = std::size_t{1} << shift;
  return (bytes + step - 1) / step * step;
}

class Shelf {
 public:
  void* take(std::size_t size) {
    const std::lock_guard lock(mutex_);
    const auto at = kept_.find(size);
    if (at == kept_.end() || at->second.blocks.empty()) return nullptr;
    void* const block = at->second.blocks.back();
    at->second.blocks.pop_back();
    at->second.low = std::min(at->second.low, at->second.blocks.size());
    kept_bytes_ -= size;
    return block;
  }
  bool give(void* block, std::size_t size) {
    const std::lock_guard lock(mutex_);
    if (kept_bytes_ + size > kKeptBytesMax) return false;
    kept_[size].blocks.push_back(block);
    kept_bytes_ += size;
    return true;
  }
  void free_idle() {
    const std::lock_guard lock(mutex_);
    for (auto& [size, of_size] : kept_) {
      // So many were there at the least: nobody wanted those.
      for (; of_size.low > 0 && !of_size.blocks.empty(); --of_size.low) {
        ::operator delete(of_size.blocks.back());
        of_size.blocks.pop_back();
        kept_bytes_ -= size;
      }
      of_size.low = of_size.blocks.size();
    }
  }

 private:
  struct OfSize {
    std::vector<void*> blocks;
    std::size_t low = 0;  // the fewest since the last free_idle()
  };

  std::mutex mutex_;
  std::map<std::size_t, OfSize> kept_;
  std::size_t kept_bytes_ = 0;
};

/// Never destroyed: a batch may outlive everything that is.
Shelf& shelf() {
  static Shelf* const only = std::make_unique<Shelf>().release();
  return *only;
}

}  // namespace

void* take_large_block(std::size_t bytes) {
  const std::size_t size = size_class(bytes);
  void* const kept = shelf().take(size);
  return kept != nullptr ? kept : ::operator new(size);
}

void give_large_block(void* block, std::size_t bytes) noexcept {
  if (!shelf().give(block, size_class(bytes))) ::operator delete(block);
}

void free_idle_large_blocks() {
  shelf().free_idle();
}

// ---- LargeText ---------------------------------------------------------------------------------

namespace {

constexpr std::size_t kLargeBytes = std::size_t{128} << 10;

char* take(std::size_t bytes) {
  return static_cast<char*>(bytes < kLargeBytes ? ::operator new(bytes) : take_large_block(bytes));
}

void give(char* block, std::size_t bytes) {
  if (bytes < kLargeBytes) {
    ::operator delete(block);
  } else {
    give_large_block(block, bytes);
  }
}

}  // namespace

LargeText::LargeText(LargeText&& other) noexcept
    : bytes_(std::exchange(other.bytes_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

LargeText& LargeText::operator=(LargeText&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  return *this;
}

LargeText::~LargeText() {
  if (bytes_ != nullptr) give(bytes_, capacity_);
}

void LargeText::move_to(std::size_t capacity) {
  char* const moved = capacity == 0 ? nullptr : take(capacity);
  if (size_ > 0) std::memcpy(moved, bytes_, size_);
  if (bytes_ != nullptr) give(bytes_, capacity_);
  bytes_ = moved;
  capacity_ = capacity;
}

}  // namespace logpond
