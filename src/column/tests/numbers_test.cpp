#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "column/bit_packing.h"
#include "column/column.h"

namespace logpond::column {
namespace {

std::size_t series_size(const std::vector<std::int64_t>& values) {
  std::string bytes;
  write_series(values, 1, bytes);
  std::vector<std::int64_t> got;
  const Status status = read_series(bytes, static_cast<std::uint32_t>(values.size()), got);
  EXPECT_TRUE(status) << status.error().message;
  EXPECT_EQ(got, values);
  return bytes.size();
}

std::size_t numbers_size(const std::vector<std::uint32_t>& values, std::uint64_t limit) {
  std::string bytes;
  write_numbers(values, 1, bytes);
  std::vector<std::uint32_t> got;
  const Status status = read_numbers(bytes, static_cast<std::uint32_t>(values.size()), limit, got);
  EXPECT_TRUE(status) << status.error().message;
  EXPECT_EQ(got, values);
  return bytes.size();
}

TEST(Numbers, TakeNothingForRunsThatGoOn) {
  std::vector<std::int64_t> ids;
  for (std::int64_t i = 0; i < 100'000; ++i) ids.push_back(77'000'000'000 + i);
  EXPECT_LE(series_size(ids), 10U);
}

TEST(Numbers, TakeATimestampsResolutionOut) {
  std::vector<std::int64_t> times;
  std::int64_t now = 1'795'255'200'123;
  for (int i = 0; i < 10'000; ++i) times.push_back((now += i % 7) * 1'000'000);
  EXPECT_LE(series_size(times), 10'000 * 3 / 8 + 40U);
}

TEST(Numbers, HoldTheEdgesOfTheirRange) {
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  series_size({kMin, kMax, 0, -1, kMax, kMin});
  series_size({kMin});
  series_size({kMax, kMax, kMax});
  numbers_size({0, 0xFFFFFFFF, 5}, 1ULL << 32);
  numbers_size({}, 1);
}

TEST(Numbers, RefuseThoseAtTheLimit) {
  const std::vector<std::uint32_t> values = {1, 2, 300};
  std::string bytes;
  write_numbers(values, 1, bytes);
  std::vector<std::uint32_t> got;
  EXPECT_TRUE(read_numbers(bytes, 3, 301, got));
  EXPECT_FALSE(read_numbers(bytes, 3, 300, got));
  EXPECT_FALSE(read_numbers(bytes, 4, 301, got));
  EXPECT_FALSE(read_numbers(bytes, 1U << 30, 301, got));
}

TEST(Numbers, ComeNearTheEntropyOfSkewedOnes) {
  // Exponentially falling frequencies over 2,000 numbers.
  std::vector<std::uint32_t> values;
  std::uint64_t seed = 1;
  for (int i = 0; i < 100'000; ++i) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    const double uniform = (static_cast<double>(seed >> 11) + 0.5) * 0x1p-53;
    values.push_back(static_cast<std::uint32_t>(-std::log(uniform) * 100));
  }
  // log2(100 e) is 8.09 bits.
  EXPECT_LE(numbers_size(values, 1ULL << 32), 100'000 * 8.4 / 8);
}

RC_GTEST_PROP(NumbersProperty, ComeBack, (std::vector<std::int64_t> values)) {
  const auto unit = *rc::gen::element<std::int64_t>(1, 1000, 1'000'000'000);
  for (std::int64_t& value : values) value = value % 1'000'000'000 * unit;
  series_size(values);
}

RC_GTEST_PROP(NumbersProperty, ComeBackWithAnyWidth, (std::uint64_t seed)) {
  const auto width = *rc::gen::inRange(0, 65);
  const auto count = *rc::gen::inRange<std::size_t>(0, 200);
  std::vector<std::uint64_t> numbers;
  for (std::size_t i = 0; i < count; ++i) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    numbers.push_back(width == 0 ? 0 : (seed ^ seed >> 32) >> (64 - width));
  }
  std::string bytes;
  pack_bits(numbers, static_cast<unsigned>(width), bytes);
  RC_ASSERT(bytes.size() == packed_bytes(count, static_cast<unsigned>(width)));
  // In memory of their own, so that a sanitizer sees a step over the end.
  const std::vector<char> exact(bytes.begin(), bytes.end());
  std::vector<std::uint64_t> got(count);
  unpack_bits({exact.data(), exact.size()}, count, static_cast<unsigned>(width), got.data());
  RC_ASSERT(got == numbers);
}

}  // namespace
}  // namespace logpond::column
