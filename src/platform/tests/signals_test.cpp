#include "platform/signals.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <future>
#include <vector>

#include "platform/guarded.h"

namespace logpond::platform {
namespace {

/// Collects signals and lets a test wait for them.
class Collected {
 public:
  void add(Signal signal) {
    signals_.lock()->push_back(signal);
    changed_.notify_all();
  }
  std::vector<Signal> wait_for(std::size_t count) {
    auto access = signals_.lock();
    access.wait(changed_, [&](const auto& list) { return list.size() >= count; });
    return *access;
  }

 private:
  Guarded<std::vector<Signal>> signals_;
  std::condition_variable changed_;
};

TEST(SignalWaiter, HandsEachSignalToTheFunction) {
  block_signals();
  Collected collected;
  auto waiter = SignalWaiter::start([&](Signal signal) { collected.add(signal); });
  ASSERT_TRUE(waiter) << waiter.error().message;
  ASSERT_EQ(::kill(::getpid(), SIGHUP), 0);
  collected.wait_for(1);
  ASSERT_EQ(::kill(::getpid(), SIGTERM), 0);
  collected.wait_for(2);
  ASSERT_EQ(::kill(::getpid(), SIGINT), 0);
  EXPECT_EQ(collected.wait_for(3),
            (std::vector<Signal>{Signal::kHangUp, Signal::kTerminate, Signal::kInterrupt}));
  waiter->reset();
  unblock_signals();
}

TEST(SignalWaiter, HandsOnWhatCameBeforeItStarted) {
  block_signals();
  ASSERT_EQ(::kill(::getpid(), SIGTERM), 0);
  Collected collected;
  auto waiter = SignalWaiter::start([&](Signal signal) { collected.add(signal); });
  ASSERT_TRUE(waiter);
  EXPECT_EQ(collected.wait_for(1), std::vector<Signal>{Signal::kTerminate});
  waiter->reset();
  unblock_signals();
}

TEST(SignalWaiter, StopsWithoutASignal) {
  block_signals();
  ASSERT_TRUE(SignalWaiter::start([](Signal) { FAIL(); }));
  unblock_signals();
}

TEST(Signals, MakeAVanishedPeerAnErrorNotADeath) {
  block_signals();
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  EXPECT_EQ(::write(ends[1], "x", 1), -1);
  EXPECT_EQ(errno, EPIPE);
  ::close(ends[1]);
  unblock_signals();
}

}  // namespace
}  // namespace logpond::platform
