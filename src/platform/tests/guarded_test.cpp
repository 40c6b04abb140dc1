#include "platform/guarded.h"

#include <gtest/gtest.h>

#include <thread>
#include <type_traits>
#include <vector>

namespace logpond::platform {
namespace {

TEST(Guarded, CountsRightFromManyThreads) {
  Guarded<long> count(0);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        count.with([](long& value) { ++value; });
        ++*count.lock();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(count.with([](long value) { return value; }), 8000);
}

TEST(Guarded, GivesConstAccessToConstObjects) {
  const Guarded<std::vector<int>> numbers(std::vector<int>{1, 2});
  EXPECT_EQ(numbers.lock()->size(), 2U);
  EXPECT_EQ(numbers.with([](const auto& list) { return list.back(); }), 2);
  static_assert(std::is_const_v<std::remove_reference_t<decltype(*numbers.lock())>>);
}

TEST(Guarded, WaitsUntilAnotherThreadChangesTheValue) {
  Guarded<int> value(0);
  std::condition_variable changed;
  std::thread setter([&] {
    value.with([](int& v) { v = 7; });
    changed.notify_all();
  });
  {
    auto access = value.lock();
    access.wait(changed, [](int v) { return v == 7; });
    EXPECT_EQ(*access, 7);
  }
  setter.join();
}

TEST(Guarded, StopsWaitingAtTheDeadline) {
  Guarded<int> value(0);
  std::condition_variable changed;
  auto access = value.lock();
  EXPECT_FALSE(
      access.wait_until(changed, std::chrono::steady_clock::now(), [](int v) { return v == 7; }));
}

}  // namespace
}  // namespace logpond::platform
