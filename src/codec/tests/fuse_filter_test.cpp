#include "codec/fuse_filter.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace logpond::codec {
namespace {

std::uint64_t scramble(std::uint64_t i) {
  i = (i + 0x9E3779B97F4A7C15ULL) * 0xBF58476D1CE4E5B9ULL;
  return (i ^ (i >> 29)) * 0x94D049BB133111EBULL;
}

TEST(FuseFilter, HoldsNothingWhenItIsEmpty) {
  EXPECT_EQ(FuseFilter::build({}), "");
  EXPECT_FALSE(FuseFilter::may_contain("", 17));
}

TEST(FuseFilter, TakesNineBitsAHashAndFewOthersForMembers) {
  constexpr std::uint64_t kCount = 200'000;
  std::vector<std::uint64_t> hashes;
  for (std::uint64_t i = 0; i < kCount; ++i) hashes.push_back(scramble(i));
  const std::string bytes = FuseFilter::build(hashes);
  EXPECT_LT(bytes.size() * 8, kCount * 95 / 10);
  for (const std::uint64_t hash : hashes) ASSERT_TRUE(FuseFilter::may_contain(bytes, hash));
  std::uint64_t wrong = 0;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    wrong += FuseFilter::may_contain(bytes, scramble(kCount + i)) ? 1 : 0;
  }
  EXPECT_LT(static_cast<double>(wrong) / kCount, 0.005);
}

TEST(FuseFilter, SaysYesWhereTheBytesAreNoFilter) {
  std::string bytes = FuseFilter::build(std::vector<std::uint64_t>{1, 2, 3});
  bytes.pop_back();
  EXPECT_TRUE(FuseFilter::may_contain(bytes, 17));
  EXPECT_TRUE(FuseFilter::may_contain("x", 17));
  // Without segments the third slot would lie outside.
  EXPECT_TRUE(FuseFilter::may_contain(std::string(8, '\0') + '\2' + std::string(4 + 8, '\0'), 17));
  EXPECT_TRUE(FuseFilter::may_contain(std::string(13, '\xFF'), 17));
}

RC_GTEST_PROP(FuseFilterProperty, NeverMissesAMember, (std::uint64_t seed)) {
  const auto count = *rc::gen::inRange<std::size_t>(1, 3000);
  std::vector<std::uint64_t> hashes;
  // Numbers side by side as well as scattered ones, and some twice.
  const bool is_dense = *rc::gen::arbitrary<bool>();
  for (std::size_t i = 0; i < count; ++i) {
    hashes.push_back(is_dense ? seed + i : scramble(seed + i));
    if (i % 5 == 0) hashes.push_back(hashes.front());
  }
  const std::string bytes = FuseFilter::build(hashes);
  for (const std::uint64_t hash : hashes) RC_ASSERT(FuseFilter::may_contain(bytes, hash));
}

RC_GTEST_PROP(FuseFilterProperty, AnswersForAnyBytes,
              (std::vector<std::uint8_t> garbage, std::uint64_t hash)) {
  FuseFilter::may_contain({reinterpret_cast<const char*>(garbage.data()), garbage.size()}, hash);
}

}  // namespace
}  // namespace logpond::codec
