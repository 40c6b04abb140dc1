#include "core/large_blocks.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace logpond {
namespace {

constexpr std::size_t kBytes = 3'000'000;

TEST(LargeBlocks, WhatWasGivenBackIsTakenAgainForNearlyTheSameSize) {
  void* const block = take_large_block(kBytes);
  std::memset(block, 1, kBytes);
  give_large_block(block, kBytes);
  void* const again = take_large_block(kBytes + 1'000);
  EXPECT_EQ(again, block);
  give_large_block(again, kBytes + 1'000);
}

TEST(LargeBlocks, IdleOnesAreFreedAtTheSecondLook) {
  give_large_block(take_large_block(kBytes), kBytes);
  free_idle_large_blocks();
  void* const block = take_large_block(kBytes);  // wanted in time
  give_large_block(block, kBytes);
  free_idle_large_blocks();
  free_idle_large_blocks();  // nobody came: under the address sanitizer a leak or a use would show
}

TEST(LargeText, KeepsItsContentsAcrossGrowthMovesAndThreads) {
  const auto work = [](char mark) {
    for (int round = 0; round < 50; ++round) {
      LargeText text;
      for (std::size_t size = 1; size < 1'000'000; size *= 3) text.append(std::string(size, mark));
      LargeText moved = std::move(text);
      moved.shrink_to_fit();
      const std::string_view all(moved.data(), moved.size());
      ASSERT_EQ(all.find_first_not_of(mark), std::string_view::npos);
      ASSERT_EQ(moved.capacity(), moved.size());
    }
  };
  std::vector<std::jthread> threads;
  for (const char mark : {'a', 'b', 'c'}) threads.emplace_back(work, mark);
}

}  // namespace
}  // namespace logpond
