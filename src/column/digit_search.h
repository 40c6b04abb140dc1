// Finds a run of digits in the decimal spelling of numbers, many numbers at once, without making
// text of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace logpond::column {

/// At most eight digits to look for, a byte each, the first lowest.
struct DigitPattern {
  std::uint64_t digits = 0;
  std::uint64_t mask = 0;
  unsigned size = 0;

  /// Requires: 1 to 8 digits.
  explicit DigitPattern(std::string_view text);
};

/// Numbers are searched in blocks of this many; the rest of a block may hold any numbers.
inline constexpr std::size_t kDigitBlock = 64;

/// Numbers of a block in groups of eight digits, the highest first; every number has `groups` (1 to
/// 3) of them, each below 10^8.
struct DigitGroups {
  alignas(32) std::uint64_t group[3][kDigitBlock];
};

/// Sets hits[i] to whether the digits of number i, without leading zeros, hold the pattern.
void find_digits(const DigitGroups& numbers, unsigned groups, const DigitPattern& pattern,
                 std::uint8_t* hits);

/// The same for every x86-64 processor, and for those with AVX2 alone: apart for tests.
void find_digits_baseline(const DigitGroups& numbers, unsigned groups, const DigitPattern& pattern,
                          std::uint8_t* hits);
void find_digits_avx2(const DigitGroups& numbers, unsigned groups, const DigitPattern& pattern,
                      std::uint8_t* hits);

}  // namespace logpond::column
