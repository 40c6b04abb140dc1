// Blocks of numbers as they are read. Layout: docs/formats/column.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "codec/varint.h"
#include "core/result.h"

namespace logpond::column {

/// How a block stores its numbers, in its first byte: a width of 0 to 64 bits, differences or not,
/// or byte planes.
inline constexpr std::uint8_t kBlockDifferences = 65;
inline constexpr std::uint8_t kBlockPlanes = 130;
inline constexpr std::uint8_t kBlockPlanesOfDifferences = 131;
inline constexpr std::uint8_t kBlockFormEnd = 132;

/// Numbers as a base and narrow unsigned distances from it. Owns its memory.
class Numbers {
 public:
  std::uint32_t size() const { return size_; }
  std::size_t memory_bytes() const { return static_cast<std::size_t>(size_) * element_bytes_; }

  std::uint64_t base() const { return base_; }
  /// Bytes of one distance: 0 (all zero), 1, 2, 4 or 8.
  unsigned element_bytes() const { return element_bytes_; }
  /// No distance is above it.
  std::uint64_t distance_max() const { return distance_max_; }
  template <typename T>
  const T* distances() const {
    return reinterpret_cast<const T*>(bytes_.get());
  }

  std::uint64_t operator[](std::uint32_t i) const { return base_ + distance(i); }
  std::uint64_t distance(std::uint32_t i) const {
    switch (element_bytes_) {
      case 0:
        return 0;
      case 1:
        return distances<std::uint8_t>()[i];
      case 2:
        return distances<std::uint16_t>()[i];
      case 4:
        return distances<std::uint32_t>()[i];
      default:
        return distances<std::uint64_t>()[i];
    }
  }
  /// Whether every number, as an int64, lies in [first, last].
  bool all_within(std::int64_t first, std::int64_t last) const;

  /// Reads a block of `size` numbers from the front of `reader`. Errors: kCorruption.
  static Result<Numbers> read(codec::Reader& reader, std::uint32_t size);
  /// Numbers that are all `number`.
  static Numbers constant(std::uint64_t number, std::uint32_t size);

 private:
  friend class BlockReader;
  template <typename T>
  T* allocate(unsigned bytes);

  std::uint64_t base_ = 0;
  std::uint64_t distance_max_ = 0;
  std::uint32_t size_ = 0;
  unsigned element_bytes_ = 0;
  std::unique_ptr<std::byte[]> bytes_;
};

}  // namespace logpond::column
