#include "platform/bounded_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace logpond::platform {
namespace {

using std::chrono::hours;
using std::chrono::steady_clock;

bool push(BoundedQueue<int>& queue, int item, std::size_t bytes) {
  return queue.try_push(item, bytes);
}

TEST(BoundedQueue, GivesItemsInTheOrderTheyCame) {
  BoundedQueue<int> queue(100);
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(push(queue, i, 10));
  EXPECT_EQ(queue.bytes(), 30U);
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_EQ(queue.pop(), 3);
  EXPECT_EQ(queue.bytes(), 0U);
}

TEST(BoundedQueue, RefusesWhatWouldPassTheLimitAndLeavesTheItemAlone) {
  BoundedQueue<std::string> queue(100);
  std::string item = "kept by the caller";
  std::string first = "first";
  ASSERT_TRUE(queue.try_push(first, 60));
  EXPECT_FALSE(queue.try_push(item, 41));
  EXPECT_EQ(item, "kept by the caller");
  EXPECT_TRUE(queue.try_push(item, 40));
  EXPECT_EQ(queue.size(), 2U);
}

TEST(BoundedQueue, TakesOneItemHoweverHeavyWhenItIsEmpty) {
  BoundedQueue<int> queue(10);
  EXPECT_TRUE(push(queue, 1, 1'000'000));
  EXPECT_FALSE(push(queue, 2, 0));
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_TRUE(push(queue, 2, 0));
}

TEST(BoundedQueue, EndsOnceClosedAndEmpty) {
  BoundedQueue<int> queue(10);
  ASSERT_TRUE(push(queue, 1, 1));
  queue.close();
  EXPECT_FALSE(push(queue, 2, 1));
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_EQ(queue.pop_until(steady_clock::now() + hours(1)), std::nullopt);
}

TEST(BoundedQueue, GivesNothingAtTheDeadline) {
  BoundedQueue<int> queue(10);
  EXPECT_EQ(queue.pop_until(steady_clock::now()), std::nullopt);
  ASSERT_TRUE(push(queue, 1, 1));
  EXPECT_EQ(queue.pop_until(steady_clock::now()), 1);
}

TEST(BoundedQueue, DrainsEverythingAtOnce) {
  BoundedQueue<int> queue(10);
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(push(queue, i, 1));
  EXPECT_EQ(queue.drain(), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(queue.bytes(), 0U);
  EXPECT_EQ(queue.drain(), std::vector<int>{});
}

TEST(BoundedQueue, WakesAWaitingReaderWhenItIsClosed) {
  BoundedQueue<int> queue(10);
  std::thread reader([&] { EXPECT_EQ(queue.pop(), std::nullopt); });
  queue.close();
  reader.join();
}

TEST(BoundedQueue, WaitsForRoomUntilTheDeadline) {
  BoundedQueue<int> queue(10);
  ASSERT_TRUE(push(queue, 1, 10));
  int item = 2;
  EXPECT_FALSE(queue.push_until(item, 10, steady_clock::now()));
  std::thread reader([&] { EXPECT_EQ(queue.pop(), 1); });
  EXPECT_TRUE(queue.push_until(item, 10, steady_clock::now() + hours(1)));
  reader.join();
  EXPECT_EQ(queue.pop(), 2);
}

TEST(BoundedQueue, WakesAWaitingWriterWhenItIsClosedOrDrained) {
  BoundedQueue<int> queue(10);
  ASSERT_TRUE(push(queue, 1, 10));
  std::thread drained([&] {
    int item = 2;
    EXPECT_TRUE(queue.push_until(item, 10, steady_clock::now() + hours(1)));
  });
  std::vector<int> first = queue.drain();
  drained.join();
  std::thread closed([&] {
    int item = 3;
    EXPECT_FALSE(queue.push_until(item, 10, steady_clock::now() + hours(1)));
  });
  queue.close();
  closed.join();
  EXPECT_EQ(first, std::vector<int>{1});
}

TEST(BoundedQueue, LosesAndDoublesNothingBetweenManyThreads) {
  constexpr int kWriters = 3;
  constexpr int kItems = 2000;
  BoundedQueue<std::unique_ptr<int>> queue(64);
  std::atomic<long> sum{0};
  std::atomic<int> count{0};
  std::vector<std::thread> readers;
  for (int r = 0; r < 2; ++r) {
    readers.emplace_back([&] {
      while (auto item = queue.pop()) {
        sum += **item;
        ++count;
      }
    });
  }
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (int i = 0; i < kItems; ++i) {
        auto item = std::make_unique<int>(w * kItems + i);
        EXPECT_TRUE(queue.push_until(item, 8, steady_clock::now() + hours(1)));
      }
    });
  }
  for (auto& writer : writers) writer.join();
  queue.close();
  for (auto& reader : readers) reader.join();
  constexpr long kAll = kWriters * kItems;
  EXPECT_EQ(count, kAll);
  EXPECT_EQ(sum, kAll * (kAll - 1) / 2);
}

}  // namespace
}  // namespace logpond::platform
