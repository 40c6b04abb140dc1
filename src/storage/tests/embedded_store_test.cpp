#include "storage/embedded_store.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "core/limits.h"
#include "platform/posix/posix_file_system.h"
#include "platform/sim/sim_file_system.h"
#include "storage/tests/store_contract.h"

namespace logpond::storage::testing {
namespace {

const TimestampNs kNow = *parse_rfc3339("2026-11-21T12:00:00Z");

/// The embedded store on a file system, with its own clock and metrics.
class EmbeddedUnderTest : public StoreUnderTest {
 public:
  EmbeddedUnderTest(platform::FileSystem& fs, EmbeddedStoreOptions options)
      : fs_(fs), options_(std::move(options)) {
    reopen();
  }
  Store& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    metrics_ = std::make_unique<telemetry::MetricsRegistry>();
    auto opened = open_embedded_store(fs_, clock_, *metrics_, options_, {});
    if (!opened) {
      ADD_FAILURE() << opened.error().message;
      std::abort();
    }
    store_ = std::move(*opened);
  }
  platform::ManualClock& clock() { return clock_; }
  EmbeddedStoreOptions& options() { return options_; }

 private:
  platform::FileSystem& fs_;
  EmbeddedStoreOptions options_;
  platform::ManualClock clock_{kNow};
  std::unique_ptr<telemetry::MetricsRegistry> metrics_;
  std::unique_ptr<Store> store_;
};

/// A real directory that goes with the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "logpond-store-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class OnDisk : public StoreUnderTest {
 public:
  static std::unique_ptr<StoreUnderTest> make() { return std::make_unique<OnDisk>(); }
  Store& store() override { return under_test_.store(); }
  void reopen() override { under_test_.reopen(); }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<platform::FileSystem> fs_ = platform::make_posix_file_system();
  EmbeddedUnderTest under_test_{*fs_, {.directory = directory_.path()}};
};

/// In memory, with a tiny WAL and head so that every boundary is met often.
class InMemory : public StoreUnderTest {
 public:
  static std::unique_ptr<StoreUnderTest> make() { return std::make_unique<InMemory>(); }
  Store& store() override { return under_test_.store(); }
  void reopen() override { under_test_.reopen(); }

 private:
  std::unique_ptr<platform::SimFileSystem> fs_ = platform::SimFileSystem::create(1);
  EmbeddedUnderTest under_test_{
      *fs_,
      {.directory = "/data", .seal_records = 40, .wal_segment_bytes = 2048, .scan_helpers = 2}};
};

INSTANTIATE_TEST_SUITE_P(Embedded, StoreContract,
                         ::testing::Values(StoreFactory{"disk", &OnDisk::make},
                                           StoreFactory{"memory", &InMemory::make}),
                         [](const auto& one) { return one.param.name; });

EmbeddedStoreOptions by_hand() {
  return {.directory = "/data", .wal_segment_bytes = 4096, .maintain = false};
}

std::size_t count_of(Store& store) {
  CollectingSink sink;
  EXPECT_TRUE(store.scan(everything(), sink).has_value());
  return sink.records.size();
}

TEST(EmbeddedStore, SecondOpenOfADirectorySaysWhoHoldsIt) {
  const auto fs = platform::SimFileSystem::create(1);
  EmbeddedUnderTest first(*fs, by_hand());
  telemetry::MetricsRegistry metrics;
  const platform::ManualClock clock(kNow);
  const auto second = open_embedded_store(*fs, clock, metrics, by_hand(), {});
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_NE(second.error().message.find("/data"), std::string::npos);
}

TEST(EmbeddedStore, ReadOnlyOpenSeesAllAndChangesNothing) {
  const auto fs = platform::SimFileSystem::create(1);
  EmbeddedUnderTest writer(*fs, by_hand());
  ASSERT_TRUE(
      writer.store().append_and_wait(make_batch({record(kNow, Labels(), "sealed")})).has_value());
  ASSERT_TRUE(writer.store().flush());
  ASSERT_TRUE(writer.store()
                  .append_and_wait(make_batch({record(kNow, Labels(), "in the log")}))
                  .has_value());
  const auto operations = fs->operations();
  EmbeddedStoreOptions options = by_hand();
  options.read_only = true;
  EmbeddedUnderTest reader(*fs, options);
  EXPECT_EQ(count_of(reader.store()), 2U);
  EXPECT_FALSE(
      reader.store().append_and_wait(make_batch({record(kNow, Labels(), "no")})).has_value());
  EXPECT_EQ(fs->operations(), operations);
}

TEST(EmbeddedStore, RetentionByAgeDropsWholeOldParts) {
  const auto fs = platform::SimFileSystem::create(1);
  EmbeddedStoreOptions options = by_hand();
  options.maintain = true;
  options.retention = 24 * kHour;
  EmbeddedUnderTest under_test(*fs, options);
  Store& store = under_test.store();
  ASSERT_TRUE(
      store.append_and_wait(make_batch({record(kNow - 50 * kHour, Labels(), "old")})).has_value());
  ASSERT_TRUE(store.append_and_wait(make_batch({record(kNow, Labels(), "new")})).has_value());
  ASSERT_TRUE(store.flush());
  // The maintenance thread runs after each seal; its effect is awaited, not slept for.
  while (count_of(store) != 1) std::this_thread::yield();
  EXPECT_EQ(store.stats().parts.size(), 1U);
  under_test.reopen();
  EXPECT_EQ(count_of(under_test.store()), 1U);
}

TEST(EmbeddedStore, RetentionByBytesDropsTheOldest) {
  const auto fs = platform::SimFileSystem::create(1);
  EmbeddedStoreOptions options = by_hand();
  options.maintain = true;
  options.retention_bytes = 1;
  EmbeddedUnderTest under_test(*fs, options);
  Store& store = under_test.store();
  ASSERT_TRUE(store.append_and_wait(make_batch({record(kNow, Labels(), "x")})).has_value());
  ASSERT_TRUE(store.flush());
  while (count_of(store) != 0) std::this_thread::yield();
  EXPECT_TRUE(store.stats().parts.empty());
}

TEST(EmbeddedStore, MergeJoinsSmallGroupsAndRemovesTheInputs) {
  const auto fs = platform::SimFileSystem::create(1);
  EmbeddedUnderTest under_test(*fs, by_hand());
  for (int i = 0; i < 12; ++i) {
    ASSERT_TRUE(under_test.store()
                    .append_and_wait(make_batch({record(kNow + i, Labels(), "x")}))
                    .has_value());
    ASSERT_TRUE(under_test.store().flush());
  }
  EXPECT_EQ(under_test.store().stats().parts.size(), 12U);
  ASSERT_TRUE(under_test.store().merge());
  EXPECT_EQ(under_test.store().stats().parts.size(), 1U);
  EXPECT_EQ(fs->list("/data/parts/2026-11-21")->size(), 1U);
  EXPECT_EQ(count_of(under_test.store()), 12U);
}

TEST(EmbeddedStore, BackgroundMergesKeepPartsFew) {
  const auto fs = platform::SimFileSystem::create(1);
  EmbeddedStoreOptions options = by_hand();
  options.maintain = true;
  EmbeddedUnderTest under_test(*fs, options);
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(under_test.store()
                    .append_and_wait(make_batch({record(kNow + i, Labels(), "x")}))
                    .has_value());
    ASSERT_TRUE(under_test.store().flush());
  }
  while (under_test.store().stats().parts.size() > 12) std::this_thread::yield();
  EXPECT_EQ(count_of(under_test.store()), 40U);
}

TEST(EmbeddedStore, AFlippedBitCostsItsGroupAndIsCountedNotServed) {
  const auto fs = platform::SimFileSystem::create(1);
  EmbeddedUnderTest under_test(*fs, by_hand());
  Store& store = under_test.store();
  ASSERT_TRUE(store.append_and_wait(make_batch({record(kNow, Labels(), "good")})).has_value());
  ASSERT_TRUE(store.flush());
  ASSERT_TRUE(store.append_and_wait(make_batch({record(kNow, Labels(), "bad")})).has_value());
  ASSERT_TRUE(store.flush());
  ASSERT_TRUE(fs->corrupt("/data/parts/" + store.stats().parts.back().name, 12));
  EXPECT_EQ(count_of(store), 1U);
}

TEST(EmbeddedStore, ADamagedFooterSetsThePartAsideAndTheRestWorks) {
  const auto fs = platform::SimFileSystem::create(1);
  EmbeddedUnderTest under_test(*fs, by_hand());
  for (const char* text : {"good", "bad"}) {
    ASSERT_TRUE(
        under_test.store().append_and_wait(make_batch({record(kNow, Labels(), text)})).has_value());
    ASSERT_TRUE(under_test.store().flush());
  }
  const PartInfo bad = under_test.store().stats().parts.back();
  ASSERT_TRUE(fs->corrupt("/data/parts/" + bad.name, bad.bytes - 20));
  under_test.reopen();
  EXPECT_EQ(count_of(under_test.store()), 1U);
  EXPECT_TRUE(fs->exists("/data/parts/" + bad.name + ".damaged"));
  under_test.reopen();
  EXPECT_EQ(count_of(under_test.store()), 1U);
}

/// What opening the directory says, which must be an error.
Error refusal_of_opening(platform::FileSystem& fs) {
  telemetry::MetricsRegistry metrics;
  const platform::ManualClock clock(kNow);
  const auto opened = open_embedded_store(fs, clock, metrics, by_hand(), {});
  EXPECT_FALSE(opened.has_value());
  return opened ? Error{} : opened.error();
}

TEST(EmbeddedStore, PartsWithoutAManifestAreNotTakenForRubbish) {
  const auto fs = platform::SimFileSystem::create(1);
  std::string part;
  {
    EmbeddedUnderTest under_test(*fs, by_hand());
    ASSERT_TRUE(under_test.store().append_and_wait(make_batch({record(kNow, Labels(), "kept")})));
    ASSERT_TRUE(under_test.store().flush());
    part = "/data/parts/" + under_test.store().stats().parts.at(0).name;
  }
  ASSERT_TRUE(fs->rename("/data/MANIFEST", "/elsewhere"));
  const Error refused = refusal_of_opening(*fs);
  EXPECT_EQ(refused.code, ErrorCode::kConflict);
  EXPECT_NE(refused.message.find("no MANIFEST"), std::string::npos) << refused.message;
  EXPECT_TRUE(fs->exists(part));
  ASSERT_TRUE(fs->rename("/elsewhere", "/data/MANIFEST"));
  EXPECT_EQ(count_of(EmbeddedUnderTest(*fs, by_hand()).store()), 1U);
}

TEST(EmbeddedStore, APartOfAnotherFormatIsRefusedAndNotTakenForDamage) {
  const auto fs = platform::SimFileSystem::create(1);
  PartInfo part;
  {
    EmbeddedUnderTest under_test(*fs, by_hand());
    ASSERT_TRUE(under_test.store().append_and_wait(make_batch({record(kNow, Labels(), "later")})));
    ASSERT_TRUE(under_test.store().flush());
    part = under_test.store().stats().parts.at(0);
  }
  auto file = fs->open("/data/parts/" + part.name, platform::OpenMode::kReadWrite);
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE((*file)->write_at(part.bytes - 2, std::string_view("07")));
  const Error refused = refusal_of_opening(*fs);
  EXPECT_EQ(refused.code, ErrorCode::kUnavailable);
  EXPECT_NE(refused.message.find("format 07"), std::string::npos) << refused.message;
  EXPECT_TRUE(fs->exists("/data/parts/" + part.name));
}

TEST(EmbeddedStore, AnIdThatIsTheSeveritysTextTooIsFoundAmongMany) {
  const auto fs = platform::SimFileSystem::create(1);
  EmbeddedUnderTest under_test(*fs, by_hand());
  std::vector<ModelRecord> records;
  for (int i = 0; i < 1'000; ++i) {
    char id[17];
    std::snprintf(id, sizeof id, "%016llx", 0x9E3779B97F4A7C15ULL * static_cast<unsigned>(i + 1));
    ModelRecord one = record(kNow, Labels{{"app", "shop"}}, "m");
    one.fields = {{"t", id, FieldKind::kString}};
    if (i == 500) one.severity_text = id;
    records.push_back(one);
  }
  ASSERT_TRUE(under_test.store().append_and_wait(make_batch(records)));
  ASSERT_TRUE(under_test.store().flush());
  for (const int wanted : {0, 500, 999}) {
    ScanRequest request = everything();
    request.field_filters = {*Matcher::create(
        "t", MatchOp::kEqual, records[static_cast<std::size_t>(wanted)].fields[0].value)};
    CollectingSink sink;
    ASSERT_TRUE(under_test.store().scan(request, sink).has_value());
    EXPECT_EQ(sink.records.size(), 1U) << wanted;
  }
}

TEST(EmbeddedStore, AReadThatFailedOnceIsTriedAnewByTheNextScan) {
  const auto fs = platform::SimFileSystem::create(1);
  {
    EmbeddedUnderTest under_test(*fs, by_hand());
    ASSERT_TRUE(under_test.store().append_and_wait(make_batch(
        {record(kNow, Labels(), "user 17 came"), record(kNow, Labels(), "user 4 left")})));
    ASSERT_TRUE(under_test.store().flush());
  }
  ScanRequest request = everything();
  request.line_filters = {*codec::LineFilter::compile(codec::LineFilterOp::kContains, {"came"})};
  int failures = 0;
  for (std::uint64_t read = 1; read <= 12; ++read) {
    EmbeddedUnderTest under_test(*fs, by_hand());
    const std::uint64_t failing = fs->reads() + read;
    fs->fail_read_once(failing, ErrorCode::kIo);
    CollectingSink first;
    ASSERT_TRUE(under_test.store().scan(request, first).has_value());
    failures += first.records.empty() ? 1 : 0;
    CollectingSink second;
    ASSERT_TRUE(under_test.store().scan(request, second).has_value());
    EXPECT_EQ(second.records.size(), 1U) << read;
    if (fs->reads() < failing) break;  // a scan has no more reads than that
  }
  EXPECT_GT(failures, 2) << "reads that matter must have failed";
}

TEST(EmbeddedStore, FullDiskRefusesKeepsServingAndRecovers) {
  const auto fs = platform::SimFileSystem::create(1);
  EmbeddedStoreOptions options = by_hand();
  EmbeddedUnderTest under_test(*fs, options);
  Store& store = under_test.store();
  std::size_t acknowledged = 0;
  fs->set_capacity(64 << 10);
  std::optional<Error> refusal;
  for (int i = 0; i < 200 && !refusal; ++i) {
    const auto done =
        store.append_and_wait(make_batch({record(kNow, Labels(), std::string(1000, 'x'))}));
    if (done) {
      ++acknowledged;
    } else {
      refusal = done.error();
    }
  }
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->code, ErrorCode::kNoSpace) << refusal->message;
  EXPECT_EQ(count_of(store), acknowledged);
  fs->set_capacity(10 << 20);
  ASSERT_TRUE(
      store.append_and_wait(make_batch({record(kNow, Labels(), "room again")})).has_value());
  ASSERT_TRUE(store.flush());
  under_test.reopen();
  EXPECT_EQ(count_of(under_test.store()), acknowledged + 1);
}

TEST(EmbeddedStore, AFailedSyncTurnsTheStoreReadOnlyAndLosesNothingAcknowledged) {
  const auto fs = platform::SimFileSystem::create(1);
  EmbeddedUnderTest under_test(*fs, by_hand());
  Store& store = under_test.store();
  ASSERT_TRUE(store.append_and_wait(make_batch({record(kNow, Labels(), "kept")})).has_value());
  // An append is one write, then one sync: the second operation from here.
  fs->fail_operation_once(fs->operations() + 2, ErrorCode::kIo);
  const auto refused = store.append_and_wait(make_batch({record(kNow, Labels(), "doubtful")}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(store.append_and_wait(make_batch({record(kNow, Labels(), "after")})).has_value());
  EXPECT_TRUE(store.stats().read_only);
  EXPECT_EQ(count_of(store), 1U);
  fs->cut_power(platform::SimFileSystem::Unsynced::kLost);
  under_test.reopen();
  EXPECT_EQ(count_of(under_test.store()), 1U);
}

TEST(EmbeddedStore, BackfillOverManyDaysMakesFewFiles) {
  const auto fs = platform::SimFileSystem::create(1);
  EmbeddedUnderTest under_test(*fs, by_hand());
  std::vector<ModelRecord> records;
  for (int day = 0; day < 400; ++day)
    records.push_back(record(kNow - day * kDay, Labels(), std::to_string(day)));
  ASSERT_TRUE(under_test.store().append_and_wait(make_batch(records)).has_value());
  ASSERT_TRUE(under_test.store().flush());
  EXPECT_LE(under_test.store().stats().parts.size(), 33U);
  EXPECT_EQ(count_of(under_test.store()), 400U);
}

RecordBatch marked(std::string_view source, std::uint64_t offset, TenantId tenant = {}) {
  ModelRecord one = record(kNow, Labels(), "at " + std::to_string(offset));
  one.tenant = std::move(tenant);
  RecordBatch batch = make_batch({one});
  batch.set_mark(source, offset);
  return batch;
}

TEST(EmbeddedStore, ABatchWithAStoredMarkIsADuplicate) {
  const auto fs = platform::SimFileSystem::create(1);
  EmbeddedUnderTest under_test(*fs, by_hand());
  const auto expect_append = [&](std::uint64_t offset, bool is_duplicate) {
    const auto receipt = under_test.store().append_and_wait(marked("a topic/0", offset));
    ASSERT_TRUE(receipt.has_value());
    EXPECT_EQ(receipt->is_duplicate, is_duplicate) << offset;
    EXPECT_EQ(receipt->records, is_duplicate ? 0U : 1U) << offset;
  };
  const auto expect_mark = [&](std::optional<std::uint64_t> offset) {
    EXPECT_EQ(*under_test.store().mark(TenantId{}, "a topic/0"), offset);
  };
  expect_mark(std::nullopt);
  expect_append(5, false);
  expect_append(5, true);
  expect_append(4, true);
  expect_mark(5);
  under_test.reopen();  // from the write-ahead log
  expect_mark(5);
  expect_append(5, true);
  ASSERT_TRUE(under_test.store().flush());
  under_test.reopen();  // from the manifest
  expect_mark(5);
  expect_append(3, true);
  expect_append(6, false);
  expect_mark(6);
  EXPECT_EQ(count_of(under_test.store()), 2U);
  EXPECT_EQ(*under_test.store().mark(TenantId{"other"}, "a topic/0"), std::nullopt);
  ASSERT_TRUE(
      under_test.store().append_and_wait(marked("a topic/0", 1, TenantId{"other"})).has_value());
  EXPECT_EQ(*under_test.store().mark(TenantId{"other"}, "a topic/0"), 1U);
}

TEST(EmbeddedStore, AMarkWithoutRecordsIsKept) {
  const auto fs = platform::SimFileSystem::create(1);
  EmbeddedUnderTest under_test(*fs, by_hand());
  RecordBatch batch(TenantId{}, kNow);
  batch.set_mark("filtered", 8);
  ASSERT_TRUE(under_test.store().append_and_wait(std::move(batch)).has_value());
  under_test.reopen();
  EXPECT_EQ(*under_test.store().mark(TenantId{}, "filtered"), 8U);
  ASSERT_TRUE(under_test.store().flush());
  under_test.reopen();
  EXPECT_EQ(*under_test.store().mark(TenantId{}, "filtered"), 8U);
  EXPECT_EQ(count_of(under_test.store()), 0U);
}

TEST(EmbeddedStore, TooManySourcesOfMarksAreRefusedByNumber) {
  const auto fs = platform::SimFileSystem::create(1);
  EmbeddedUnderTest under_test(*fs, by_hand());
  for (std::size_t i = 0; i < kMarksMax; ++i) {
    RecordBatch batch(TenantId{}, kNow);
    batch.set_mark("source " + std::to_string(i), 1);
    ASSERT_TRUE(under_test.store().append_and_wait(std::move(batch)).has_value());
  }
  const auto refused = under_test.store().append_and_wait(marked("one more", 1));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kLimitExceeded);
  EXPECT_NE(refused.error().message.find("10000"), std::string::npos) << refused.error().message;
  EXPECT_TRUE(under_test.store().append_and_wait(marked("source 7", 2)).has_value());
  const auto unnamed =
      under_test.store().append_and_wait(marked(std::string(kMarkSourceBytesMax + 1, 's'), 1));
  ASSERT_FALSE(unnamed.has_value());
  EXPECT_EQ(unnamed.error().code, ErrorCode::kInvalidArgument);
}

TEST(EmbeddedStore, ReplaySealsOnTheWayWhatDoesNotFitIntoTheHead) {
  const auto fs = platform::SimFileSystem::create(1);
  EmbeddedStoreOptions options = by_hand();
  options.wal_segment_bytes = 1 << 20;
  EmbeddedUnderTest under_test(*fs, options);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(under_test.store()
                    .append_and_wait(make_batch({record(kNow, Labels(), std::string(3000, 'x'))}))
                    .has_value());
  }
  under_test.options().head_bytes_max = 64 << 10;
  std::uint64_t progress = 0;
  under_test.options().on_replay = [&](std::uint64_t done, std::uint64_t) { progress = done; };
  for (int opening = 0; opening < 3; ++opening) {
    under_test.reopen();
    EXPECT_LE(under_test.store().stats().head_bytes, 64U << 10);
    EXPECT_EQ(count_of(under_test.store()), 100U);
    EXPECT_EQ(under_test.store().stats().next_record_id.value, 101U);
  }
  EXPECT_GT(progress, 0U);
  EXPECT_GE(under_test.store().stats().parts.size(), 4U);
}

TEST(EmbeddedStore, PublishesEachDurableBatchInOrderOfIds) {
  const auto fs = platform::SimFileSystem::create(1);
  const platform::ManualClock clock(kNow);
  telemetry::MetricsRegistry metrics;
  std::vector<std::uint64_t> published;
  const auto store = open_embedded_store(*fs, clock, metrics, by_hand(), [&](const auto& batch) {
    published.push_back(batch->first_id.value);
  });
  ASSERT_TRUE(store.has_value());
  for (int i = 0; i < 5; ++i) {
    const auto done = (*store)->append_and_wait(make_batch({record(kNow, Labels(), "x")}));
    ASSERT_TRUE(done.has_value());
    EXPECT_EQ(published.back(), done->first_id.value);
  }
  EXPECT_TRUE(std::is_sorted(published.begin(), published.end()));
}

}  // namespace
}  // namespace logpond::storage::testing
