// Memory of request bodies: grows as bytes arrive, and all bodies together stay below a limit.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "net/http_types.h"

namespace logpond::net {

/// What bodies in memory may take together, from their first byte until the handler drops them.
/// Keeps a few freed blocks for the next bodies: fresh pages from the kernel cost as much as
/// receiving.
///
/// Threads: any. Shared by the server and by every Body still alive.
class BodyBudget {
 public:
  explicit BodyBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  ~BodyBudget();
  BodyBudget(const BodyBudget&) = delete;
  BodyBudget& operator=(const BodyBudget&) = delete;

  bool try_take(std::size_t bytes);
  void give_back(std::size_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  std::size_t used() const { return used_.load(std::memory_order_relaxed); }

  struct Block {
    char* bytes = nullptr;
    std::size_t size = 0;
  };
  /// The smallest kept block of at least `size_min` bytes, else nothing.
  Block reuse(std::size_t size_min);
  /// Keeps the block, or frees it.
  void recycle(Block block);

 private:
  static constexpr std::size_t kKeptBlocksMax = 4;
  static constexpr std::size_t kKeptBlockBytesMin = std::size_t{256} << 10;
  static constexpr std::size_t kKeptBlockBytesMax = std::size_t{16} << 20;

  const std::size_t bytes_max_;
  std::atomic<std::size_t> used_{0};
  std::mutex mutex_;
  std::vector<Block> kept_;
};

/// One body being received. Threads: one.
class BodyBuffer {
 public:
  explicit BodyBuffer(std::shared_ptr<BodyBudget> budget) : budget_(std::move(budget)) {}
  ~BodyBuffer() { clear(); }
  BodyBuffer(const BodyBuffer&) = delete;
  BodyBuffer& operator=(const BodyBuffer&) = delete;

  /// Room to receive into: at least one byte, at most `bytes_left`, growing with what came before,
  /// so that a length that is only announced costs little. Empty when the budget is used up.
  /// Requires: bytes_left > 0.
  std::span<char> room(std::size_t bytes_left);
  /// `bytes` of the last room() are filled.
  void filled(std::size_t bytes) { size_ += bytes; }
  /// False when the budget is used up.
  bool append(std::string_view bytes);
  std::size_t size() const { return size_; }

  /// Pads and hands over; the buffer is empty afterwards. The budget is given back when the Body
  /// dies.
  Body release();
  void clear();

 private:
  bool grow(std::size_t capacity);

  std::shared_ptr<BodyBudget> budget_;
  BodyBudget::Block block_;  ///< Its whole size is charged.
  std::size_t size_ = 0;
};

}  // namespace logpond::net
