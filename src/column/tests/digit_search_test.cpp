#include "column/digit_search.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "codec/literal_search.h"
#include "column/digits.h"

namespace logpond::column {
namespace {

RC_GTEST_PROP(DigitSearchProperty, FindsWhatTheTextHolds, (std::uint64_t seed)) {
  const auto digits_max = *rc::gen::inRange<std::size_t>(1, 20);
  std::array<std::uint64_t, kDigitBlock> numbers;
  for (std::uint64_t& number : numbers) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    number = (seed ^ seed >> 32) % kPowers10[1 + (seed >> 40) % digits_max];
  }
  // Now and then a number at an edge.
  numbers[0] = 0;
  numbers[1] = kPowers10[digits_max] - 1;
  numbers[2] = kPowers10[digits_max - 1];
  const DigitCount count = digits_max <= 8    ? DigitCount::kEight
                           : digits_max <= 16 ? DigitCount::kSixteen
                                              : DigitCount::kMore;
  DigitBlock block{};
  for (std::size_t i = 0; i < kDigitBlock; ++i) {
    const auto low = static_cast<std::uint32_t>(numbers[i] % kPowers10[8]);
    if (count == DigitCount::kEight) {
      block.low[i] = low;
      continue;
    }
    block.low[2 * i] = low;
    block.low[2 * i + 1] = static_cast<std::uint32_t>(numbers[i] / kPowers10[8] % kPowers10[8]);
    block.high[2 * i] = static_cast<std::uint32_t>(numbers[i] / kPowers10[16]);
  }
  const std::string source =
      std::to_string(numbers[*rc::gen::inRange<std::size_t>(0, kDigitBlock)]);
  const auto begin = *rc::gen::inRange<std::size_t>(0, source.size());
  std::string literal = source.substr(begin, *rc::gen::inRange<std::size_t>(1, 17));
  if (*rc::gen::inRange(0, 4) == 0) literal = *rc::gen::element<std::string>("0", "00", "05", "7");
  std::array<std::uint8_t, kDigitBlock> got{};
  find_digits_baseline(block, count, DigitPattern(literal), got.data());
  for (std::size_t i = 0; i < kDigitBlock; ++i) {
    const bool holds = std::to_string(numbers[i]).find(literal) != std::string::npos;
    RC_ASSERT(got[i] == (holds ? 1 : 0));
  }
  if (!codec::has_avx2()) return;
  std::array<std::uint8_t, kDigitBlock> got_avx2{};
  find_digits_avx2(block, count, DigitPattern(literal), got_avx2.data());
  RC_ASSERT(got_avx2 == got);
}

}  // namespace
}  // namespace logpond::column
