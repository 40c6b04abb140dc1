// Finds a run of digits in the decimal spelling of numbers, many numbers at once, without making
// text of them: digits are nibbles of a word, and the run is compared at each of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace logpond::column {

/// Digits to look for, a nibble each, the last lowest.
struct DigitPattern {
  std::uint64_t digits = 0;
  unsigned size = 0;
  bool has_first_zero = false;

  /// Requires: 1 to 16 digits.
  explicit DigitPattern(std::string_view text);
};

/// Numbers are searched in blocks of this many; the rest of a block may hold any numbers.
inline constexpr std::size_t kDigitBlock = 64;

/// Numbers of a block in pieces of eight digits, each below 10^8.
struct DigitBlock {
  alignas(32) std::uint32_t low[2 * kDigitBlock];  ///< Of kSixteen and more: low and high by turns.
  alignas(32) std::uint32_t high[2 * kDigitBlock];  ///< Of kMore: what is above, and 0, by turns.
};

/// Digits that the largest number of a block can have.
enum class DigitCount : std::uint8_t { kEight, kSixteen, kMore };

/// Sets hits[i] to whether the digits of number i, without leading zeros, hold the pattern.
void find_digits(const DigitBlock& numbers, DigitCount count, const DigitPattern& pattern,
                 std::uint8_t* hits);

/// The same for every processor, and for those with AVX2 alone: apart for tests.
void find_digits_baseline(const DigitBlock& numbers, DigitCount count, const DigitPattern& pattern,
                          std::uint8_t* hits);
void find_digits_avx2(const DigitBlock& numbers, DigitCount count, const DigitPattern& pattern,
                      std::uint8_t* hits);

}  // namespace logpond::column
