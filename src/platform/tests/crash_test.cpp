// The patterns that storage builds on, cut at every single operation: if these hold on the
// simulated disk for right programs and break for wrong ones, the disk is fit to judge the real
// store.
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/sim/sim_file_system.h"

namespace logpond::platform {
namespace {

using Unsynced = SimFileSystem::Unsynced;
constexpr Unsynced kEveryWay[] = {Unsynced::kLost, Unsynced::kTorn, Unsynced::kReordered,
                                  Unsynced::kKept};

/// Runs `program` again and again, each time with the power going one operation later, until it
/// gets through, and lets `check` judge what is on the disk after the restart.
void cut_everywhere(const std::function<void(FileSystem&)>& program,
                    const std::function<void(FileSystem&)>& check) {
  for (const Unsynced unsynced : kEveryWay) {
    bool got_through = false;
    for (std::uint64_t n = 1; !got_through; ++n) {
      for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const auto fs = SimFileSystem::create(n * 1000 + seed);
        fs->fail_from_operation(n);
        program(*fs);
        got_through = fs->operations() < n;
        fs->cut_power(unsynced);
        SCOPED_TRACE("cut " + std::to_string(static_cast<int>(unsynced)) + " at operation " +
                     std::to_string(n) + ", seed " + std::to_string(seed));
        check(*fs);
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

TEST(CrashPattern, AtomicReplacementLeavesTheOldOrTheNewFile) {
  int versions_promised = 0;
  cut_everywhere(
      [&](FileSystem& fs) {
        versions_promised = 0;
        if (!create_directories_durably(fs, "/data")) return;
        for (int version = 1; version <= 3; ++version) {
          const std::string text(2000, static_cast<char>('0' + version));
          if (!write_file_atomically(fs, "/data/MANIFEST", text)) return;
          versions_promised = version;
        }
      },
      [&](FileSystem& fs) {
        const auto text = read_file(fs, "/data/MANIFEST", 1 << 20);
        if (!text) {
          EXPECT_EQ(versions_promised, 0);
          return;
        }
        ASSERT_EQ(text->size(), 2000U);
        EXPECT_EQ(*text, std::string(2000, text->front()));
        EXPECT_GE(text->front() - '0', versions_promised);
      });
}

TEST(CrashPattern, SyncedRecordsOfAPreallocatedSegmentSurvive) {
  // A toy log: 100-byte records of one letter, in a segment of fixed size, recycled once by rename.
  int promised = 0;
  cut_everywhere(
      [&](FileSystem& fs) {
        promised = 0;
        if (!create_directories_durably(fs, "/wal")) return;
        auto file = fs.open("/wal/new", OpenMode::kCreate);
        if (!file || !(*file)->allocate(4096) || !(*file)->sync()) return;
        if (!fs.rename("/wal/new", "/wal/1") || !fs.sync_directory("/wal")) return;
        for (int record = 0; record < 8; ++record) {
          const std::string bytes(100, static_cast<char>('a' + record));
          if (!(*file)->write_at(static_cast<std::uint64_t>(record) * 100, bytes)) return;
          if (!(*file)->sync()) return;
          promised = record + 1;
        }
      },
      [&](FileSystem& fs) {
        if (promised == 0) return;
        const auto bytes = read_file(fs, "/wal/1", 1 << 20);
        ASSERT_TRUE(bytes) << bytes.error().message;
        EXPECT_EQ(bytes->size(), 4096U);
        for (int record = 0; record < promised; ++record) {
          EXPECT_EQ(bytes->substr(static_cast<std::size_t>(record) * 100, 100),
                    std::string(100, static_cast<char>('a' + record)));
        }
      });
}

/// True when the program, which promises a file with the content "data", breaks its promise
/// somewhere.
bool breaks_its_promise(const std::function<bool(FileSystem&)>& program) {
  bool broken = false;
  bool promised = false;
  cut_everywhere(
      [&](FileSystem& fs) {
        promised = fs.create_directories("/d") && fs.sync_directory("/") && program(fs);
      },
      [&](FileSystem& fs) {
        const auto bytes = read_file(fs, "/d/final", 100);
        if (promised && (!bytes || *bytes != "data")) broken = true;
      });
  return broken;
}

struct Steps {
  bool sync_data = true;
  bool sync_name = true;
};

bool publish(FileSystem& fs, Steps steps) {
  auto file = fs.open("/d/tmp", OpenMode::kCreateOrTruncate);
  if (!file || !(*file)->write_at(0, std::string("data"))) return false;
  if (steps.sync_data && !(*file)->sync()) return false;
  if (!fs.rename("/d/tmp", "/d/final")) return false;
  return !steps.sync_name || fs.sync_directory("/d").has_value();
}

TEST(CrashPattern, CatchesProgramsThatForgetASync) {
  EXPECT_FALSE(breaks_its_promise([](FileSystem& fs) { return publish(fs, {}); }));
  EXPECT_TRUE(breaks_its_promise([](FileSystem& fs) { return publish(fs, {.sync_data = false}); }));
  EXPECT_TRUE(breaks_its_promise([](FileSystem& fs) { return publish(fs, {.sync_name = false}); }));
}

}  // namespace
}  // namespace logpond::platform
