// Memory for the raw bytes of one block, filled as a whole.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace logpond::storage {

/// Like a string that is not set to zero when it grows: blocks have megabytes, and every byte is
/// written right after.
class BlockBuffer {
 public:
  /// Room for `size` bytes of any content; what was there before is gone.
  std::span<char> make(std::size_t size) {
    if (size > capacity_) {
      bytes_ = std::make_unique_for_overwrite<char[]>(size);
      capacity_ = size;
    }
    size_ = size;
    return {bytes_.get(), size_};
  }
  std::string_view view() const { return {bytes_.get(), size_}; }
  std::size_t size() const { return size_; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace logpond::storage
