#include "platform/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <vector>

#include "platform/clock.h"

namespace logpond::platform {
namespace {

TEST(Process, CountsItsOpenFiles) {
  const std::uint64_t before = process_figures().open_files;
  const int fd = ::open("/dev/null", O_RDONLY);
  EXPECT_EQ(process_figures().open_files, before + 1);
  ::close(fd);
  EXPECT_EQ(process_figures().open_files, before);
}

TEST(Process, SeesItsMemoryGrow) {
  const std::uint64_t before = process_figures().resident_bytes;
  EXPECT_GT(before, 1U << 20);
  const std::vector<char> touched(64 << 20, 'x');
  EXPECT_GT(process_figures().resident_bytes, before + (48 << 20)) << touched.size();
}

TEST(Process, SeesItsCpuTimeGrow) {
  const double before = process_figures().cpu_seconds;
  EXPECT_GT(before, 0);
  while (process_figures().cpu_seconds <= before) {
  }
}

TEST(Process, StartedBeforeNowAndNotLongAgo) {
  const double now = static_cast<double>(system_clock().now()) / 1e9;
  const double started = process_figures().start_time_seconds;
  EXPECT_LE(started, now + 2);  // the boot time is kept in whole seconds
  EXPECT_GT(started, now - 3600);
  EXPECT_EQ(process_figures().start_time_seconds, started);
}

TEST(Process, RaisesItsLimitOfOpenFilesToTheHardLimit) {
  rlimit old_limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &old_limit), 0);
  const rlimit low{64, old_limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(process_figures().open_files_max, 64U);
  const auto raised = raise_open_files_max();
  ASSERT_TRUE(raised) << raised.error().message;
  EXPECT_EQ(*raised, old_limit.rlim_max);
  EXPECT_EQ(process_figures().open_files_max, old_limit.rlim_max);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &old_limit), 0);
}

TEST(Clock, MovesForwardAndKnowsTheCentury) {
  const Clock& clock = system_clock();
  EXPECT_GT(clock.now(), parse_rfc3339("2024-01-01T00:00:00Z").value());
  EXPECT_LT(clock.now(), parse_rfc3339("2200-01-01T00:00:00Z").value());
  DurationNs last = clock.monotonic();
  for (int i = 0; i < 1000; ++i) {
    const DurationNs next = clock.monotonic();
    ASSERT_GE(next, last);
    last = next;
  }
}

TEST(Clock, StandsStillUntilItIsMoved) {
  ManualClock clock(100);
  EXPECT_EQ(clock.now(), 100);
  EXPECT_EQ(clock.monotonic(), 100);
  clock.advance(5);
  EXPECT_EQ(clock.now(), 105);
  clock.set(7);
  EXPECT_EQ(clock.now(), 7);
}

}  // namespace
}  // namespace logpond::platform
