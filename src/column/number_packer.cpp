#include "column/number_packer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "codec/compression.h"
#include "codec/varint.h"
#include "column/bit_packing.h"
#include "column/number_block.h"

namespace logpond::column {

namespace {

/// Fewer numbers than this are bit packed: a zstd frame has some 10 bytes of its own.
constexpr std::size_t kPlanesMin = 128;

struct Range {
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  std::int64_t last = std::numeric_limits<std::int64_t>::min();

  unsigned width() const {
    return static_cast<unsigned>(
        std::bit_width(static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first)));
  }
};

Range range_of(std::span<const std::uint64_t> numbers) {
  Range range;
  for (const std::uint64_t number : numbers) {
    range.first = std::min(range.first, static_cast<std::int64_t>(number));
    range.last = std::max(range.last, static_cast<std::int64_t>(number));
  }
  return range;
}

Range range_of_differences(std::span<const std::uint64_t> numbers) {
  Range range;
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    const auto difference = static_cast<std::int64_t>(numbers[i] - numbers[i - 1]);
    range.first = std::min(range.first, difference);
    range.last = std::max(range.last, difference);
  }
  return range;
}

/// Bytes that an ideal coder of single bytes would take.
double entropy_bytes(std::string_view bytes) {
  // Four tables: the counts of equal neighbours would wait for each other in one.
  std::array<std::array<std::uint32_t, 256>, 4> counts{};
  std::size_t i = 0;
  for (; i + 4 <= bytes.size(); i += 4) {
    for (std::size_t k = 0; k < 4; ++k) ++counts[k][static_cast<unsigned char>(bytes[i + k])];
  }
  for (; i < bytes.size(); ++i) ++counts[0][static_cast<unsigned char>(bytes[i])];
  const auto total = static_cast<double>(bytes.size());
  double bits = 0;
  for (std::size_t value = 0; value < 256; ++value) {
    const std::uint32_t count =
        counts[0][value] + counts[1][value] + counts[2][value] + counts[3][value];
    if (count != 0) bits += count * std::log2(total / count);
  }
  return bits / 8;
}

}  // namespace

unsigned NumberPacker::packed_width(std::span<const std::uint64_t> numbers) {
  const unsigned width = range_of(numbers).width();
  return numbers.size() < 3 ? width : std::min(width, range_of_differences(numbers).width() + 1);
}

std::string_view NumberPacker::try_compress(std::string_view bytes, std::size_t bytes_max) {
  const std::size_t bound = codec::zstd_bound(bytes.size());
  if (frame_.size() < bound) frame_.resize(bound);
  // The order of single bytes may say more than their counts: a piece shows it for little.
  constexpr std::size_t kPiece = 4096;
  const std::size_t limit = bytes_max / 20 * 19 + bytes_max % 20;
  if (bytes.size() >= 4 * kPiece && entropy_bytes(bytes) + 100 > static_cast<double>(limit)) {
    const std::string_view piece = bytes.substr(bytes.size() / 2, kPiece);
    const std::size_t size = codec::zstd_compress_into(piece, zstd_level_, frame_);
    // As a share of the whole.
    if (size * (bytes.size() / 64) > limit * (kPiece / 64)) return {};
  }
  const std::size_t size = codec::zstd_compress_into(bytes, zstd_level_, frame_);
  if (size >= limit) return {};
  return std::string_view(frame_).substr(0, size);
}

/// Appends the top byte of the low `width` bits to planes_, if it compresses.
bool NumberPacker::split_top(std::span<const std::uint64_t> numbers, unsigned width) {
  const unsigned low = width > 8 ? width - 8 : 0;
  plane_.resize(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    plane_[i] = static_cast<char>(numbers[i] >> low);
  }
  const std::size_t packed = packed_bytes(numbers.size(), width - low);
  const std::string_view frame = try_compress(plane_, packed);
  if (frame.empty() || frame.size() + 2 > packed) return false;
  codec::put_varint(planes_, frame.size());
  planes_.append(frame);
  return true;
}

void NumberPacker::write_payload(std::span<const std::uint64_t> numbers, unsigned width,
                                 std::uint8_t form, std::uint64_t base,
                                 const std::uint64_t* difference, std::string& out) {
  const auto put_bases = [&] {
    codec::put_varint(out, codec::zigzag(static_cast<std::int64_t>(base)));
    if (difference != nullptr) {
      codec::put_varint(out, codec::zigzag(static_cast<std::int64_t>(*difference)));
    }
  };
  planes_.clear();
  unsigned rest = width;
  if (numbers.size() >= kPlanesMin && width <= 32) {
    while (rest > 0 && split_top(numbers, rest)) rest = rest > 8 ? rest - 8 : 0;
  }
  if (rest == width) {
    out.push_back(static_cast<char>(form + width));
    put_bases();
    pack_bits(numbers, width, out);
    return;
  }
  out.push_back(static_cast<char>(form == 0 ? kBlockPlanes : kBlockPlanesOfDifferences));
  out.push_back(static_cast<char>(width));
  put_bases();
  out.append(planes_);
  if (rest == 0) return;
  out.push_back('\0');
  const std::uint64_t mask = (1ULL << rest) - 1;
  for (std::uint64_t& number : shifted_) number &= mask;
  pack_bits(numbers, rest, out);
}

void NumberPacker::write(std::span<const std::uint64_t> numbers, std::string& out) {
  const Range range = range_of(numbers);
  if (numbers.size() > 2) {
    const Range differences = range_of_differences(numbers);
    const unsigned width = differences.width();
    // The first number stands for itself; the difference's base takes a byte or more.
    if (packed_bytes(numbers.size() - 1, width) + 2 < packed_bytes(numbers.size(), range.width())) {
      const auto base = static_cast<std::uint64_t>(differences.first);
      shifted_.resize(numbers.size() - 1);
      for (std::size_t i = 1; i < numbers.size(); ++i) {
        shifted_[i - 1] = numbers[i] - numbers[i - 1] - base;
      }
      write_payload(shifted_, width, kBlockDifferences, numbers[0], &base, out);
      return;
    }
  }
  const auto base = static_cast<std::uint64_t>(range.first);
  shifted_.resize(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) shifted_[i] = numbers[i] - base;
  write_payload(shifted_, range.width(), 0, base, nullptr, out);
}

void NumberPacker::write_codes(std::span<const std::uint64_t> codes, std::string& out) {
  const Range range = range_of(codes);
  const auto base = static_cast<std::uint64_t>(range.first);
  shifted_.resize(codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) shifted_[i] = codes[i] - base;
  write_payload(shifted_, range.width(), 0, base, nullptr, out);
}

}  // namespace logpond::column
