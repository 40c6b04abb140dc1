#include "column/number_block.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include "codec/compression.h"
#include "column/bit_packing.h"

namespace logpond::column {

namespace {

unsigned element_bytes_of(unsigned width) {
  if (width == 0) return 0;
  if (width <= 8) return 1;
  if (width <= 16) return 2;
  return width <= 32 ? 4 : 8;
}

tl::unexpected<Error> broken(const char* what) {
  return fail(ErrorCode::kCorruption, std::string("block of numbers: ") + what);
}

template <typename T>
std::uint64_t largest(const T* numbers, std::uint32_t size) {
  T max = 0;
  for (std::uint32_t i = 0; i < size; ++i) max = std::max(max, numbers[i]);
  return max;
}

/// Memory of the thread for what is unpacked and soon gone.
std::string& plane_of_thread() {
  thread_local std::string plane;
  return plane;
}

}  // namespace

/// Reads one block; the parts of Numbers that only reading needs.
class BlockReader {
 public:
  BlockReader(codec::Reader& reader, std::uint32_t size) : reader_(reader) {
    numbers_.size_ = size;
  }

  Result<Numbers> read() {
    const auto form = reader_.fixed<std::uint8_t>();
    if (!reader_.ok() || form >= kBlockFormEnd || numbers_.size_ == 0) {
      return broken("no such form");
    }
    const bool has_planes = form >= kBlockPlanes;
    const bool has_differences =
        form == kBlockPlanesOfDifferences || (form >= kBlockDifferences && form < kBlockPlanes);
    unsigned width = has_planes        ? reader_.fixed<std::uint8_t>()
                     : has_differences ? form - kBlockDifferences
                                       : form;
    if (width > 64 || (has_planes && width == 0)) return broken("no such width");
    numbers_.base_ = static_cast<std::uint64_t>(codec::unzigzag(reader_.varint()));
    std::uint64_t difference = 0;
    if (has_differences) {
      difference = static_cast<std::uint64_t>(codec::unzigzag(reader_.varint()));
    }
    if (!reader_.ok()) return broken("cut short");
    const unsigned bytes = has_differences ? 8 : element_bytes_of(width);
    switch (bytes) {
      case 0:
        return std::move(numbers_);
      case 1:
        LOGPOND_CHECK_OK(read_elements<std::uint8_t>(width, has_planes, false));
        break;
      case 2:
        LOGPOND_CHECK_OK(read_elements<std::uint16_t>(width, has_planes, false));
        break;
      case 4:
        LOGPOND_CHECK_OK(read_elements<std::uint32_t>(width, has_planes, false));
        break;
      default:
        LOGPOND_CHECK_OK(read_elements<std::uint64_t>(width, has_planes, has_differences));
    }
    if (has_differences) add_up(difference);
    return std::move(numbers_);
  }

 private:
  /// Fills the elements; differences leave the first one free.
  template <typename T>
  Status read_elements(unsigned width, bool has_planes, bool has_differences) {
    const std::uint32_t count = numbers_.size_ - (has_differences ? 1 : 0);
    // Nothing is allocated for bits that are not there.
    if (!has_planes && packed_bytes(count, width) > reader_.rest().size()) {
      return broken("cut short");
    }
    T* const elements = numbers_.allocate<T>(sizeof(T)) + (has_differences ? 1 : 0);
    if (has_planes) {
      std::fill(elements, elements + count, T{0});
      LOGPOND_CHECK_OK(read_planes(elements, count, width));
    } else {
      unpack_bits(reader_.bytes(packed_bytes(count, width)), count, width, elements);
    }
    if (!has_differences) numbers_.distance_max_ = largest(elements, count);
    return {};
  }

  template <typename T>
  Status read_planes(T* elements, std::uint32_t count, unsigned width) {
    std::string& plane = plane_of_thread();
    for (unsigned rest = width; rest > 0;) {
      const std::string_view frame = reader_.sized_bytes();
      if (!reader_.ok()) return broken("cut short");
      if (frame.empty()) return read_low_bits(elements, count, rest);
      LOGPOND_CHECK_OK(codec::zstd_decompress(frame, count, plane));
      rest = rest > 8 ? rest - 8 : 0;
      for (std::uint32_t i = 0; i < count; ++i) {
        elements[i] = static_cast<T>(
            elements[i] |
            static_cast<T>(static_cast<T>(static_cast<unsigned char>(plane[i])) << rest));
      }
    }
    return {};
  }

  template <typename T>
  Status read_low_bits(T* elements, std::uint32_t count, unsigned width) {
    const std::string_view bytes = reader_.bytes(packed_bytes(count, width));
    if (!reader_.ok()) return broken("cut short");
    const auto low = std::make_unique_for_overwrite<T[]>(count);
    unpack_bits(bytes, count, width, low.get());
    for (std::uint32_t i = 0; i < count; ++i) elements[i] = static_cast<T>(elements[i] | low[i]);
    return {};
  }

  /// Turns differences into numbers, and those into distances as narrow as they can be.
  void add_up(std::uint64_t difference) {
    const auto memory = std::move(numbers_.bytes_);
    auto* const wide = reinterpret_cast<std::uint64_t*>(memory.get());
    std::uint64_t number = numbers_.base_;
    wide[0] = number;
    auto first = static_cast<std::int64_t>(number);
    std::int64_t last = first;
    for (std::uint32_t i = 1; i < numbers_.size_; ++i) {
      number += wide[i] + difference;
      wide[i] = number;
      first = std::min(first, static_cast<std::int64_t>(number));
      last = std::max(last, static_cast<std::int64_t>(number));
    }
    numbers_.base_ = static_cast<std::uint64_t>(first);
    numbers_.distance_max_ = static_cast<std::uint64_t>(last) - numbers_.base_;
    switch (element_bytes_of(static_cast<unsigned>(std::bit_width(numbers_.distance_max_)))) {
      case 0:
        numbers_.element_bytes_ = 0;
        break;
      case 1:
        narrow<std::uint8_t>(wide);
        break;
      case 2:
        narrow<std::uint16_t>(wide);
        break;
      case 4:
        narrow<std::uint32_t>(wide);
        break;
      default:
        narrow<std::uint64_t>(wide);
    }
  }

  template <typename T>
  void narrow(const std::uint64_t* wide) {
    T* const elements = numbers_.allocate<T>(sizeof(T));
    for (std::uint32_t i = 0; i < numbers_.size_; ++i) {
      elements[i] = static_cast<T>(wide[i] - numbers_.base_);
    }
  }

  codec::Reader& reader_;
  Numbers numbers_;
};

template <typename T>
T* Numbers::allocate(unsigned bytes) {
  element_bytes_ = bytes;
  bytes_ = std::make_unique_for_overwrite<std::byte[]>(memory_bytes());
  return reinterpret_cast<T*>(bytes_.get());
}

bool Numbers::all_within(std::int64_t first, std::int64_t last) const {
  const auto low = static_cast<std::int64_t>(base_);
  const auto high = static_cast<std::int64_t>(base_ + distance_max_);
  // A sum that wraps around ends below its base.
  return low >= first && high <= last && high >= low &&
         distance_max_ <= static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first);
}

Result<Numbers> Numbers::read(codec::Reader& reader, std::uint32_t size) {
  return BlockReader(reader, size).read();
}

Numbers Numbers::constant(std::uint64_t number, std::uint32_t size) {
  Numbers numbers;
  numbers.base_ = number;
  numbers.size_ = size;
  return numbers;
}

}  // namespace logpond::column
