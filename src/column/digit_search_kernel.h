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
  static void find(const DigitBlock& numbers, DigitCount count, const DigitPattern& pattern,
                   std::uint8_t* hits) {
    switch (count) {
      case DigitCount::kEight:
        find_short<Halves>(numbers, pattern, hits);
        break;
      case DigitCount::kSixteen:
        find_short<Words>(numbers, pattern, hits);
        break;
      case DigitCount::kMore:
        find_long(numbers, pattern, hits);
        break;
    }
  }

 private:
  using Words __attribute__((vector_size(kBytes))) = std::uint64_t;
  using Halves __attribute__((vector_size(kBytes))) = std::uint32_t;
  static constexpr std::size_t kHalves = kBytes / 4;

  /// Numbers whose digits fit in a lane of V.
  template <typename V>
  static void find_short(const DigitBlock& numbers, const DigitPattern& pattern,
                         std::uint8_t* hits) {
    constexpr std::size_t kLanes = kBytes / sizeof(lane_of(V{}));
    constexpr unsigned kLaneDigits = 2 * sizeof(lane_of(V{}));
    if (pattern.size > kLaneDigits) {
      __builtin_memset(hits, 0, kDigitBlock);
      return;
    }
    for (std::size_t i = 0; i < kDigitBlock; i += kLanes) {
      V digits = reinterpret_cast<V>(to_digits(numbers.low + i * (kHalves / kLanes)));
      // Leading zeros are no digits of the number; only a pattern that begins with a zero sees
      // them.
      if (pattern.has_first_zero) digits |= leading_zeros(digits, ~V{} ^ (V{} + 1));
      V found = {};
      find_within(digits, pattern, kLaneDigits, found);
      put_hits(found, hits + i);
    }
  }

  static void find_long(const DigitBlock& numbers, const DigitPattern& pattern,
                        std::uint8_t* hits) {
    constexpr std::size_t kLanes = kHalves / 2;
    for (std::size_t i = 0; i < kDigitBlock; i += kLanes) {
      Words low = reinterpret_cast<Words>(to_digits(numbers.low + 2 * i));
      Words high = reinterpret_cast<Words>(to_digits(numbers.high + 2 * i));
      if (pattern.has_first_zero) {
        const Words is_low_all = reinterpret_cast<Words>(high == Words{});
        low |= leading_zeros(low, is_low_all & (~Words{} ^ (Words{} + 1)));
        high |= leading_zeros(high, ~Words{});
      }
      Words found = {};
      find_within(low, pattern, 16, found);
      find_within(high, pattern, 16, found);
      const Words mask = Words{} + (~std::uint64_t{0} >> (64 - 4 * pattern.size));
      for (unsigned k = 1; k < pattern.size; ++k) {
        const Words window = (high << (4 * k)) | (low >> (64 - 4 * k));
        found |= reinterpret_cast<Words>((window & mask) == Words{} + pattern.digits);
      }
      put_hits(found, hits + i);
    }
  }

  /// Compares at each digit but those too near to the begin.
  template <typename V>
  static void find_within(const V& word, const DigitPattern& pattern, unsigned word_digits,
                          V& found) {
    using Lane = decltype(lane_of(word));
    const V mask = V{} + static_cast<Lane>(~0ULL >> (64 - 4 * pattern.size));
    const V digits = V{} + static_cast<Lane>(pattern.digits);
    V rest = word;
    for (unsigned k = pattern.size; k <= word_digits; ++k) {
      found |= reinterpret_cast<V>((rest & mask) == digits);
      rest >>= 4;
    }
  }
  static std::uint32_t lane_of(const Halves&) { return 0; }
  static std::uint64_t lane_of(const Words&) { return 0; }

  /// All bits of the nibbles in front of the first that is not zero, of those that `allowed` has.
  template <typename V>
  static V leading_zeros(const V& digits, const V& allowed) {
    V seen = digits;
    for (unsigned k = 1; k < 8 * sizeof(lane_of(seen)); k *= 2) seen |= seen >> k;
    const V low_bits = ~V{} / 15;
    const V zeros = ~seen & low_bits & allowed;
    return (zeros << 4) - zeros;
  }

  /// Eight digits of each of the numbers below 10^8: fours, pairs, digits, halving each at once.
  static Halves to_digits(const std::uint32_t* from) {
    Halves numbers;
    __builtin_memcpy(&numbers, from, sizeof numbers);
    const Halves high = divide_by_10000(numbers);
    // a * 2^16 + (n - a * 10^4), and so on: where the quotient goes less what leaves the number.
    const Halves fours = numbers + high * (65'536U - 10'000U);
    const Halves hundreds =
        (((fours & 0xFFFFU) * 5243U) >> 19) | ((((fours >> 16) * 5243U) >> 19) << 16);
    const Halves pairs = fours + hundreds * (256U - 100U);
    const Halves even = (((pairs & 0x00FF00FFU) * 103U) >> 10) & 0x000F000FU;
    const Halves odd = ((((pairs >> 8) & 0x00FF00FFU) * 103U) >> 10) & 0x000F000FU;
    return pairs + (even | (odd << 8)) * (16U - 10U);
  }

  /// By a product of 64 bits, even and odd lanes apart.
  static Halves divide_by_10000(const Halves& numbers) {
    const Words words = reinterpret_cast<Words>(numbers);
    const Words even = multiply(words, 109'951'163) >> 40;
    const Words odd = multiply(words >> 32, 109'951'163) >> 40;
    return reinterpret_cast<Halves>(even | (odd << 32));
  }

  /// Products of the low halves.
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
    return (words & 0xFFFFFFFFU) * factor;
  }

  template <typename V>
  static void put_hits(const V& found, std::uint8_t* hits) {
    constexpr std::size_t kLanes = kBytes / sizeof(lane_of(V{}));
    using Few __attribute__((vector_size(kLanes))) = std::uint8_t;
    const Few bytes = __builtin_convertvector(found & 1, Few);
    __builtin_memcpy(hits, &bytes, sizeof bytes);
  }
};

}  // namespace
}  // namespace logpond::column
