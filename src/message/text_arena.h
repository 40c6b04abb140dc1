// Grows at its end only; what lies behind the last byte may be read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/grow_array.h"
#include "message/structure.h"

namespace logpond::message {

/// Texts side by side, named by offset: growing moves them.
class TextArena {
 public:
  std::uint32_t append(std::string_view text) {
    const std::size_t at = size_;
    bytes_.resize_for_overwrite(at + text.size() + kSplitPadding);
    std::memcpy(bytes_.data() + at, text.data(), text.size());
    size_ = at + text.size();
    return static_cast<std::uint32_t>(at);
  }
  const char* data() const { return bytes_.data(); }
  std::size_t size() const { return size_; }
  void clear() { size_ = 0; }

 private:
  GrowArray<char> bytes_;  // with padding behind the last text
  std::size_t size_ = 0;
};

}  // namespace logpond::message
