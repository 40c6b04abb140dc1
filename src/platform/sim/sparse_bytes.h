// The bytes of a simulated file: holes read as zeros and cost no memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>

namespace logpond::platform {

/// Threads: one at a time.
/// Invariant: bytes of a page at or after size() are zero.
class SparseBytes {
 public:
  std::uint64_t size() const { return size_; }
  /// Copies what lies at `offset`; less than asked only at the end.
  std::size_t read(std::uint64_t offset, std::span<char> into) const;
  /// Extends when it reaches past the end. An empty write changes nothing.
  void write(std::uint64_t offset, std::span<const char> bytes);
  /// Drops what is beyond `size`, or extends with zeros.
  void resize(std::uint64_t size);
  /// Requires: offset < size() (checked).
  void flip_bit(std::uint64_t offset, unsigned bit);

 private:
  static constexpr std::uint64_t kPageBytes = 4096;
  using Page = std::array<char, kPageBytes>;

  std::uint64_t size_ = 0;
  std::map<std::uint64_t, Page> pages_;  // by offset / kPageBytes
};

}  // namespace logpond::platform
