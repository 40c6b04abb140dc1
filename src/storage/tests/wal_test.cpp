#include "storage/wal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <utility>

#include "platform/sim/sim_file_system.h"
#include "storage/wal_replay.h"

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

TEST(Wal, FreedFilesBecomeLaterSegmentsAndTheirOldFramesNeverCount) {
  const auto fs = SimFileSystem::create(1);
  {
    const auto opened = reopen(*fs);
    std::uint64_t sequence = 1;
    for (int round = 0; round < 12; ++round) {
      ASSERT_TRUE(write(*opened.wal, sequence, {"a", "b"}));
      sequence += 2;
      const WalSegment floor = opened.wal->rotate();
      ASSERT_TRUE(opened.wal->remove_before(floor));
      EXPECT_EQ(fs->list("/wal")->size(), 1U) << round;  // the one file there ever was
      EXPECT_EQ(opened.wal->bytes(), 512U);
      EXPECT_EQ(opened.wal->spare_bytes(), 512U);
    }
    // Shorter than what lies there from before: old frames stand behind it.
    ASSERT_TRUE(write(*opened.wal, sequence, {"new"}));
    EXPECT_EQ(opened.wal->spare_bytes(), 0U);
  }
  const auto again = reopen(*fs, 13, 512, 24);
  EXPECT_EQ(again.payloads, (std::map<std::uint64_t, std::string>{{25, "new"}}));
  EXPECT_EQ(again.recovery.damaged_frames, 0U);
  EXPECT_EQ(again.recovery.torn_bytes, 0U);
}

TEST(Wal, KeepsFewSparesAndTakesThemUpAgainAfterARestart) {
  const auto fs = SimFileSystem::create(1);
  {
    const auto opened = reopen(*fs);
    for (std::uint64_t sequence = 1; sequence <= 9; ++sequence) {
      ASSERT_TRUE(write(*opened.wal, sequence, {std::string(300, 'x')}));  // one a segment
    }
    ASSERT_TRUE(opened.wal->remove_before(opened.wal->rotate()));
    EXPECT_EQ(fs->list("/wal")->size(), 4U);
  }
  const auto again = reopen(*fs, 10, 512, 9);
  EXPECT_EQ(again.wal->spare_bytes(), 4 * 512U);
  ASSERT_TRUE(write(*again.wal, 10, {"y"}));
  EXPECT_EQ(fs->list("/wal")->size(), 4U);
  ASSERT_TRUE(again.wal->remove_spares());
  EXPECT_EQ(*fs->list("/wal"), (std::vector<std::string>{"000000000000000a.wal"}));
}

TEST(Wal, ARefusedGroupDoesNotComeBackWhenTheNextOneGoesElsewhere) {
  const auto fs = SimFileSystem::create(1);
  const auto opened = reopen(*fs, 0, 1 << 20);
  ASSERT_TRUE(write(*opened.wal, 1, {"kept"}));
  // The group is written in two pieces; the second one fails.
  fs->fail_operation_once(fs->operations() + 2, ErrorCode::kNoSpace);
  ASSERT_FALSE(write(*opened.wal, 2, {"refused", std::string(100'000, 'x')}));
  opened.wal->rotate();
  ASSERT_TRUE(write(*opened.wal, 4, {"later"}));
  const auto again = reopen(*fs, 0, 1 << 20);
  EXPECT_EQ(again.payloads, (std::map<std::uint64_t, std::string>{{1, "kept"}, {4, "later"}}));
  EXPECT_EQ(again.recovery.damaged_frames, 0U);
}

TEST(Wal, ADamagedHeaderIsReportedEvenWhereNothingWholeFollowsIt) {
  const auto fs = SimFileSystem::create(1);
  {
    const auto opened = reopen(*fs);
    for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
      ASSERT_TRUE(write(*opened.wal, sequence, {"x"}));
    }
  }
  ASSERT_TRUE(fs->corrupt("/wal/0000000000000001.wal", 24 + Wal::kFrameHeaderBytes + 1 + 20));
  const auto again = reopen(*fs);
  EXPECT_EQ(again.payloads, (std::map<std::uint64_t, std::string>{{1, "x"}}));
  EXPECT_EQ(again.recovery.damaged_frames, 1U);
}

TEST(Wal, ATornGroupThatWasNeverAcknowledgedIsNotCalledDamageLater) {
  const auto fs = SimFileSystem::create(1);
  {
    const auto opened = reopen(*fs);
    ASSERT_TRUE(write(*opened.wal, 1, {"a"}));
    ASSERT_TRUE(write(*opened.wal, 2, {"torn", "whole"}));
  }
  // The first frame of the last group: 24 + (64 + 1) bytes lie before it.
  ASSERT_TRUE(fs->corrupt("/wal/0000000000000001.wal", 24 + 65 + Wal::kFrameHeaderBytes + 1));
  {
    const auto opened = reopen(*fs);
    EXPECT_EQ(opened.recovery.damaged_frames, 0U);
    EXPECT_EQ(opened.recovery.torn_bytes, 4U);
    EXPECT_EQ(opened.recovery.last_sequence, WalSequence{3});
    ASSERT_TRUE(write(*opened.wal, 4, {"next"}));
    ASSERT_TRUE(write(*opened.wal, 5, {"after"}));
  }
  const auto again = reopen(*fs);
  EXPECT_EQ(again.recovery.damaged_frames, 0U);
  EXPECT_EQ(again.payloads, (std::map<std::uint64_t, std::string>{
                                {1, "a"}, {3, "whole"}, {4, "next"}, {5, "after"}}));
}

TEST(Wal, AGroupSealedHalfWayIsNotDamaged) {
  const auto fs = SimFileSystem::create(1);
  {
    const auto opened = reopen(*fs);
    ASSERT_TRUE(write(*opened.wal, 1, {"a", "b", "c"}));
    ASSERT_TRUE(write(*opened.wal, 4, {"d"}));
  }
  const auto again = reopen(*fs, 0, 512, 2);
  EXPECT_EQ(again.payloads, (std::map<std::uint64_t, std::string>{{3, "c"}, {4, "d"}}));
  EXPECT_EQ(again.recovery.damaged_frames, 0U);
}

TEST(Wal, ReplayTellsHowFarItIs) {
  const auto fs = SimFileSystem::create(1);
  {
    const auto opened = reopen(*fs);
    ASSERT_TRUE(write(*opened.wal, 1, {std::string(300, 'x')}));
    ASSERT_TRUE(write(*opened.wal, 2, {std::string(300, 'y')}));
  }
  const auto wal = Wal::open(*fs, {"/wal", 512, 64}, {});
  ASSERT_TRUE(wal.has_value());
  std::uint64_t last = 0;
  const auto recovery = (*wal)->replay(
      [](WalSegment, WalSequence, RecordId, std::string_view) -> Status { return {}; },
      [&](std::uint64_t done, std::uint64_t total) {
        EXPECT_GE(done, last);
        EXPECT_EQ(total, 1024U);
        last = done;
      });
  ASSERT_TRUE(recovery.has_value());
  EXPECT_EQ(last, 1024U);
}

/// Small segments, so that nearly every group begins one, mostly in a file used before.
TEST(Wal, ThePowerMayGoAtEveryOperationWhileFilesAreRecycled) {
  for (const auto unsynced :
       {SimFileSystem::Unsynced::kLost, SimFileSystem::Unsynced::kTorn,
        SimFileSystem::Unsynced::kReordered, SimFileSystem::Unsynced::kKept}) {
    std::uint64_t operations = 1;
    for (std::uint64_t at = 1; at <= operations; ++at) {
      const auto fs = SimFileSystem::create(at);
      WalSegment floor;
      std::uint64_t sealed = 0;
      std::uint64_t acknowledged = 0;
      {
        const auto opened = reopen(*fs);
        if (at > 1) fs->fail_from_operation(at);
        for (std::uint64_t sequence = 1; sequence <= 20; ++sequence) {
          if (!write(*opened.wal, sequence,
                     {
                         std::string(150, 'a'),
                     }))
            break;
          acknowledged = sequence;
          if (sequence % 4 != 0) continue;
          // As a store does: what is sealed is known elsewhere before the log is freed.
          sealed = sequence;
          floor = opened.wal->rotate();
          if (!opened.wal->remove_before(floor)) break;
        }
        operations = std::max(operations, fs->operations());
      }
      fs->cut_power(unsynced);
      const auto again = reopen(*fs, floor.value, 512, sealed);
      EXPECT_EQ(again.recovery.damaged_frames, 0U) << at;
      for (std::uint64_t sequence = sealed + 1; sequence <= acknowledged; ++sequence) {
        EXPECT_EQ(again.payloads.count(sequence), 1U) << sequence << " at " << at;
      }
      for (const auto& [sequence, payload] : again.payloads) {
        EXPECT_TRUE(sequence > sealed && sequence <= acknowledged + 1) << sequence << " at " << at;
      }
      if (::testing::Test::HasFailure()) return;
    }
  }
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

/// A segment whose server writes more as soon as something was read: what lies behind `seen` bytes
/// is still empty at the first look.
class GrowingFile : public platform::File {
 public:
  GrowingFile(std::string bytes, std::size_t seen)
      : bytes_(std::move(bytes)), seen_(static_cast<std::ptrdiff_t>(seen)) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) const override {
    std::string now = bytes_;
    if (!std::exchange(has_grown_, true)) std::fill(now.begin() + seen_, now.end(), '\0');
    if (offset >= now.size()) return std::size_t{0};
    return now.copy(into.data(), into.size(), offset);
  }
  Status write_at(std::uint64_t, std::span<const char>) override { return {}; }
  Status sync() override { return {}; }
  Status truncate(std::uint64_t) override { return {}; }
  Status allocate(std::uint64_t) override { return {}; }
  Result<std::uint64_t> size() const override { return bytes_.size(); }

 private:
  std::string bytes_;
  std::ptrdiff_t seen_;
  mutable bool has_grown_ = false;
};

TEST(Wal, GrowsBesideItsReaderWithoutLookingDamaged) {
  std::string bytes = wal_segment_header({1});
  std::size_t seen = 0;
  for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
    WalFrameHeader header;
    header.payload_bytes = 4;
    header.sequence = header.group_begin = sequence;
    header.durable = sequence - 1;
    header.payload_checksum = Wal::payload_checksum("text", "");
    std::string frame(Wal::kFrameHeaderBytes, '\0');
    put_wal_frame_header(header, {1}, frame.data());
    bytes += frame + "text";
    if (sequence == 1) seen = bytes.size();
  }
  bytes.append(1000, '\0');
  std::vector<std::uint64_t> found;
  const Wal::Replay take = [&](WalSegment, WalSequence sequence, RecordId, std::string_view) {
    found.push_back(sequence.value);
    return Status();
  };
  const Wal::Progress progress;
  WalReplay replay({0}, take, progress, bytes.size());
  ASSERT_TRUE(replay.read_segment(GrowingFile(bytes, seen), bytes.size(), {1}));
  EXPECT_EQ(replay.finish().damaged_frames, 0U);
  EXPECT_EQ(found, (std::vector<std::uint64_t>{1, 2, 3}));
}

}  // namespace
}  // namespace logpond::storage
