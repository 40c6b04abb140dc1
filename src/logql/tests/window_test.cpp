#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <map>

#include "logql/window_counts.h"
#include "logql/window_grid.h"

namespace logpond::logql {
namespace {

constexpr TimestampNs kMin = std::numeric_limits<TimestampNs>::min();
constexpr TimestampNs kMax = std::numeric_limits<TimestampNs>::max();

/// Steps whose window (t - offset - range, t - offset] holds the time, found one by one.
std::optional<WindowGrid::Run> naive_run(const StepGrid& steps, DurationNs range, DurationNs offset,
                                         TimestampNs time) {
  std::optional<WindowGrid::Run> run;
  for (std::size_t i = 0; i < steps.count; ++i) {
    const TimestampNs end = steps.at(i) - offset;
    if (time <= end - range || time > end) continue;
    const auto step = static_cast<std::uint32_t>(i);
    run = WindowGrid::Run{run ? run->first : step, step};
  }
  return run;
}

RC_GTEST_PROP(WindowGrid, CutsTimeWhereTheWindowsOfALineChange, ()) {
  const StepGrid steps{.start = *rc::gen::inRange<TimestampNs>(-20, 20),
                       .step = *rc::gen::inRange<DurationNs>(1, 12),
                       .count = *rc::gen::inRange<std::size_t>(1, 8)};
  const auto range = *rc::gen::inRange<DurationNs>(0, 30);
  const auto offset = *rc::gen::inRange<DurationNs>(-10, 10);
  const WindowGrid grid(steps, range, offset);
  std::map<TimestampNs, WindowGrid::Piece> pieces;
  for (TimestampNs time = -80; time < 140; ++time) {
    const WindowGrid::Piece piece = grid.piece_of(time);
    RC_ASSERT(piece.contains(time));
    RC_ASSERT(piece.run == naive_run(steps, range, offset, time));
    RC_ASSERT(piece.run.has_value() <= grid.time_range().contains(time));
    // The same piece from wherever it is asked.
    const auto [at, is_new] = pieces.emplace(piece.first, piece);
    RC_ASSERT(is_new || (at->second.last == piece.last && at->second.run == piece.run));
    if (!is_new) continue;
    if (piece.first > -80) RC_ASSERT(grid.piece_of(piece.first - 1).last == piece.first - 1);
  }
}

TEST(WindowGrid, HoldsAtTheEndsOfTime) {
  const StepGrid far{.start = kMax / 2, .step = kMax / 4, .count = 2};
  for (const DurationNs offset : {kMin + 1, DurationNs{0}, kMax}) {
    for (const DurationNs range : {DurationNs{0}, DurationNs{1}, kMax}) {
      const WindowGrid grid(far, range, offset);
      for (const TimestampNs time : {kMin, kMin + 1, TimestampNs{0}, kMax / 2, kMax - 1, kMax}) {
        const WindowGrid::Piece piece = grid.piece_of(time);
        EXPECT_LE(piece.first, time);
        EXPECT_LE(piece.run.value_or(WindowGrid::Run{}).last, 1U);
      }
    }
  }
}

TEST(WindowCounts, KeepsCountersWhereverItGrows) {
  WindowCounts counts({.count = 3});
  const WindowGrid::Run first{0, 0};
  const WindowGrid::Run both{0, 1};
  EXPECT_EQ(counts.capacity(), 0U);
  ASSERT_TRUE(counts.make_room(1));
  WindowCounts::add_to(counts.counters(first)[counts.capacity() + 1], 2);  // the second lane
  WindowCounts::add_to(counts.counters(first)[WindowCounts::kNotCounted], 9);
  WindowCounts::add_to(counts.counters(both)[1], 0);
  ASSERT_TRUE(counts.make_room(100));
  WindowCounts::add_to(counts.counters(first)[1], 3);
  WindowCounts::add_to(counts.counters(first)[100], 7);
  std::string seen;
  counts.for_each([&](WindowGrid::Run run, std::uint32_t series, std::uint64_t sum) {
    seen += std::to_string(run.first) + "-" + std::to_string(run.last) + " " +
            std::to_string(series) + ": " + std::to_string(sum) + "\n";
  });
  EXPECT_EQ(seen, "0-0 1: 5\n0-0 100: 7\n0-1 1: 0\n");
  counts.clear();
  EXPECT_EQ(counts.capacity(), 0U);
}

TEST(WindowCounts, RefusesToGrowBeyondItsBound) {
  WindowCounts one({.count = 1});
  EXPECT_TRUE(one.make_room(200'000));
  EXPECT_FALSE(one.make_room(300'000));
  EXPECT_GT(one.capacity(), 200'000U);
  WindowCounts many({.count = 11'000});
  EXPECT_TRUE(many.make_room(0));
  EXPECT_FALSE(many.make_room(20));
  WindowCounts hopeless({.count = 1'000'000});
  EXPECT_FALSE(hopeless.make_room(0));
}

}  // namespace
}  // namespace logpond::logql
