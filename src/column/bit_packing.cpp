#include "column/bit_packing.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "column/digits.h"

namespace logpond::column {

void pack_bits(std::span<const std::uint64_t> numbers, unsigned width, std::string& out) {
  if (width == 0 || numbers.empty()) return;
  const std::size_t before = out.size();
  const std::size_t bytes = packed_bytes(numbers.size(), width);
  out.resize(before + bytes + 8);  // whole words are stored
  char* at = out.data() + before;
  std::uint64_t pending = 0;
  unsigned filled = 0;
  for (const std::uint64_t number : numbers) {
    pending |= number << filled;
    const unsigned next = filled + width;
    if (next >= 64) {
      std::memcpy(at, &pending, 8);
      at += 8;
      pending = filled == 0 || next == 64 ? 0 : number >> (64 - filled);
      filled = next - 64;
    } else {
      filled = next;
    }
  }
  std::memcpy(at, &pending, 8);
  out.resize(before + bytes);
}

namespace {

std::uint64_t number_at(const char* bytes, std::size_t bit, unsigned width) {
  const unsigned shift = bit % 8;
  std::uint64_t number = load_word(bytes + bit / 8) >> shift;
  if (shift + width > 64) {
    number |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[bit / 8 + 8]))
              << (64 - shift);
  }
  return number;
}

}  // namespace

template <typename T>
void unpack_bits(std::string_view bytes, std::size_t count, unsigned width, T* out) {
  if (width == 0) {
    std::fill(out, out + count, T{0});
    return;
  }
  const std::uint64_t mask = ~0ULL >> (64 - width);
  // A number is read from the nine bytes at its begin; those at the end come from a copy with room.
  constexpr std::size_t kWindow = 9;
  const std::size_t in_place =
      bytes.size() < kWindow ? 0 : std::min(count, (bytes.size() - kWindow) * 8 / width + 1);
  std::size_t bit = 0;
  if (width <= 56) {
    for (std::size_t i = 0; i < in_place; ++i, bit += width) {
      out[i] = static_cast<T>((load_word(bytes.data() + bit / 8) >> (bit % 8)) & mask);
    }
  } else {
    for (std::size_t i = 0; i < in_place; ++i, bit += width) {
      out[i] = static_cast<T>(number_at(bytes.data(), bit, width) & mask);
    }
  }
  const std::size_t copied = bit / 8;
  std::array<char, 4 * kWindow> tail{};
  if (in_place < count) {
    std::memcpy(tail.data(), bytes.data() + copied, std::min(tail.size(), bytes.size() - copied));
  }
  for (std::size_t i = in_place; i < count; ++i, bit += width) {
    out[i] = static_cast<T>(number_at(tail.data(), bit - copied * 8, width) & mask);
  }
}

template void unpack_bits(std::string_view, std::size_t, unsigned, std::uint8_t*);
template void unpack_bits(std::string_view, std::size_t, unsigned, std::uint16_t*);
template void unpack_bits(std::string_view, std::size_t, unsigned, std::uint32_t*);
template void unpack_bits(std::string_view, std::size_t, unsigned, std::uint64_t*);

}  // namespace logpond::column
