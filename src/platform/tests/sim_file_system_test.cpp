// What a power cut, a full disk and a failing call do to the simulated disk.
#include "platform/sim/sim_file_system.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace logpond::platform {
namespace {

using Unsynced = SimFileSystem::Unsynced;
constexpr std::uint64_t kSeeds = 200;  // enough for every outcome of a coin or two to show

class SimDiskTest : public testing::Test {
 protected:
  void restart_with_seed(std::uint64_t seed) {
    fs_ = SimFileSystem::create(seed);
    ASSERT_TRUE(create_directories_durably(*fs_, "/d"));
  }
  void SetUp() override { restart_with_seed(1); }

  std::unique_ptr<File> create(const std::string& path) {
    return fs_->open(path, OpenMode::kCreate).value();
  }
  /// A file whose name and content survive any power cut.
  std::unique_ptr<File> create_durable(const std::string& path, std::string_view bytes) {
    auto file = create(path);
    EXPECT_TRUE(file->write_at(0, bytes));
    EXPECT_TRUE(file->sync());
    EXPECT_TRUE(fs_->sync_directory(std::filesystem::path(path).parent_path()));
    return file;
  }
  std::string contents(const std::string& path) {
    const auto bytes = read_file(*fs_, path, 1 << 20);
    return bytes ? *bytes : "(" + std::string(error_code_name(bytes.error().code)) + ")";
  }
  /// What a power cut makes of what `scene` does, over many seeds.
  std::set<std::string> outcomes(Unsynced unsynced, const std::function<void()>& scene,
                                 const std::function<std::string()>& look) {
    std::set<std::string> seen;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      restart_with_seed(seed);
      scene();
      fs_->cut_power(unsynced);
      seen.insert(look());
    }
    return seen;
  }

  std::unique_ptr<SimFileSystem> fs_;
};

using Outcomes = std::set<std::string>;

// ---- data at a power cut ----------------------------------------------------------------------

TEST_F(SimDiskTest, LosesWritesThatWereNotSynced) {
  auto file = create_durable("/d/f", "old");
  ASSERT_TRUE(file->write_at(0, std::string_view("new and longer")));
  EXPECT_EQ(contents("/d/f"), "new and longer");
  fs_->cut_power(Unsynced::kLost);
  EXPECT_EQ(contents("/d/f"), "old");
}

TEST_F(SimDiskTest, KeepsWhatWasSyncedWhateverElseIsLost) {
  for (const Unsynced unsynced :
       {Unsynced::kLost, Unsynced::kTorn, Unsynced::kReordered, Unsynced::kKept}) {
    EXPECT_EQ(
        outcomes(
            unsynced, [&] { create_durable("/d/f", "kept"); }, [&] { return contents("/d/f"); }),
        Outcomes{"kept"});
  }
}

TEST_F(SimDiskTest, MayLoseTheDataOfAFileThoughItsRenameIsDurable) {
  auto file = create("/d/tmp");
  ASSERT_TRUE(file->write_at(0, std::string_view("data")));
  ASSERT_TRUE(fs_->rename("/d/tmp", "/d/final"));
  ASSERT_TRUE(fs_->sync_directory("/d"));
  fs_->cut_power(Unsynced::kLost);
  EXPECT_EQ(contents("/d/final"), "");
  EXPECT_EQ(contents("/d/tmp"), "(not_found)");
}

TEST_F(SimDiskTest, MayLoseTheNameOfAFileThoughItsDataIsSynced) {
  auto file = create("/d/f");
  ASSERT_TRUE(file->write_at(0, std::string_view("data")));
  ASSERT_TRUE(file->sync());
  fs_->cut_power(Unsynced::kLost);
  EXPECT_EQ(contents("/d/f"), "(not_found)");
}

TEST_F(SimDiskTest, TearsTheLastSurvivingWriteAtAnyByte) {
  const auto seen = outcomes(
      Unsynced::kTorn,
      [&] {
        auto file = create_durable("/d/f", "");
        ASSERT_TRUE(file->write_at(0, std::string_view("abc")));
        ASSERT_TRUE(file->write_at(3, std::string_view("def")));
      },
      [&] { return contents("/d/f"); });
  EXPECT_EQ(seen, (Outcomes{"", "a", "ab", "abc", "abcd", "abcde", "abcdef"}));
}

TEST_F(SimDiskTest, KeepsAnySubsetOfSectorsWhenTheyAreReordered) {
  const std::string zeros(512, '\0');
  const std::string first(512, '1');
  const std::string second(512, '2');
  const auto seen = outcomes(
      Unsynced::kReordered,
      [&] {
        auto file = create_durable("/d/f", "");
        ASSERT_TRUE(file->allocate(1024));
        ASSERT_TRUE(file->sync());
        ASSERT_TRUE(file->write_at(0, first + second));
      },
      [&] { return contents("/d/f"); });
  EXPECT_EQ(seen, (Outcomes{zeros + zeros, first + zeros, zeros + second, first + second}));
}

TEST_F(SimDiskTest, MayKeepAnOlderVersionOfASectorWrittenTwice) {
  const auto seen = outcomes(
      Unsynced::kReordered,
      [&] {
        auto file = create_durable("/d/f", "0");
        ASSERT_TRUE(file->write_at(0, std::string_view("1")));
        ASSERT_TRUE(file->write_at(0, std::string_view("2")));
      },
      [&] { return contents("/d/f"); });
  EXPECT_EQ(seen, (Outcomes{"0", "1", "2"}));
}

TEST_F(SimDiskTest, LosesAnAllocationThatWasNotSynced) {
  auto file = create_durable("/d/f", "x");
  ASSERT_TRUE(file->allocate(4096));
  fs_->cut_power(Unsynced::kLost);
  EXPECT_EQ(contents("/d/f"), "x");
}

TEST_F(SimDiskTest, BringsBackWhatATruncationRemovedWhenItWasNotSynced) {
  create_durable("/d/f", "old");
  ASSERT_TRUE(fs_->open("/d/f", OpenMode::kCreateOrTruncate));
  EXPECT_EQ(contents("/d/f"), "");
  fs_->cut_power(Unsynced::kLost);
  EXPECT_EQ(contents("/d/f"), "old");
}

// ---- names at a power cut ---------------------------------------------------------------------

TEST_F(SimDiskTest, UndoesNameChangesThatWereNotSynced) {
  create_durable("/d/a", "a");
  create_durable("/d/b", "b");
  create_durable("/d/c", "c");
  ASSERT_TRUE(fs_->remove("/d/a"));
  ASSERT_TRUE(fs_->rename("/d/b", "/d/c"));
  fs_->cut_power(Unsynced::kLost);
  EXPECT_EQ(contents("/d/a") + contents("/d/b") + contents("/d/c"), "abc");
}

TEST_F(SimDiskTest, NeverShowsARenamedFileTwiceOrNotAtAll) {
  const auto seen = outcomes(
      Unsynced::kReordered,
      [&] {
        create_durable("/d/a", "data");
        ASSERT_TRUE(fs_->rename("/d/a", "/d/b"));
        ASSERT_TRUE(fs_->rename("/d/b", "/d/c"));
      },
      [&] {
        const auto names = fs_->list("/d").value();
        return names.size() == 1 ? names[0] + "=" + contents("/d/" + names[0]) : "broken";
      });
  EXPECT_EQ(seen, (Outcomes{"a=data", "b=data", "c=data"}));
}

TEST_F(SimDiskTest, MovesOnlyTheRenamedFileWhenAnEarlierRenameWasLost) {
  const auto seen = outcomes(
      Unsynced::kReordered,
      [&] {
        create_durable("/d/a", "old");
        create_durable("/d/tmp", "new");
        ASSERT_TRUE(fs_->rename("/d/tmp", "/d/a"));
        ASSERT_TRUE(fs_->rename("/d/a", "/d/b"));
      },
      [&] {
        std::string all;
        const auto names = fs_->list("/d").value();
        for (const auto& name : names) all += name + "=" + contents("/d/" + name) + " ";
        return all;
      });
  EXPECT_EQ(seen, (Outcomes{"a=old tmp=new ", "a=new ", "a=old b=new ", "b=new "}));
}

TEST_F(SimDiskTest, SurvivesDirectoriesMovedInCircles) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    restart_with_seed(seed);
    ASSERT_TRUE(create_directories_durably(*fs_, "/d/a"));
    ASSERT_TRUE(create_directories_durably(*fs_, "/d/b"));
    ASSERT_TRUE(fs_->rename("/d/a", "/d/b/a"));
    ASSERT_TRUE(fs_->rename("/d/b/a", "/d/a"));
    ASSERT_TRUE(fs_->rename("/d/b", "/d/a/b"));
    fs_->cut_power(Unsynced::kReordered);
    EXPECT_TRUE(fs_->list("/d"));
    EXPECT_TRUE(fs_->create_directories("/d/a/b"));
  }
}

TEST_F(SimDiskTest, LosesADirectoryThatItsParentDoesNotKnowForSure) {
  ASSERT_TRUE(fs_->create_directories("/d/new"));
  create_durable("/d/new/f", "x");
  fs_->cut_power(Unsynced::kLost);
  EXPECT_FALSE(fs_->exists("/d/new"));
}

TEST_F(SimDiskTest, MakesWholePathsDurableOnRequest) {
  ASSERT_TRUE(create_directories_durably(*fs_, "/x/y/z"));
  create_durable("/x/y/z/f", "data");
  fs_->cut_power(Unsynced::kLost);
  EXPECT_EQ(contents("/x/y/z/f"), "data");
}

TEST_F(SimDiskTest, SyncsARenameBetweenDirectoriesAsOne) {
  for (const Unsynced unsynced : {Unsynced::kLost, Unsynced::kReordered, Unsynced::kKept}) {
    const auto seen = outcomes(
        unsynced,
        [&] {
          ASSERT_TRUE(create_directories_durably(*fs_, "/e"));
          auto file = create("/e/tmp");
          ASSERT_TRUE(file->write_at(0, std::string_view("data")));
          ASSERT_TRUE(file->sync());
          ASSERT_TRUE(fs_->rename("/e/tmp", "/d/final"));
          ASSERT_TRUE(fs_->sync_directory("/d"));
        },
        [&] { return contents("/d/final") + contents("/e/tmp"); });
    EXPECT_EQ(seen, Outcomes{"data(not_found)"});
  }
}

TEST_F(SimDiskTest, KeepsAPrefixOfNameChangesWhenTorn) {
  const auto seen = outcomes(
      Unsynced::kTorn,
      [&] {
        ASSERT_TRUE(fs_->create_directories("/d/1"));
        ASSERT_TRUE(fs_->create_directories("/d/2"));
      },
      [&] {
        return std::string(fs_->exists("/d/1") ? "1" : "") + (fs_->exists("/d/2") ? "2" : "");
      });
  EXPECT_EQ(seen, (Outcomes{"", "1", "12"}));
}

// ---- failures on order ------------------------------------------------------------------------

TEST_F(SimDiskTest, CountsEveryChangingCallOnce) {
  const std::uint64_t before = fs_->operations();
  auto file = create("/d/a");
  ASSERT_TRUE(file->write_at(0, std::string_view("x")));
  ASSERT_TRUE(file->truncate(0));
  ASSERT_TRUE(file->allocate(10));
  ASSERT_TRUE(file->sync());
  ASSERT_TRUE(fs_->rename("/d/a", "/d/b"));
  ASSERT_TRUE(fs_->remove("/d/b"));
  ASSERT_TRUE(fs_->create_directories("/d/e"));
  ASSERT_TRUE(fs_->remove_directory("/d/e"));
  ASSERT_TRUE(fs_->sync_directory("/d"));
  ASSERT_TRUE(fs_->lock("/d/LOCK"));
  EXPECT_EQ(fs_->operations() - before, 11U);
  ASSERT_TRUE(fs_->lock("/d/LOCK"));
  ASSERT_TRUE(fs_->list("/d"));
  EXPECT_EQ(contents("/d/LOCK"), "");
  EXPECT_EQ(fs_->operations() - before, 11U);
}

TEST_F(SimDiskTest, FailsEverythingOnceThePowerIsGone) {
  auto file = create_durable("/d/f", "old");
  fs_->fail_from_operation(fs_->operations() + 2);
  ASSERT_TRUE(file->write_at(0, std::string_view("1")));
  const Status written = file->write_at(1, std::string_view("2"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kIo);
  EXPECT_EQ(written.error().message, "cannot write \"/d/f\": the simulated power is off");
  EXPECT_FALSE(file->sync());
  std::string into(3, '?');
  EXPECT_FALSE(file->read_at(0, into));
  EXPECT_FALSE(file->size());
  EXPECT_FALSE(fs_->open("/d/f", OpenMode::kRead));
  EXPECT_FALSE(fs_->list("/d"));
  EXPECT_FALSE(fs_->exists("/d"));
  EXPECT_FALSE(fs_->lock("/d/f"));
  EXPECT_FALSE(fs_->rename("/d/f", "/d/g"));
  fs_->cut_power(Unsynced::kKept);
  EXPECT_EQ(contents("/d/f"), "12d");
}

TEST_F(SimDiskTest, MakesNothingDurableInTheSyncThatThePowerInterrupts) {
  auto file = create_durable("/d/f", "old");
  ASSERT_TRUE(file->write_at(0, std::string_view("new")));
  fs_->fail_from_operation(1);  // long past: the very next one
  EXPECT_FALSE(file->sync());
  fs_->cut_power(Unsynced::kLost);
  EXPECT_EQ(contents("/d/f"), "old");
}

TEST_F(SimDiskTest, MakesNoNameDurableInTheSyncThatThePowerInterrupts) {
  create("/d/f");
  fs_->fail_from_operation(fs_->operations() + 1);
  EXPECT_FALSE(fs_->sync_directory("/d"));
  fs_->cut_power(Unsynced::kLost);
  EXPECT_FALSE(fs_->exists("/d/f"));
}

TEST_F(SimDiskTest, FailsExactlyTheOperationsThatWereNamed) {
  auto file = create_durable("/d/f", "old");
  const std::uint64_t next = fs_->operations() + 1;
  fs_->fail_operation_once(next, ErrorCode::kNoSpace);
  fs_->fail_operation_once(next + 2, ErrorCode::kIo);
  const Status first = file->write_at(0, std::string_view("new"));
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().code, ErrorCode::kNoSpace);
  EXPECT_EQ(contents("/d/f"), "old");
  ASSERT_TRUE(file->write_at(0, std::string_view("now")));
  const Status third = fs_->remove("/d/f");
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, ErrorCode::kIo);
  EXPECT_EQ(contents("/d/f"), "now");
  EXPECT_TRUE(fs_->remove("/d/f"));
}

TEST_F(SimDiskTest, NeverBringsBackWhatAFailedSyncDropped) {
  auto file = create_durable("/d/f", "old");
  ASSERT_TRUE(file->write_at(0, std::string_view("new")));
  fs_->fail_operation_once(fs_->operations() + 1, ErrorCode::kIo);
  EXPECT_FALSE(file->sync());
  EXPECT_EQ(contents("/d/f"), "new");
  ASSERT_TRUE(file->write_at(3, std::string_view("!")));
  ASSERT_TRUE(file->sync());
  fs_->cut_power(Unsynced::kKept);
  EXPECT_EQ(contents("/d/f"), "old!");
}

TEST_F(SimDiskTest, FailsExactlyTheReadThatWasNamed) {
  auto file = create_durable("/d/f", "data");
  fs_->fail_read_once(fs_->reads() + 2, ErrorCode::kIo);
  std::string into(4, '?');
  EXPECT_TRUE(file->read_at(0, into));
  EXPECT_FALSE(file->read_at(0, into));
  EXPECT_TRUE(file->read_at(0, into));
}

TEST_F(SimDiskTest, ForgetsOpenFilesLocksAndFailuresAtARestart) {
  auto file = create_durable("/d/f", "data");
  auto lock = fs_->lock("/d/f").value();
  fs_->fail_operation_once(fs_->operations() + 1, ErrorCode::kIo);
  fs_->fail_read_once(fs_->reads() + 1, ErrorCode::kIo);
  fs_->cut_power(Unsynced::kKept);
  EXPECT_FALSE(file->write_at(0, std::string_view("x")));
  EXPECT_FALSE(file->sync());
  EXPECT_FALSE(file->size());
  EXPECT_EQ(contents("/d/f"), "data");
  auto new_lock = fs_->lock("/d/f");
  EXPECT_TRUE(new_lock);
  lock.reset();  // the old process's lock is not the new one's
  EXPECT_FALSE(fs_->lock("/d/f"));
}

TEST_F(SimDiskTest, FillsUpAndRecoversWhenFilesAreRemoved) {
  create_durable("/d/big", std::string(600, 'x'));
  fs_->set_capacity(1000);
  EXPECT_EQ(fs_->free_bytes("/d").value(), 400U);
  auto file = create("/d/f");
  const Status allocated = file->allocate(401);
  ASSERT_FALSE(allocated);
  EXPECT_EQ(allocated.error().code, ErrorCode::kNoSpace);
  EXPECT_EQ(file->size().value(), 0U);
  const Status written = file->write_at(0, std::string(500, 'y'));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kNoSpace);
  EXPECT_EQ(file->size().value(), 400U);
  EXPECT_TRUE(file->write_at(100, std::string(300, 'z')));  // inside what it has
  ASSERT_TRUE(fs_->remove("/d/big"));
  EXPECT_TRUE(file->write_at(0, std::string(1000, 'y')));
}

TEST_F(SimDiskTest, FlipsOneBitThatARestartDoesNotHeal) {
  create_durable("/d/f", "aaaa");
  ASSERT_TRUE(fs_->corrupt("/d/f", 2));
  const std::string damaged = contents("/d/f");
  EXPECT_EQ(damaged.size(), 4U);
  EXPECT_EQ(std::count(damaged.begin(), damaged.end(), 'a'), 3);
  fs_->cut_power(Unsynced::kKept);
  EXPECT_EQ(contents("/d/f"), damaged);
  EXPECT_EQ(fs_->corrupt("/d/none", 0).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(fs_->corrupt("/d/f", 4).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(SimDiskTest, RepeatsItselfForTheSameSeed) {
  const auto run = [&](std::uint64_t seed) {
    restart_with_seed(seed);
    auto file = create_durable("/d/f", "");
    for (std::uint64_t i = 0; i < 20; ++i) {
      EXPECT_TRUE(file->write_at(i * 700, std::string(900, static_cast<char>('a' + i))));
      EXPECT_TRUE(fs_->create_directories("/d/" + std::to_string(i)));
    }
    fs_->cut_power(Unsynced::kReordered);
    std::string all = contents("/d/f");
    const auto names = fs_->list("/d").value();
    for (const auto& name : names) all += name + " ";
    return all;
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

TEST_F(SimDiskTest, HoldsHugePreallocatedFilesWithoutHugeMemory) {
  auto file = create_durable("/d/f", "");
  ASSERT_TRUE(file->allocate(std::uint64_t{1} << 45));
  ASSERT_TRUE(file->write_at(std::uint64_t{1} << 44, std::string_view("far")));
  ASSERT_TRUE(file->sync());
  fs_->cut_power(Unsynced::kLost);
  file = fs_->open("/d/f", OpenMode::kRead).value();
  std::string into(5, '?');
  ASSERT_TRUE(file->read_at((std::uint64_t{1} << 44) - 1, into));
  EXPECT_EQ(into, std::string("\0far\0", 5));
}

}  // namespace
}  // namespace logpond::platform
