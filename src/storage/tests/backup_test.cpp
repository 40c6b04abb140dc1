#include "storage/backup.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "platform/posix/posix_file_system.h"
#include "storage/tests/small_store.h"
#include "storage/verify.h"

namespace logpond::storage::testing {
namespace {

using Lines = std::vector<std::string>;

Lines lines_in(platform::FileSystem& fs, const std::filesystem::path& directory) {
  const platform::ManualClock clock(kNow);
  telemetry::MetricsRegistry metrics;
  EmbeddedStoreOptions options;
  options.directory = directory;
  options.read_only = true;
  options.maintain = false;
  const auto store = open_embedded_store(fs, clock, metrics, options, {});
  EXPECT_TRUE(store.has_value()) << store.error().message;
  if (!store) return {};
  CollectingSink sink;
  EXPECT_TRUE((*store)->scan({}, sink).has_value());
  Lines lines;
  for (const ModelRecord& one : sorted_by_id(sink.records)) lines.push_back(one.message);
  return lines;
}

std::vector<Damage> damages_of(platform::FileSystem& fs, const std::filesystem::path& directory) {
  std::vector<Damage> found;
  VerifyOptions options;
  options.on_damage = [&](const Damage& damage) { found.push_back(damage); };
  const auto report = verify_data_directory(fs, directory, options);
  EXPECT_TRUE(report.has_value()) << report.error().message;
  if (report) {
    EXPECT_EQ(report->damages, found.size());
  }
  return found;
}

class BackupTest : public ::testing::Test {
 protected:
  std::unique_ptr<platform::SimFileSystem> fs_ = platform::SimFileSystem::create(1);
  SmallStore store_{*fs_};
};

TEST_F(BackupTest, OfARunningStoreHoldsAllThatWasAcknowledged) {
  store_.add("shop", {"sealed"});
  store_.flush();
  store_.add("shop", {"in the head"});
  const Status done = store_->backup("/backup");
  ASSERT_TRUE(done) << done.error().message;
  store_.add("shop", {"later"});
  EXPECT_EQ(lines_in(*fs_, "/backup"), (Lines{"sealed", "in the head"}));
  EXPECT_TRUE(damages_of(*fs_, "/backup").empty());
  EXPECT_EQ(store_.lines().size(), 3U);
}

TEST_F(BackupTest, OfADirectoryTakesTheWriteAheadLogToo) {
  store_.add("shop", {"sealed"});
  store_.flush();
  store_.add("shop", {"in the head"});
  CopyOptions options{.from = "/data", .to = "/backup"};
  std::uint64_t done_last = 0;
  std::uint64_t all_last = 1;
  options.on_progress = [&](std::uint64_t done, std::uint64_t all) {
    done_last = done;
    all_last = all;
  };
  const auto report = copy_data_directory(*fs_, options);
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->parts, 1U);
  EXPECT_EQ(done_last, all_last);
  EXPECT_EQ(lines_in(*fs_, "/backup"), (Lines{"sealed", "in the head"}));
}

TEST_F(BackupTest, KeepsDeletedRecordsDeleted) {
  store_.add("shop", {"a", "b"});
  ASSERT_TRUE(store_->remove(delete_of("shop", "a")).has_value());
  ASSERT_TRUE(store_->backup("/backup"));
  EXPECT_EQ(lines_in(*fs_, "/backup"), Lines{"b"});
}

TEST_F(BackupTest, RefusesATargetThatHoldsSomething) {
  ASSERT_TRUE(fs_->create_directories("/other/thing"));
  const Status refused = store_->backup("/other");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_EQ(store_->backup("/data/inside").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(store_->backup("/data").error().code, ErrorCode::kInvalidArgument);
}

TEST_F(BackupTest, AnUnfinishedOneIsNoDataDirectory) {
  store_.add("shop", {"a"});
  store_.flush();
  const std::uint64_t before = fs_->operations();
  ASSERT_TRUE(store_->backup("/whole"));
  const std::uint64_t operations = fs_->operations() - before;
  for (std::uint64_t at = 1; at < operations; ++at) {
    const auto fs = platform::SimFileSystem::create(at);
    {
      SmallStore store(*fs);
      store.add("shop", {"a"});
      store.flush();
      fs->fail_from_operation(fs->operations() + at);
      EXPECT_FALSE(store->backup("/backup"));
    }
    fs->cut_power(platform::SimFileSystem::Unsynced::kTorn);
    if (fs->exists("/backup/MANIFEST")) {
      EXPECT_EQ(lines_in(*fs, "/backup"), Lines{"a"}) << "cut at " << at;
    }
  }
}

TEST_F(BackupTest, VerifyNamesEveryDamageAndReadsOn) {
  store_.add("shop", {"a"});
  store_.flush();
  store_.add("shop", {"b"});
  store_.flush();
  store_.add("shop", {"c"});
  EXPECT_TRUE(damages_of(*fs_, "/data").empty());
  const auto parts = store_->stats().parts;
  ASSERT_TRUE(fs_->corrupt("/data/parts/" + parts[0].name, 12));
  ASSERT_TRUE(fs_->corrupt("/data/parts/" + parts[1].name, parts[1].bytes - 20));
  const auto found = damages_of(*fs_, "/data");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].place, "parts/" + parts[0].name);
  EXPECT_EQ(found[1].place, "parts/" + parts[1].name);
}

TEST_F(BackupTest, VerifyReadsManifestAndDeletions) {
  store_.add("shop", {"a"});
  ASSERT_TRUE(store_->remove(delete_of("shop")).has_value());
  ASSERT_TRUE(fs_->corrupt("/data/DELETIONS", 20));
  EXPECT_EQ(damages_of(*fs_, "/data").size(), 1U);
  ASSERT_TRUE(fs_->corrupt("/data/MANIFEST", 30));
  const auto found = damages_of(*fs_, "/data");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].place, "MANIFEST");
  EXPECT_EQ(verify_data_directory(*fs_, "/none", {}).error().code, ErrorCode::kNotFound);
}

// ---- On a real disk

class RealBackup : public ::testing::Test {
 protected:
  RealBackup() {
    std::string pattern = (std::filesystem::temp_directory_path() / "logpond-backup-XXXXXX");
    path_ = mkdtemp(pattern.data());
  }
  ~RealBackup() override { std::filesystem::remove_all(path_); }

  std::unique_ptr<Store> open(const std::string& name, bool read_only) {
    EmbeddedStoreOptions options;
    options.directory = path_ / name;
    options.read_only = read_only;
    options.maintain = !read_only;
    options.seal_records = 400;
    auto store = open_embedded_store(*fs_, clock_, metrics_, options, {});
    EXPECT_TRUE(store.has_value()) << store.error().message;
    return store ? *std::move(store) : nullptr;
  }

  std::filesystem::path path_;
  std::unique_ptr<platform::FileSystem> fs_ = platform::make_posix_file_system();
  platform::ManualClock clock_{kNow};
  telemetry::MetricsRegistry metrics_;
};

ModelRecord numbered(int number) {
  ModelRecord one;
  one.timestamp = kNow + number;
  one.received = kNow;
  one.labels = Labels{{"app", "shop"}};
  one.message = std::to_string(number);
  return one;
}

TEST_F(RealBackup, LinksPartsInsteadOfCopyingThem) {
  const auto store = open("data", false);
  ASSERT_TRUE(store->append_and_wait(make_batch({numbered(1)})).has_value());
  ASSERT_TRUE(store->backup((path_ / "backup").string()));
  const auto parts = store->stats().parts;
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_TRUE(std::filesystem::equivalent(path_ / "data/parts" / parts[0].name,
                                          path_ / "backup/parts" / parts[0].name));
  EXPECT_EQ(lines_in(*fs_, path_ / "backup"), Lines{"1"});
}

/// Heads are sealed, WAL files freed and parts merged all the time; a reader that opens the
/// directory meanwhile, and a copy of it, hold each record up to some moment once.
TEST_F(RealBackup, ReadersAndCopiesBesideABusyStoreSeeOneMoment) {
  const auto store = open("data", false);
  std::atomic<int> acknowledged = 0;
  std::jthread writer([&](const std::stop_token& stop) {
    for (int number = 0; !stop.stop_requested(); ++number) {
      if (!store->append_and_wait(make_batch({numbered(number)}))) return;
      acknowledged = number + 1;
    }
  });
  const auto expect_prefix = [&](const std::filesystem::path& directory, int at_least) {
    const Lines lines = lines_in(*fs_, directory);
    EXPECT_GE(lines.size(), static_cast<std::size_t>(at_least));
    for (std::size_t i = 0; i < lines.size(); ++i) ASSERT_EQ(lines[i], std::to_string(i));
  };
  for (int round = 0; round < 20; ++round) {
    const int before = acknowledged;
    expect_prefix(path_ / "data", before);
    if (round % 5 != 0) continue;
    const auto copy = path_ / ("copy" + std::to_string(round));
    const auto report = copy_data_directory(*fs_, {.from = path_ / "data", .to = copy});
    ASSERT_TRUE(report.has_value()) << report.error().message;
    expect_prefix(copy, before);
  }
}

}  // namespace
}  // namespace logpond::storage::testing
