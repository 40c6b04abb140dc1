// The power goes at every changing call of a workload with deletions. Afterwards: a deletion that
// was acknowledged hides its rows, and no other row is missing.
#include <gtest/gtest.h>

#include <algorithm>

#include "storage/tests/small_store.h"

namespace logpond::storage::testing {
namespace {

using Unsynced = platform::SimFileSystem::Unsynced;

EmbeddedStoreOptions options() {
  return {.directory = "/data", .wal_segment_bytes = 1024, .maintain = false};
}

std::vector<ModelRecord> batch_of(int number) {
  std::vector<ModelRecord> records;
  for (const char* word : {"keep", "drop"}) {
    ModelRecord one;
    one.timestamp = kNow + number * kHour;
    one.received = kNow;
    one.labels = Labels{{"app", "shop"}};
    one.message = word + std::string(" ") + std::to_string(number);
    records.push_back(std::move(one));
  }
  return records;
}

struct Told {
  std::vector<std::string> appended;  ///< Acknowledged, in order.
  std::vector<std::string> deleted;   ///< Must not be seen again.
};

void run_workload(platform::FileSystem& fs, Told& told) {
  const platform::ManualClock clock(kNow);
  for (int session = 0; session < 2; ++session) {
    telemetry::MetricsRegistry metrics;
    auto store = open_embedded_store(fs, clock, metrics, options(), {});
    if (!store) continue;
    for (int step = 0; step < 6; ++step) {
      const int number = session * 6 + step;
      if ((*store)->append_and_wait(make_batch(batch_of(number)))) {
        for (const ModelRecord& one : batch_of(number)) told.appended.push_back(one.message);
      }
      if (step % 2 == 1) (void)(*store)->flush();
      if (step == 3 && (*store)->remove(delete_of("shop", "drop"))) {
        for (int i = 0; i <= number; ++i) told.deleted.push_back("drop " + std::to_string(i));
      }
      if (step == 4) (void)(*store)->merge();
    }
  }
}

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

void expect_kept_and_hidden(platform::FileSystem& fs, const Told& told, const std::string& where) {
  const platform::ManualClock clock(kNow);
  for (const bool merges : {false, true}) {
    telemetry::MetricsRegistry metrics;
    auto store = open_embedded_store(fs, clock, metrics, options(), {});
    ASSERT_TRUE(store.has_value()) << where << ": " << store.error().message;
    if (merges) {
      ASSERT_TRUE((*store)->flush()) << where;
      ASSERT_TRUE((*store)->merge()) << where;
    }
    CollectingSink sink;
    ASSERT_TRUE((*store)->scan({}, sink).has_value()) << where;
    std::vector<std::string> found;
    for (const ModelRecord& one : sink.records) found.push_back(one.message);
    for (const std::string& line : told.deleted)
      EXPECT_FALSE(has(found, line)) << where << ": deleted and seen: " << line;
    for (const std::string& line : told.appended) {
      const bool may_be_gone = line.starts_with("drop");
      EXPECT_TRUE(may_be_gone || std::count(found.begin(), found.end(), line) == 1)
          << where << ": acknowledged and lost, or twice: " << line;
    }
    if (!merges) continue;
    for (const DeletionInfo& info : (*store)->removals({}))
      EXPECT_EQ(info.state, DeletionState::kProcessed) << where;
  }
}

class DeletionPowerCut : public ::testing::TestWithParam<Unsynced> {};

TEST_P(DeletionPowerCut, AtEveryOperationHidesWhatWasDeletedAndNothingElse) {
  std::uint64_t operations = 0;
  {
    const auto fs = platform::SimFileSystem::create(1);
    Told told;
    run_workload(*fs, told);
    ASSERT_EQ(told.appended.size(), 24U);
    ASSERT_EQ(told.deleted.size(), 4U + 10U);
    operations = fs->operations();
  }
  for (std::uint64_t at = 1; at <= operations; ++at) {
    const auto fs = platform::SimFileSystem::create(at);
    fs->fail_from_operation(at);
    Told told;
    run_workload(*fs, told);
    fs->cut_power(GetParam());
    expect_kept_and_hidden(*fs, told, "power cut at operation " + std::to_string(at));
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Disk, DeletionPowerCut,
                         ::testing::Values(Unsynced::kLost, Unsynced::kTorn, Unsynced::kReordered,
                                           Unsynced::kKept));

}  // namespace
}  // namespace logpond::storage::testing
