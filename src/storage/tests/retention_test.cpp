#include "storage/retention.h"

#include <gtest/gtest.h>

#include "storage/tests/small_store.h"

namespace logpond::storage::testing {
namespace {

using Lines = std::vector<std::string>;

EmbeddedStoreOptions with_rule(RetentionRule rule) {
  EmbeddedStoreOptions options;
  options.retention_rules.push_back(std::move(rule));
  return options;
}

Selector app(const std::string& name) {
  return Selector({*Matcher::create("app", MatchOp::kEqual, name)});
}

TEST(RetentionRule, ByAgeHidesAtOnceAndRewritesMixedPartsOnceTheyAreOld) {
  const auto fs = platform::SimFileSystem::create(1);
  SmallStore store(*fs, with_rule({.selector = app("debug"), .age_max = kHour}));
  store.add("debug", {"d1"}, kNow - 2 * kHour);
  store.add("shop", {"s1"}, kNow - 2 * kHour);
  store.add("debug", {"d2"}, kNow - kMinute);
  EXPECT_EQ(store.lines(), (Lines{"s1", "d2"}));
  store.flush();
  store.merge();
  EXPECT_EQ(store->stats().records, 3U) << "part of it is young: it is not rewritten yet";
  EXPECT_EQ(store.lines(), (Lines{"s1", "d2"}));
  store.clock.advance(2 * kHour);
  EXPECT_EQ(store.lines(), Lines{"s1"});
  EXPECT_EQ(store.volume_records(), 1U);
  store.merge();
  EXPECT_EQ(store->stats().records, 1U);
  EXPECT_EQ(store.lines(), Lines{"s1"});
}

TEST(RetentionRule, DropsPartsOfWhichAllIsExpired) {
  const auto fs = platform::SimFileSystem::create(1);
  SmallStore store(*fs, with_rule({.selector = app("debug"), .age_max = kHour}));
  store.add("debug", {"d1"}, kNow - 2 * kHour);
  store.flush();
  store.merge();
  EXPECT_TRUE(store->stats().parts.empty());
}

TEST(RetentionRule, OfATenantSparesTheOthers) {
  const auto fs = platform::SimFileSystem::create(1);
  SmallStore store(*fs, with_rule({.tenant = {"trial"}, .selector = {}, .age_max = kHour}));
  store.add("shop", {"theirs"}, kNow - 2 * kHour, "trial");
  store.add("shop", {"ours"}, kNow - 2 * kHour);
  EXPECT_TRUE(store.lines("trial").empty());
  EXPECT_EQ(store.lines(), Lines{"ours"});
  store.flush();
  store.merge();
  EXPECT_EQ(store->stats().records, 1U);
}

TEST(RetentionRule, ByBytesDropsTheOldestOfItsStreams) {
  const auto fs = platform::SimFileSystem::create(1);
  SmallStore store(*fs, with_rule({.selector = app("debug"), .bytes_max = 500}));
  for (int day = 5; day >= 1; --day) {
    store.add("debug", {"d" + std::to_string(day)}, kNow - day * kDay);
    store.add("shop", {"s" + std::to_string(day)}, kNow - day * kDay);
    store.flush();
  }
  store.merge();
  const Lines left = store.lines();
  EXPECT_EQ(std::count_if(left.begin(), left.end(), [](const auto& l) { return l[0] == 's'; }), 5);
  const auto kept =
      std::count_if(left.begin(), left.end(), [](const auto& l) { return l[0] == 'd'; });
  EXPECT_GT(kept, 0);
  EXPECT_LT(kept, 5);
  EXPECT_NE(std::find(left.begin(), left.end(), "d1"), left.end()) << "the newest stays";
}

}  // namespace
}  // namespace logpond::storage::testing
