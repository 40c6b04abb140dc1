#include "server/demo_feed.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>

namespace logpond::server {
namespace {

constexpr TimestampNs kNow = 1'795'219'200 * kSecond;

/// Keeps what it is given.
class Sink {
 public:
  SubmitBatch submit() {
    return [this](RecordBatch batch, const std::function<void(Status)>& done) {
      bool refuses = false;
      {
        std::lock_guard lock(mutex_);
        refuses = refusals_ > 0;
        if (refuses) {
          --refusals_;
        } else {
          for (std::size_t i = 0; i < batch.size(); ++i) {
            times_.push_back(batch.timestamp(i));
            messages_.insert(std::string(batch.message(i)));
          }
        }
        changed_.notify_all();
      }
      if (refuses) {
        done(fail(ErrorCode::kLimitExceeded, "queue full"));
      } else {
        done({});
      }
    };
  }
  void refuse(int batches) {
    std::lock_guard lock(mutex_);
    refusals_ = batches;
  }
  void wait_for_records(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return times_.size() >= count; });
  }
  std::vector<TimestampNs> times() {
    std::lock_guard lock(mutex_);
    return times_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int refusals_ = 0;
  std::vector<TimestampNs> times_;
  std::multiset<std::string> messages_;
};

TEST(DemoFeed, FillsARangeAtItsRateInOrder) {
  Sink sink;
  const platform::ManualClock clock(kNow);
  DemoFeed feed({.lines_per_second = 20}, clock, sink.submit());
  EXPECT_TRUE(feed.feed(kNow - kHour, kNow));
  const auto times = sink.times();
  EXPECT_GT(times.size(), 20U * 3600 / 4);
  EXPECT_LT(times.size(), 20U * 3600 * 4);
  for (std::size_t i = 1; i < times.size(); ++i) ASSERT_LT(times[i - 1], times[i]);
  EXPECT_GE(times.front(), kNow - kHour);
  EXPECT_LT(times.back(), kNow);
}

TEST(DemoFeed, TriesARefusedBatchAgain) {
  Sink sink;
  sink.refuse(1);
  const platform::ManualClock clock(kNow);
  DemoFeed feed({.lines_per_second = 50}, clock, sink.submit());
  EXPECT_TRUE(feed.feed(kNow - 10 * kSecond, kNow));
  EXPECT_GT(sink.times().size(), 50U);
}

/// Never the same instant twice, as a real clock.
class TickingClock : public platform::ManualClock {
 public:
  using ManualClock::ManualClock;
  TimestampNs now() const override { return ManualClock::now() + ++ticks_; }

 private:
  mutable std::atomic<TimestampNs> ticks_{0};
};

TEST(DemoFeed, BackfillsAWholeHourByAClockThatTicks) {
  Sink sink;
  const TickingClock clock(kNow);
  DemoFeed feed({.lines_per_second = 5, .backfill = kHour, .tick = kMillisecond}, clock,
                sink.submit());
  feed.start();
  sink.wait_for_records(1000);
  feed.stop();
  EXPECT_LT(sink.times().front(), kNow - kHour + kMinute);
}

TEST(DemoFeed, BackfillsThenGoesOnUntilStopped) {
  Sink sink;
  platform::ManualClock clock(kNow);
  DemoFeed feed({.lines_per_second = 50, .backfill = kMinute, .tick = kMillisecond}, clock,
                sink.submit());
  feed.start();
  sink.wait_for_records(500);
  const std::size_t before = sink.times().size();
  clock.advance(20 * kSecond);
  sink.wait_for_records(before + 100);
  feed.stop();
  const auto times = sink.times();
  EXPECT_GE(times.front(), kNow - kMinute);
  EXPECT_LE(times.back(), kNow + 20 * kSecond);
}

}  // namespace
}  // namespace logpond::server
