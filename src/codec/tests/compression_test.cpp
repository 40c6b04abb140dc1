#include "codec/compression.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <thread>

namespace logpond::codec {
namespace {

std::string frame_of(std::string_view bytes, int level = 1) {
  std::string frame;
  zstd_compress(bytes, level, frame);
  return frame;
}

RC_GTEST_PROP(Zstd, GivesBackWhatWasCompressed, (const std::string& bytes)) {
  std::string out = "left over from before";
  RC_ASSERT(zstd_decompress(frame_of(bytes), bytes.size(), out).has_value());
  RC_ASSERT(out == bytes);
}

TEST(Zstd, AppendsToItsOutput) {
  std::string out = "head";
  zstd_compress("body", 1, out);
  ASSERT_TRUE(out.starts_with("head"));
  std::string back;
  ASSERT_TRUE(zstd_decompress(std::string_view(out).substr(4), 4, back).has_value());
  EXPECT_EQ(back, "body");
}

TEST(Zstd, RefusesAFrameThatHoldsAnotherSize) {
  const std::string frame = frame_of(std::string(1000, 'x'));
  std::string out;
  for (const std::size_t size : {std::size_t{0}, std::size_t{999}, std::size_t{1001}, SIZE_MAX}) {
    const Status status = zstd_decompress(frame, size, out);
    ASSERT_FALSE(status.has_value()) << size;
    EXPECT_EQ(status.error().code, ErrorCode::kCorruption);
  }
}

TEST(Zstd, RefusesEveryCut) {
  const std::string frame =
      frame_of("some bytes that are long enough to be packed, packed, packed");
  std::string out;
  for (std::size_t size = 0; size < frame.size(); ++size) {
    EXPECT_FALSE(zstd_decompress(std::string_view(frame).substr(0, size), 60, out).has_value())
        << size;
  }
}

TEST(Zstd, DoesNotAllocateWhatAFrameCannotHold) {
  // A frame whose header claims 2^40 bytes: magic, one-segment descriptor with 8 bytes of size.
  std::string frame("\x28\xB5\x2F\xFD\xE0", 5);
  frame.append(std::string("\0\0\0\0\0\1\0\0", 8)).append("\1\0\0", 3);
  std::string out;
  const Status status = zstd_decompress(frame, std::size_t{1} << 40, out);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kCorruption);
  EXPECT_LT(out.capacity(), std::size_t{1} << 20);
}

TEST(Zstd, WorksFromManyThreadsAtOnce) {
  const std::string bytes(100'000, 'q');
  std::vector<std::jthread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&bytes, &good, i] {
      std::string out;
      const std::string frame = frame_of(bytes, i + 1);
      if (zstd_decompress(frame, bytes.size(), out) && out == bytes) ++good;
    });
  }
  threads.clear();
  EXPECT_EQ(good, 4);
}

}  // namespace
}  // namespace logpond::codec
