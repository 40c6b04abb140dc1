#include "platform/worker_pool.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <future>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace logpond::platform {
namespace {

TEST(WorkerPool, RunsEveryJobItAccepted) {
  std::atomic<int> ran{0};
  int accepted = 0;
  {
    WorkerPool pool({.name = "test", .threads = 3, .jobs_max = 10});
    for (int i = 0; i < 1000; ++i) accepted += pool.submit([&] { ++ran; }) ? 1 : 0;
  }
  EXPECT_GE(accepted, 10);
  EXPECT_EQ(ran, accepted);
}

TEST(WorkerPool, RefusesJobsBeyondItsLimit) {
  WorkerPool pool({.name = "test", .threads = 1, .jobs_max = 2});
  std::promise<void> started;
  std::promise<void> release;
  ASSERT_TRUE(pool.submit([&] {
    started.set_value();
    release.get_future().wait();
  }));
  started.get_future().wait();
  EXPECT_TRUE(pool.submit([] {}));
  EXPECT_TRUE(pool.submit([] {}));
  EXPECT_EQ(pool.waiting(), 2U);
  EXPECT_EQ(pool.jobs_max(), 2U);
  bool ran = false;
  EXPECT_FALSE(pool.submit([&] { ran = true; }));
  release.set_value();
  pool.stop();
  EXPECT_FALSE(ran);
  EXPECT_EQ(pool.waiting(), 0U);
}

TEST(WorkerPool, StopsForAllWhoAskAndTakesNoMore) {
  WorkerPool pool({.name = "test", .threads = 2, .jobs_max = 10});
  std::atomic<int> ran{0};
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(pool.submit([&] { ++ran; }));
  std::thread other([&] { pool.stop(); });
  pool.stop();
  EXPECT_EQ(ran, 5);
  other.join();
  EXPECT_FALSE(pool.submit([&] { ++ran; }));
  EXPECT_EQ(ran, 5);
}

TEST(WorkerPool, UsesAllItsThreadsAtOnce) {
  WorkerPool pool({.name = "test", .threads = 3, .jobs_max = 10});
  std::atomic<int> inside{0};
  std::promise<void> all_inside;
  auto everyone = all_inside.get_future().share();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(pool.submit([&, everyone] {
      if (++inside == 3) all_inside.set_value();
      everyone.wait();  // returns only when three jobs run at the same time
    }));
  }
  pool.stop();
  EXPECT_EQ(inside, 3);
}

TEST(WorkerPool, NamesItsThreadsAndCutsLongNames) {
  std::mutex mutex;
  std::set<std::string> names;
  {
    WorkerPool pool({.name = "a-very-long-name", .threads = 1, .jobs_max = 10});
    ASSERT_TRUE(pool.submit([&] {
      std::array<char, 16> name{};
      ::pthread_getname_np(::pthread_self(), name.data(), name.size());
      std::lock_guard lock(mutex);
      names.insert(name.data());
    }));
  }
  EXPECT_EQ(names, std::set<std::string>{"a-very-long-0"});
}

TEST(WorkerPool, HasAThreadEvenWhenNoneWasAskedFor) {
  WorkerPool pool({.name = "test", .threads = 0, .jobs_max = 0});
  std::promise<void> ran;
  ASSERT_TRUE(pool.submit([&] { ran.set_value(); }));
  ran.get_future().wait();
}

TEST(WorkerPoolDeathTest, EndsTheProgramWhenAJobThrows) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        WorkerPool pool({.name = "test", .threads = 1, .jobs_max = 1});
        pool.submit([] { throw 1; });
        pool.stop();
      },
      "");
}

}  // namespace
}  // namespace logpond::platform
