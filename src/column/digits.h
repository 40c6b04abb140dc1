// Decimal digits, eight at a time in a 64-bit word.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace logpond::column {

static_assert(std::endian::native == std::endian::little, "words of text are read as numbers");

inline constexpr std::array<std::uint64_t, 20> kPowers10 = [] {
  std::array<std::uint64_t, 20> powers{};
  std::uint64_t power = 1;
  for (std::uint64_t& entry : powers) {
    entry = power;
    power *= 10;
  }
  return powers;
}();

inline std::uint64_t load_word(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// The number that `count` (1 to 8) digits at `at` spell. Requires: 8 readable bytes.
inline std::uint64_t parse_digits8(const char* at, unsigned count) {
  // Adjacent digits become pairs, pairs fours, fours eight; missing ones are leading zeros.
  std::uint64_t word = (load_word(at) & 0x0F0F0F0F0F0F0F0FULL) << (64 - 8 * count);
  word = word * 10 + (word >> 8);
  return (((word & 0x000000FF000000FFULL) * (100 + (1'000'000ULL << 32))) +
          (((word >> 16) & 0x000000FF000000FFULL) * (1 + (10'000ULL << 32)))) >>
         32;
}

/// The same of 1 to 18 digits. Requires: 8 readable bytes from each of them.
inline std::uint64_t parse_digits(const char* at, unsigned count) {
  if (count <= 8) return parse_digits8(at, count);
  if (count <= 16) {
    return parse_digits8(at, count - 8) * kPowers10[8] + parse_digits8(at + count - 8, 8);
  }
  return parse_digits8(at, count - 16) * kPowers10[16] +
         parse_digits8(at + count - 16, 8) * kPowers10[8] + parse_digits8(at + count - 8, 8);
}

/// Eight digits of `number` (below 10^8) as bytes 0 to 9, the first in the lowest byte.
inline std::uint64_t digits_word(std::uint64_t number) {
  const std::uint64_t fours = (number / 10'000) | ((number % 10'000) << 32);
  const std::uint64_t hundreds = ((fours * 10'486) >> 20) & 0x0000007F0000007FULL;
  const std::uint64_t pairs = hundreds | ((fours - hundreds * 100) << 16);
  const std::uint64_t tens = ((pairs * 103) >> 10) & 0x000F000F000F000FULL;
  return tens | ((pairs - tens * 10) << 8);
}

inline constexpr std::uint64_t kAsciiZeros = 0x3030303030303030ULL;

inline char* write_word(char* at, std::uint64_t word) {
  std::memcpy(at, &word, sizeof word);
  return at + sizeof word;
}

/// Writes all digits of `number`; may scribble on up to 7 bytes behind them. Returns the end.
inline char* write_digits(char* at, std::uint64_t number) {
  if (number >= kPowers10[8]) {
    at = write_digits(at, number / kPowers10[8]);
    return write_word(at, digits_word(number % kPowers10[8]) + kAsciiZeros);
  }
  const std::uint64_t word = digits_word(number);
  const unsigned zeros = word == 0 ? 7 : static_cast<unsigned>(std::countr_zero(word)) / 8;
  write_word(at, (word + kAsciiZeros) >> (8 * zeros));
  return at + (8 - zeros);
}

/// Writes exactly `count` (1 to 18) digits, zeros in front; may scribble on 7 bytes behind them.
inline char* write_padded(char* at, std::uint64_t number, unsigned count) {
  if (count > 8) {
    at = write_padded(at, number / kPowers10[8], count - 8);
    return write_word(at, digits_word(number % kPowers10[8]) + kAsciiZeros);
  }
  write_word(at, (digits_word(number % kPowers10[8]) + kAsciiZeros) >> (8 * (8 - count)));
  return at + count;
}

/// How many digits write_digits() writes.
inline unsigned count_digits(std::uint64_t number) {
  // 1233 / 4096 is just above log10(2).
  const auto bits = static_cast<unsigned>(std::bit_width(number | 1));
  const unsigned estimate = (bits * 1233) >> 12;
  return estimate + (estimate >= 20 || number >= kPowers10[estimate] || number == 0 ? 1U : 0U);
}

}  // namespace logpond::column
