// What the splitters share: memory that is kept, copies of few bytes, the places of bits.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "message/char_class.h"

namespace logpond::message {

/// Memory that grows to what the longest text so far needed and is never cleared.
template <class T>
class Scratch {
 public:
  /// Room for `count` elements, whose content is then lost.
  void make_room(std::size_t count) {
    if (count > size_) [[unlikely]] {
      size_ = std::bit_ceil(count);
      elements_ = std::make_unique_for_overwrite<T[]>(size_);
    }
  }
  T* data() { return elements_.get(); }

 private:
  std::size_t size_ = 0;
  std::unique_ptr<T[]> elements_;
};

/// append() reads and writes this many bytes behind what it copies.
inline constexpr std::size_t kCopySlack = 32;

/// Copies `size` bytes and returns the end of the copy. Most pieces of a skeleton are short: a copy
/// of fixed size without a branch is several times faster than a call.
LOGPOND_INLINE char* append(char* out, const char* from, std::size_t size) {
  std::memcpy(out, from, kCopySlack);
  for (std::size_t i = kCopySlack; i < size; i += kCopySlack) [[unlikely]] {
    std::memcpy(out + i, from + i, kCopySlack);
  }
  return out + size;
}

/// put_places() writes up to this many places more than there are bits.
inline constexpr std::size_t kPlacesSlack = 4;

/// Writes `base` plus the number of each set bit, ascending. Returns the end. Four at a time
/// without a branch: few blocks have none, and no predictor foresees whether there is one or three.
LOGPOND_INLINE std::uint32_t* put_places(std::uint64_t mask, std::uint32_t base,
                                         std::uint32_t* out) {
  std::uint32_t* const end = out + std::popcount(mask);
  const auto put = [&](int i) {
    // What is put when no bit is left does not matter, but the last bit must be there: asked for
    // the place of none, the compiler branches after all.
    out[i] = base + static_cast<std::uint32_t>(__builtin_ctzll(mask | std::uint64_t{1} << 63));
    mask &= mask - 1;
  };
  for (;;) {
    put(0);
    put(1);
    put(2);
    put(3);
    if (mask == 0) return end;
    out += 4;
  }
}

}  // namespace logpond::message
