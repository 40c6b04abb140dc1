// The search for digits, over vectors of a size that the including file chooses: it is compiled
// once for every processor and once for those with AVX2. Everything here has internal linkage, so
// that neither file can end up with the other's code.
#pragma once

#include <cstddef>
#include <cstdint>

#include "column/digit_search.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace logpond::column {
namespace {

template <std::size_t kBytes>
class DigitKernel {
 public:
  static void find(const DigitGroups& numbers, unsigned groups, const DigitPattern& pattern,
                   std::uint8_t* hits) {
    const bool has_first_zero = (pattern.digits & 0xFF) == 0;
    for (std::size_t i = 0; i < kDigitBlock; i += kLanes) {
      Words words[3];
      for (unsigned g = 0; g < groups; ++g) {
        load(words[g], numbers.group[g] + i);
        to_digits(words[g]);
      }
      // Leading zeros are no digits of the number; only a pattern that begins with a zero sees
      // them.
      if (has_first_zero) hide_leading_zeros(words, groups);
      Words found = {};
      for (unsigned g = 0; g + 1 < groups; ++g) find_across(words[g], words[g + 1], pattern, found);
      find_within(words[groups - 1], pattern, found);
      std::uint64_t lanes[kLanes];
      __builtin_memcpy(lanes, &found, sizeof lanes);
      for (std::size_t lane = 0; lane < kLanes; ++lane) hits[i + lane] = lanes[lane] != 0 ? 1 : 0;
    }
  }

 private:
  static constexpr std::size_t kLanes = kBytes / 8;
  using Words __attribute__((vector_size(kBytes))) = std::uint64_t;
  using Halves __attribute__((vector_size(kBytes))) = std::uint32_t;
  using Bytes __attribute__((vector_size(kBytes))) = std::uint8_t;

  static void load(Words& words, const std::uint64_t* from) {
    __builtin_memcpy(&words, from, sizeof words);
  }

  /// Products of numbers below 2^32.
  static Words multiply(const Words& words, std::uint64_t factor) {
#if defined(__AVX2__)
    if constexpr (kBytes == 32) {
      return reinterpret_cast<Words>(_mm256_mul_epu32(
          reinterpret_cast<__m256i>(words), _mm256_set1_epi64x(static_cast<long long>(factor))));
    }
#elif defined(__SSE2__)
    if constexpr (kBytes == 16) {
      return reinterpret_cast<Words>(_mm_mul_epu32(
          reinterpret_cast<__m128i>(words), _mm_set1_epi64x(static_cast<long long>(factor))));
    }
#endif
    return words * factor;
  }

  /// Numbers below 10^8 to eight digits, a byte each: halves, halves of those, and so on.
  static void to_digits(Words& words) {
    const Words high = multiply(words, 109'951'163) >> 40;  // divided by 10^4
    const Halves fours = reinterpret_cast<Halves>(high | ((words - multiply(high, 10'000)) << 32));
    const Halves hundreds = (fours * 10'486U) >> 20;
    const Halves pairs = hundreds | ((fours - hundreds * 100U) << 16);
    const Halves tens = ((pairs * 103U) >> 10) & 0x000F000FU;
    words = reinterpret_cast<Words>(tens | ((pairs - tens * 10U) << 8));
  }

  static void hide_leading_zeros(Words* words, unsigned groups) {
    Words before = {};  // not zero where an earlier group has a digit
    for (unsigned g = 0; g < groups; ++g) {
      Words seen = words[g] | (words[g] << 8);
      seen |= seen << 16;
      seen |= seen << 32;
      const Words hidden = reinterpret_cast<Words>(reinterpret_cast<Bytes>(seen) == Bytes{});
      Words hide = hidden & reinterpret_cast<Words>(before == Words{});
      before |= words[g];
      // Zero itself has one digit.
      if (g + 1 == groups) hide &= Words{} + 0x00FFFFFFFFFFFFFFULL;
      words[g] |= hide;
    }
  }

  static void find_within(const Words& word, const DigitPattern& pattern, Words& found) {
    const Words mask = Words{} + pattern.mask;
    const Words digits = Words{} + pattern.digits;
    for (unsigned k = 0; k + pattern.size <= 8; ++k) {
      found |= reinterpret_cast<Words>(((word >> (8 * k)) & mask) == digits);
    }
  }

  /// Patterns that begin in `first`, and may end in `second`.
  static void find_across(const Words& first, const Words& second, const DigitPattern& pattern,
                          Words& found) {
    const Words mask = Words{} + pattern.mask;
    const Words digits = Words{} + pattern.digits;
    found |= reinterpret_cast<Words>((first & mask) == digits);
    for (unsigned k = 1; k < 8; ++k) {
      const Words window = (first >> (8 * k)) | (second << (64 - 8 * k));
      found |= reinterpret_cast<Words>((window & mask) == digits);
    }
  }
};

}  // namespace
}  // namespace logpond::column
