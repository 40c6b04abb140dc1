// Grows at its end only; what lies behind the last byte may be read.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "message/structure.h"

namespace logpond::message {

/// Texts side by side, named by offset: growing moves them. New room is not set to zero.
class TextArena {
 public:
  std::uint32_t append(std::string_view text) {
    if (size_ + text.size() + kSplitPadding > capacity_) grow(text.size());
    std::memcpy(bytes_.get() + size_, text.data(), text.size());
    const std::size_t at = size_;
    size_ += text.size();
    return static_cast<std::uint32_t>(at);
  }
  const char* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }
  void clear() { size_ = 0; }

 private:
  void grow(std::size_t more) {
    const std::size_t wanted = std::max(2 * capacity_, size_ + more + kSplitPadding);
    auto bytes = std::make_unique_for_overwrite<char[]>(wanted);
    if (size_ > 0) std::memcpy(bytes.get(), bytes_.get(), size_);
    bytes_ = std::move(bytes);
    capacity_ = wanted;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace logpond::message
