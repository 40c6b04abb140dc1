#include "storage/wal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "platform/sim/sim_file_system.h"

namespace logpond::storage {
namespace {

using platform::SimFileSystem;

/// Frames found, by sequence.
struct Replayed {
  std::map<std::uint64_t, std::string> payloads;
  WalRecovery recovery;
  std::unique_ptr<Wal> wal;
};

Replayed reopen(platform::FileSystem& fs, std::uint64_t floor = 0,
                std::uint64_t segment_bytes = 512, std::uint64_t sealed = 0) {
  Replayed replayed;
  auto wal = Wal::open(fs, {"/wal", segment_bytes, 64}, {WalSegment{floor}, WalSequence{sealed}});
  EXPECT_TRUE(wal.has_value());
  replayed.wal = std::move(*wal);
  const auto recovery = replayed.wal->replay(
      [&](WalSegment, WalSequence sequence, RecordId, std::string_view payload) -> Status {
        replayed.payloads[sequence.value] = std::string(payload);
        return {};
      });
  EXPECT_TRUE(recovery.has_value());
  replayed.recovery = *recovery;
  return replayed;
}

Status write(Wal& wal, std::uint64_t first_sequence, std::vector<std::string> payloads) {
  std::vector<std::string> buffers;
  for (const std::string& payload : payloads)
    buffers.push_back(std::string(Wal::kFrameHeaderBytes, '\0') + payload);
  std::vector<Wal::Frame> frames;
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    // Half of each payload comes as the tail.
    const std::size_t front = payloads[i].size() / 2;
    const std::string_view tail = std::string_view(payloads[i]).substr(front);
    frames.push_back({{first_sequence + i},
                      {first_sequence + i},
                      Wal::payload_checksum(payloads[i].substr(0, front), tail),
                      std::span(buffers[i]).first(Wal::kFrameHeaderBytes + front),
                      tail});
  }
  return wal.write(frames);
}

TEST(Wal, GivesBackWhatWasWrittenInOrder) {
  const auto fs = SimFileSystem::create(1);
  {
    const auto opened = reopen(*fs);
    ASSERT_TRUE(write(*opened.wal, 1, {"a", "", std::string(3000, 'x')}));
    ASSERT_TRUE(write(*opened.wal, 4, {"d"}));
  }
  const auto again = reopen(*fs);
  EXPECT_EQ(again.payloads, (std::map<std::uint64_t, std::string>{
                                {1, "a"}, {2, ""}, {3, std::string(3000, 'x')}, {4, "d"}}));
  EXPECT_EQ(again.recovery.torn_bytes, 0U);
}

TEST(Wal, CutsTornTailAfterPowerCut) {
  const auto fs = SimFileSystem::create(7);
  const auto opened = reopen(*fs, 0, 4096);
  ASSERT_TRUE(write(*opened.wal, 1, {"safe"}));
  fs->fail_from_operation(fs->operations() + 2);  // the write happens, the sync does not
  ASSERT_FALSE(write(*opened.wal, 2, {std::string(600, 'y')}));
  fs->cut_power(SimFileSystem::Unsynced::kTorn);
  const auto again = reopen(*fs);
  EXPECT_EQ(again.payloads.count(1), 1U);
  EXPECT_EQ(again.recovery.damaged_frames, 0U);
}

TEST(Wal, RemovesSegmentsBelowTheFloorOnly) {
  const auto fs = SimFileSystem::create(1);
  const auto opened = reopen(*fs);
  ASSERT_TRUE(write(*opened.wal, 1, {"old"}));
  const WalSegment floor = opened.wal->rotate();
  ASSERT_TRUE(write(*opened.wal, 2, {"new"}));
  ASSERT_TRUE(opened.wal->remove_before(floor));
  const auto again = reopen(*fs, floor.value);
  EXPECT_EQ(again.payloads, (std::map<std::uint64_t, std::string>{{2, "new"}}));
}

TEST(Wal, DamageInAnOldSegmentIsReportedAndTheRestIsRead) {
  const auto fs = SimFileSystem::create(1);
  {
    const auto opened = reopen(*fs);
    ASSERT_TRUE(write(*opened.wal, 1, {"first", "second"}));
    opened.wal->rotate();
    ASSERT_TRUE(write(*opened.wal, 3, {"third"}));
  }
  ASSERT_TRUE(fs->corrupt("/wal/0000000000000001.wal", 24 + Wal::kFrameHeaderBytes + 2));
  const auto again = reopen(*fs);
  EXPECT_EQ(again.payloads, (std::map<std::uint64_t, std::string>{{2, "second"}, {3, "third"}}));
  EXPECT_EQ(again.recovery.damaged_frames, 1U);
}

TEST(Wal, UsesASmallerSegmentWhenTheDiskIsNearlyFull) {
  const auto fs = SimFileSystem::create(1);
  fs->set_capacity(1000);
  const auto opened = reopen(*fs, 0, 1 << 20);
  EXPECT_TRUE(write(*opened.wal, 1, {"fits"}));
  EXPECT_LE(opened.wal->bytes(), 1000U);
}

RC_GTEST_PROP(Wal, AnyBytesInASegmentOpenWithoutCrash, (const std::string& junk)) {
  const auto fs = SimFileSystem::create(1);
  {
    const auto opened = reopen(*fs);
    RC_ASSERT(write(*opened.wal, 1, {"keep"}).has_value());
  }
  auto file = fs->open("/wal/0000000000000001.wal", platform::OpenMode::kReadWrite);
  RC_ASSERT((*file)->write_at(24 + Wal::kFrameHeaderBytes + 4, junk).has_value());
  const auto again = reopen(*fs);
  RC_ASSERT(again.payloads.at(1) == "keep");
}

}  // namespace
}  // namespace logpond::storage
