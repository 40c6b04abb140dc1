#include "platform/team.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace logpond::platform {
namespace {

TEST(Team, MembersShareTheWork) {
  WorkerPool pool({.name = "test", .threads = 2});
  std::mutex mutex;
  std::condition_variable all_here;
  int here = 0;
  const auto work = [&] {
    std::unique_lock lock(mutex);
    ++here;
    all_here.notify_all();
    all_here.wait(lock, [&] { return here == 3; });  // hangs unless three threads are in it
  };
  Team team(&pool, work);
  team.invite(2);
  work();
  team.dismiss();
  EXPECT_EQ(here, 3);
}

TEST(Team, WaitsForThoseThatBegan) {
  WorkerPool pool({.name = "test", .threads = 1});
  std::atomic<bool> begun = false;
  std::atomic<bool> ended = false;
  Team team(&pool, [&] {
    begun = true;
    for (int i = 0; i < 1'000; ++i) std::this_thread::yield();  // gives dismiss() time to be early
    ended = true;
  });
  team.invite(1);
  while (!begun) std::this_thread::yield();
  team.dismiss();
  EXPECT_TRUE(ended);
}

TEST(Team, ABusyPoolDelaysNobodyAndLateMembersNeverBegin) {
  std::atomic<int> runs = 0;
  std::atomic<bool> release = false;
  {
    WorkerPool pool({.name = "test", .threads = 1});
    pool.submit([&] {
      while (!release) std::this_thread::yield();
    });
    {
      Team team(&pool, [&] { ++runs; });
      team.invite(3);
    }
    release = true;
  }
  EXPECT_EQ(runs, 0);
}

TEST(Team, WorksWithoutAPool) {
  Team team(nullptr, [] { FAIL(); });
  team.invite(2);
}

}  // namespace
}  // namespace logpond::platform
