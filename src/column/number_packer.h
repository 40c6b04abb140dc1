// Blocks of numbers: the smallest of several ways to store them. Layout: docs/formats/column.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace logpond::column {

/// Threads: one at a time. Keeps its memory from one block to the next.
class NumberPacker {
 public:
  explicit NumberPacker(int zstd_level) : zstd_level_(zstd_level) {}

  /// Appends a block of `numbers` (int64 each, as their two's complement; at least one).
  void write(std::span<const std::uint64_t> numbers, std::string& out);
  /// The same for numbers whose differences mean nothing: never tries them.
  void write_codes(std::span<const std::uint64_t> codes, std::string& out);

  /// Least bits a number would take bit packed, by itself or as a difference.
  static unsigned packed_width(std::span<const std::uint64_t> numbers);

  int zstd_level() const { return zstd_level_; }
  /// Compresses into memory that lasts until the next call here; empty unless it takes less than
  /// 19/20 of `bytes_max`.
  std::string_view try_compress(std::string_view bytes, std::size_t bytes_max);

 private:
  void write_payload(std::span<const std::uint64_t> numbers, unsigned width, std::uint8_t form,
                     std::uint64_t base, const std::uint64_t* difference, std::string& out);
  bool split_top(std::span<const std::uint64_t> numbers, unsigned width);

  int zstd_level_;
  std::vector<std::uint64_t> shifted_;
  std::string plane_;
  std::string frame_;
  std::string planes_;
};

}  // namespace logpond::column
