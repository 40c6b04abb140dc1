#include "net/server/body_buffer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "core/check.h"

namespace logpond::net {
namespace {

/// First reservation of a body. Small pushes fit; a liar with a large Content-Length gains nothing.
constexpr std::size_t kFirstBytes = std::size_t{16} << 10;

}  // namespace

BodyBudget::~BodyBudget() {
  for (const Block& block : kept_) std::free(block.bytes);
}

bool BodyBudget::try_take(std::size_t bytes) {
  std::size_t used = used_.load(std::memory_order_relaxed);
  do {
    if (bytes > bytes_max_ || used > bytes_max_ - bytes) return false;
  } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
  return true;
}

BodyBudget::Block BodyBudget::reuse(std::size_t size_min) {
  if (size_min < kKeptBlockBytesMin) return {};
  std::lock_guard lock(mutex_);
  auto best = kept_.end();
  for (auto it = kept_.begin(); it != kept_.end(); ++it) {
    if (it->size >= size_min && (best == kept_.end() || it->size < best->size)) best = it;
  }
  if (best == kept_.end()) return {};
  const Block block = *best;
  kept_.erase(best);
  return block;
}

void BodyBudget::recycle(Block block) {
  if (block.size >= kKeptBlockBytesMin && block.size <= kKeptBlockBytesMax) {
    std::lock_guard lock(mutex_);
    if (kept_.size() < kKeptBlocksMax) {
      kept_.push_back(block);
      return;
    }
  }
  std::free(block.bytes);
}

std::span<char> BodyBuffer::room(std::size_t bytes_left) {
  LOGPOND_CHECK(bytes_left > 0);
  if (block_.bytes == nullptr || size_ + Body::kPadding >= block_.size) {
    // Twice what has come so far, but never beyond what is still announced.
    const std::size_t step = std::min(bytes_left, std::max(kFirstBytes, size_));
    if (!grow(size_ + step + Body::kPadding)) return {};
  }
  const std::size_t free_bytes = block_.size - Body::kPadding - size_;
  return {block_.bytes + size_, std::min(free_bytes, bytes_left)};
}

bool BodyBuffer::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::span<char> into = room(bytes.size());
    if (into.empty()) return false;
    std::memcpy(into.data(), bytes.data(), into.size());
    filled(into.size());
    bytes.remove_prefix(into.size());
  }
  return true;
}

bool BodyBuffer::grow(std::size_t capacity) {
  BodyBudget::Block larger = budget_->reuse(capacity);
  if (larger.bytes != nullptr && budget_->try_take(larger.size - block_.size)) {
    if (size_ > 0) std::memcpy(larger.bytes, block_.bytes, size_);
    budget_->recycle(block_);
    block_ = larger;
    return true;
  }
  budget_->recycle(larger);
  if (!budget_->try_take(capacity - block_.size)) return false;
  // realloc moves the pages of large blocks instead of copying them.
  char* bytes = static_cast<char*>(std::realloc(block_.bytes, capacity));
  if (bytes == nullptr) {
    budget_->give_back(capacity - block_.size);
    return false;
  }
  block_ = {bytes, capacity};
  return true;
}

Body BodyBuffer::release() {
  if (size_ == 0) {
    clear();
    return {};
  }
  std::memset(block_.bytes + size_, 0, Body::kPadding);
  const auto give_back = [budget = budget_, block = block_](const char*) {
    budget->give_back(block.size);
    budget->recycle(block);
  };
  std::shared_ptr<const char> bytes(block_.bytes, give_back);
  block_ = {};
  return {std::move(bytes), std::exchange(size_, 0)};
}

void BodyBuffer::clear() {
  budget_->give_back(block_.size);
  budget_->recycle(block_);
  block_ = {};
  size_ = 0;
}

}  // namespace logpond::net
