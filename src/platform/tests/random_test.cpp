#include "platform/random.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

namespace logpond::platform {
namespace {

TEST(Random, RepeatsItselfForTheSameSeedOnly) {
  SeededRandom a(42);
  SeededRandom b(42);
  SeededRandom c(43);
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t number = a.next();
    EXPECT_EQ(number, b.next());
    EXPECT_NE(number, c.next());
  }
}

TEST(Random, GivesTheNumbersOfSplitMix64) {
  // The published first outputs for seed 1234567: seeds in bug reports must keep their meaning.
  SeededRandom random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317U);
  EXPECT_EQ(random.next(), 3203168211198807973U);
  EXPECT_EQ(random.next(), 9817491932198370423U);
}

TEST(Random, StaysBelowItsBoundAndReachesEveryNumber) {
  SeededRandom random(1);
  std::array<int, 7> seen{};
  for (int i = 0; i < 7000; ++i) ++seen.at(random.below(7));
  for (const int count : seen) {
    EXPECT_GT(count, 800);
    EXPECT_LT(count, 1200);
  }
  EXPECT_EQ(random.below(1), 0U);
}

TEST(Random, FillsEveryByteOfAnyLength) {
  SeededRandom random(1);
  random.fill({});
  for (const std::size_t size : {1U, 7U, 8U, 9U, 1000U}) {
    std::string into(size, '\0');
    std::set<char> last;
    for (int i = 0; i < 50; ++i) {
      random.fill(into);
      last.insert(into.back());
    }
    EXPECT_GT(last.size(), 10U);
  }
}

TEST(Random, NeverRepeatsTheSystemsNumbers) {
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(system_random().next());
  EXPECT_EQ(seen.size(), 1000U);
}

}  // namespace
}  // namespace logpond::platform
