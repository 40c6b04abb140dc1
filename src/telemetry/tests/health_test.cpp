#include "telemetry/health.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace logpond::telemetry {
namespace {

TEST(Health, IsNotReadyUntilEveryComponentSaysSo) {
  Health health;
  EXPECT_TRUE(health.summary().is_ready);
  const auto store = health.reporter("store");
  const auto alerts = health.reporter("alerts");
  EXPECT_EQ(health.summary().to_text(), "not ready: store: starting; alerts: starting");
  store->ready();
  EXPECT_FALSE(health.summary().is_ready);
  EXPECT_EQ(health.summary().to_text(), "not ready: alerts: starting");
  alerts->ready();
  EXPECT_TRUE(health.summary().is_ready);
  EXPECT_EQ(health.summary().to_text(), "ready");
}

TEST(Health, SaysWhyAndRecovers) {
  Health health;
  const auto store = health.reporter("store");
  store->not_ready("the disk is full");
  const HealthSummary summary = health.summary();
  ASSERT_EQ(summary.facts.size(), 1U);
  EXPECT_EQ(summary.facts[0].component, "store");
  EXPECT_FALSE(summary.facts[0].is_ready);
  EXPECT_EQ(summary.facts[0].reason, "the disk is full");
  store->ready();
  EXPECT_TRUE(health.summary().is_ready);
  EXPECT_EQ(health.summary().facts[0].reason, "");
}

TEST(Health, ForgetsAComponentThatIsGone) {
  Health health;
  auto first = health.reporter("same name");
  auto second = health.reporter("same name");
  second->ready();
  first.reset();
  EXPECT_TRUE(health.summary().is_ready);
  EXPECT_EQ(health.summary().facts.size(), 1U);
}

TEST(Health, MayGoBeforeItsComponents) {
  std::unique_ptr<Health::Reporter> reporter;
  {
    Health health;
    reporter = health.reporter("late");
  }
  reporter->not_ready("nobody listens");
}

TEST(Health, HearsManyThreads) {
  Health health;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        const auto reporter = health.reporter("thread");
        reporter->ready();
        EXPECT_FALSE(health.summary().facts.empty());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(health.summary().facts.empty());
}

}  // namespace
}  // namespace logpond::telemetry
