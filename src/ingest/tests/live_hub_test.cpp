#include "ingest/live_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <limits>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace logpond::ingest {
namespace {

using storage::StoredBatch;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint64_t kUnknown = std::numeric_limits<std::uint64_t>::max();

std::shared_ptr<const StoredBatch> batch_at(std::uint64_t first_id, std::size_t records) {
  auto stored = std::make_shared<StoredBatch>();
  stored->batch = RecordBatch(TenantId{"acme"}, 5);
  const auto stream = stored->batch.intern_stream(Labels({{"app", "till"}}));
  for (std::size_t i = 0; i < records; ++i) {
    stored->batch.finish_record({.timestamp = 1, .stream = stream, .message = "m"});
  }
  stored->first_id = RecordId{first_id};
  return stored;
}

/// A subscriber that remembers the ids it was given.
struct Listener {
  explicit Listener(LiveHub& hub)
      : place(hub.subscribe([this](const std::shared_ptr<const StoredBatch>& batch) {
          for (std::size_t i = 0; i < batch->batch.size(); ++i) {
            ids.push_back(batch->first_id.value + i);
          }
        })) {}
  std::uint64_t live_from() const { return place->live_from().value; }

  std::vector<std::uint64_t> ids;
  std::unique_ptr<LiveHub::Subscription> place;  // last: it ends before `ids` goes
};

TEST(LiveHub, PassesEachBatchToEverySubscriberInOrder) {
  telemetry::MetricsRegistry metrics;
  LiveHub hub(metrics);
  Listener first(hub);
  Listener second(hub);
  hub.publish(batch_at(1, 2));
  hub.publish(batch_at(3, 1));
  hub.publish(batch_at(10, 1));
  EXPECT_THAT(first.ids, ElementsAre(1, 2, 3, 10));
  EXPECT_EQ(second.ids, first.ids);
}

TEST(LiveHub, ConnectsHistoryAndLiveAtTheNextId) {
  telemetry::MetricsRegistry metrics;
  LiveHub hub(metrics);
  hub.start_from(RecordId{100});
  Listener early(hub);
  EXPECT_EQ(early.live_from(), 100U);
  hub.publish(batch_at(100, 3));
  Listener late(hub);
  EXPECT_EQ(late.live_from(), 103U);
  hub.publish(batch_at(103, 1));
  EXPECT_THAT(early.ids, ElementsAre(100, 101, 102, 103));
  EXPECT_THAT(late.ids, ElementsAre(103));
  EXPECT_EQ(early.live_from(), 100U);
}

TEST(LiveHub, LearnsTheBorderFromTheFirstBatchWhenNobodyToldIt) {
  telemetry::MetricsRegistry metrics;
  LiveHub hub(metrics);
  Listener listener(hub);
  EXPECT_EQ(listener.live_from(), kUnknown);
  hub.publish(batch_at(50, 0));  // says nothing
  EXPECT_EQ(listener.live_from(), kUnknown);
  hub.publish(batch_at(60, 1));
  EXPECT_EQ(listener.live_from(), 60U);
  hub.publish(batch_at(61, 1));
  EXPECT_EQ(listener.live_from(), 60U);
  EXPECT_THAT(listener.ids, ElementsAre(60, 61));
}

TEST(LiveHub, TellsTheBorderToThoseWhoCameBeforeItWasKnown) {
  telemetry::MetricsRegistry metrics;
  LiveHub hub(metrics);
  Listener listener(hub);
  hub.start_from(RecordId{7});
  EXPECT_EQ(listener.live_from(), 7U);
  hub.start_from(RecordId{3});  // never back
  EXPECT_EQ(Listener(hub).live_from(), 7U);
}

TEST(LiveHub, StopsWhenASubscriptionIsLetGo) {
  telemetry::MetricsRegistry metrics;
  LiveHub hub(metrics);
  Listener listener(hub);
  hub.publish(batch_at(1, 1));
  listener.place.reset();
  hub.publish(batch_at(2, 1));
  EXPECT_THAT(listener.ids, ElementsAre(1));
}

TEST(LiveHub, CountsItsSubscribers) {
  telemetry::MetricsRegistry metrics;
  LiveHub hub(metrics);
  EXPECT_THAT(metrics.scrape(), HasSubstr("\nlogpond_live_subscribers 0\n"));
  Listener first(hub);
  Listener second(hub);
  EXPECT_EQ(hub.subscribers(), 2U);
  EXPECT_THAT(metrics.scrape(), HasSubstr("\nlogpond_live_subscribers 2\n"));
  first.place.reset();
  EXPECT_EQ(hub.subscribers(), 1U);
  EXPECT_THAT(metrics.scrape(), HasSubstr("\nlogpond_live_subscribers 1\n"));
}

TEST(LiveHub, MayGoBeforeItsSubscriptions) {
  telemetry::MetricsRegistry metrics;
  auto hub = std::make_unique<LiveHub>(metrics);
  Listener listener(*hub);
  hub.reset();
  EXPECT_EQ(listener.live_from(), kUnknown);
}

TEST(LiveHub, WaitsForARunningCallBeforeASubscriptionEnds) {
  telemetry::MetricsRegistry metrics;
  LiveHub hub(metrics);
  std::promise<void> inside;
  std::promise<void> go_on;
  std::atomic<bool> finished{false};
  auto place = hub.subscribe([&](const auto&) {
    inside.set_value();
    go_on.get_future().wait();
    finished = true;
  });
  std::thread publisher([&] { hub.publish(batch_at(1, 1)); });
  inside.get_future().wait();
  std::thread releaser([&] { go_on.set_value(); });
  place.reset();
  EXPECT_TRUE(finished);
  publisher.join();
  releaser.join();
}

TEST(LiveHub, JoinsHistoryAndLiveWithoutGapOrDoubleAtAnyMoment) {
  constexpr std::uint64_t kBatches = 3000;
  telemetry::MetricsRegistry metrics;
  LiveHub hub(metrics);
  hub.start_from(RecordId{1});
  // The store's promise: visible first, published then.
  std::atomic<std::uint64_t> visible{0};
  std::thread publisher([&] {
    for (std::uint64_t id = 1; id <= kBatches; ++id) {
      visible = id;
      hub.publish(batch_at(id, 1));
    }
  });
  std::vector<std::thread> tails;
  for (int t = 0; t < 3; ++t) {
    tails.emplace_back([&] {
      bool more = true;
      while (more) {
        more = visible < kBatches;
        std::mutex mutex;
        std::vector<std::uint64_t> live;
        auto place = hub.subscribe([&](const std::shared_ptr<const StoredBatch>& batch) {
          std::lock_guard lock(mutex);
          live.push_back(batch->first_id.value);
        });
        const std::uint64_t scanned_to = visible;
        const std::uint64_t live_from = place->live_from().value;
        EXPECT_LE(live_from, scanned_to + 1) << "history ends before live begins";
        place.reset();
        for (std::size_t i = 0; i < live.size(); ++i) EXPECT_EQ(live[i], live_from + i);
      }
    });
  }
  publisher.join();
  for (auto& tail : tails) tail.join();
}

}  // namespace
}  // namespace logpond::ingest
