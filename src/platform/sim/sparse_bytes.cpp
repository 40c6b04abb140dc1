#include "platform/sim/sparse_bytes.h"

#include <algorithm>
#include <cstring>

#include "core/check.h"

namespace logpond::platform {

std::size_t SparseBytes::read(std::uint64_t offset, std::span<char> into) const {
  if (offset >= size_) return 0;
  const std::size_t total =
      static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size_ - offset));
  std::size_t done = 0;
  while (done < total) {
    const std::uint64_t at = offset + done;
    const std::size_t in_page = static_cast<std::size_t>(at % kPageBytes);
    const std::size_t piece = std::min(total - done, std::size_t{kPageBytes} - in_page);
    const auto page = pages_.find(at / kPageBytes);
    if (page == pages_.end()) {
      std::memset(into.data() + done, 0, piece);
    } else {
      std::memcpy(into.data() + done, page->second.data() + in_page, piece);
    }
    done += piece;
  }
  return total;
}

void SparseBytes::write(std::uint64_t offset, std::span<const char> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const std::uint64_t at = offset + done;
    const std::size_t in_page = static_cast<std::size_t>(at % kPageBytes);
    const std::size_t piece = std::min(bytes.size() - done, std::size_t{kPageBytes} - in_page);
    Page& page = pages_[at / kPageBytes];  // a new one is all zeros
    std::memcpy(page.data() + in_page, bytes.data() + done, piece);
    done += piece;
  }
  if (!bytes.empty()) size_ = std::max(size_, offset + bytes.size());
}

void SparseBytes::resize(std::uint64_t size) {
  if (size < size_) {
    pages_.erase(pages_.lower_bound((size + kPageBytes - 1) / kPageBytes), pages_.end());
    const auto last = pages_.find(size / kPageBytes);
    if (last != pages_.end()) {
      const auto keep = static_cast<std::ptrdiff_t>(size % kPageBytes);
      std::fill(last->second.begin() + keep, last->second.end(), '\0');
    }
  }
  size_ = size;
}

void SparseBytes::flip_bit(std::uint64_t offset, unsigned bit) {
  LOGPOND_CHECK(offset < size_);
  char& byte = pages_[offset / kPageBytes][offset % kPageBytes];
  byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << (bit % 8)));
}

}  // namespace logpond::platform
