// Numbers of a fixed count of bits, side by side, lowest bit first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace logpond::column {

/// Bytes that `count` numbers of `width` (0 to 64) bits take.
constexpr std::size_t packed_bytes(std::size_t count, unsigned width) {
  return count / 8 * width + (count % 8 * width + 7) / 8;
}

/// Appends the low `width` bits of each number; the other bits must be zero.
void pack_bits(std::span<const std::uint64_t> numbers, unsigned width, std::string& out);

/// Unpacks `count` numbers of `width` bits into `out`. Requires: bytes.size() is what
/// packed_bytes() says, and T has `width` bits or more.
template <typename T>
void unpack_bits(std::string_view bytes, std::size_t count, unsigned width, T* out);

extern template void unpack_bits(std::string_view, std::size_t, unsigned, std::uint8_t*);
extern template void unpack_bits(std::string_view, std::size_t, unsigned, std::uint16_t*);
extern template void unpack_bits(std::string_view, std::size_t, unsigned, std::uint32_t*);
extern template void unpack_bits(std::string_view, std::size_t, unsigned, std::uint64_t*);

}  // namespace logpond::column
