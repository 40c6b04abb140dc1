// The power goes at every single changing call of a scripted workload, with every idea of what a
// disk may have kept. Afterwards the directory must open, every acknowledged record be there once,
// and every other batch be whole or absent.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "platform/sim/sim_file_system.h"
#include "storage/embedded_store.h"
#include "storage/tests/record_model.h"

namespace logpond::storage::testing {
namespace {

using Unsynced = platform::SimFileSystem::Unsynced;

const TimestampNs kNow = *parse_rfc3339("2026-11-21T12:00:00Z");
constexpr int kBatchRecords = 3;

EmbeddedStoreOptions options() {
  return {.directory = "/data", .wal_segment_bytes = 1024, .maintain = false};
}

std::vector<ModelRecord> batch_of(int number) {
  std::vector<ModelRecord> records;
  for (int i = 0; i < kBatchRecords; ++i) {
    ModelRecord one;
    one.timestamp = kNow + number * kHour;
    one.received = kNow;
    one.labels = Labels{{"app", std::to_string(number % 2)}};
    one.message = "batch " + std::to_string(number) + " record " + std::to_string(i);
    records.push_back(std::move(one));
  }
  return records;
}

/// What the workload was told: numbers of batches acknowledged, and of all that were tried.
struct Told {
  std::set<int> acknowledged;
  int tried = 0;
};

/// Appends, seals, merges and reopens, going on through every failure, as a server would.
void run_workload(platform::FileSystem& fs, Told& told) {
  const platform::ManualClock clock(kNow);
  for (int session = 0; session < 2; ++session) {
    telemetry::MetricsRegistry metrics;
    auto store = open_embedded_store(fs, clock, metrics, options(), {});
    if (!store) continue;
    for (int step = 0; step < 9; ++step) {
      const int number = told.tried++;
      if ((*store)->append_and_wait(make_batch(batch_of(number)))) told.acknowledged.insert(number);
      if (step % 3 == 2) (void)(*store)->flush();
      if (step == 7) (void)(*store)->merge();
    }
  }
}

void expect_nothing_lost(platform::FileSystem& fs, const Told& told, const std::string& where) {
  const platform::ManualClock clock(kNow);
  for (int opening = 0; opening < 2;
       ++opening) {  // recovery itself must leave a directory that opens
    telemetry::MetricsRegistry metrics;
    auto store = open_embedded_store(fs, clock, metrics, options(), {});
    ASSERT_TRUE(store.has_value()) << where << ": " << store.error().message;
    CollectingSink sink;
    ASSERT_TRUE((*store)->scan({}, sink).has_value()) << where;
    std::map<std::string, int> found;
    for (const ModelRecord& one : sink.records) ++found[one.message];
    for (int number = 0; number < told.tried; ++number) {
      int copies = 0;
      for (const ModelRecord& one : batch_of(number)) copies += found[one.message];
      const bool is_whole = copies == kBatchRecords;
      const bool is_absent = copies == 0 && !told.acknowledged.contains(number);
      EXPECT_TRUE(is_whole || is_absent)
          << where << ": batch " << number << " has " << copies << " records"
          << (told.acknowledged.contains(number) ? ", acknowledged" : "");
    }
    EXPECT_TRUE((*store)->append_and_wait(make_batch(batch_of(1000 + opening))).has_value())
        << where;
    EXPECT_TRUE((*store)->flush().has_value()) << where;
  }
}

class PowerCut : public ::testing::TestWithParam<Unsynced> {};

TEST_P(PowerCut, AtEveryOperationLosesNothingAcknowledged) {
  std::uint64_t operations = 0;
  {
    const auto fs = platform::SimFileSystem::create(1);
    Told told;
    run_workload(*fs, told);
    ASSERT_EQ(told.acknowledged.size(), 18U);
    operations = fs->operations();
  }
  ASSERT_GT(operations, 100U);
  for (std::uint64_t at = 1; at <= operations; ++at) {
    const auto fs = platform::SimFileSystem::create(at);
    fs->fail_from_operation(at);
    Told told;
    run_workload(*fs, told);
    fs->cut_power(GetParam());
    expect_nothing_lost(*fs, told, "power cut at operation " + std::to_string(at));
    if (HasFailure()) return;
  }
}

/// A call fails once and the program goes on: still nothing acknowledged may be lost, even when the
/// power goes later.
TEST_P(PowerCut, AfterOneFailedOperationLosesNothingAcknowledged) {
  for (const ErrorCode error : {ErrorCode::kIo, ErrorCode::kNoSpace}) {
    std::uint64_t operations = 1;
    for (std::uint64_t at = 1; at <= operations; ++at) {
      const auto fs = platform::SimFileSystem::create(at);
      fs->fail_operation_once(at, error);
      Told told;
      run_workload(*fs, told);
      operations = std::max(operations, fs->operations());
      fs->cut_power(GetParam());
      expect_nothing_lost(*fs, told, "operation " + std::to_string(at) + " failed once");
      if (HasFailure()) return;
    }
  }
}

/// A sender that repeats a batch until it is acknowledged, through restarts: each batch is stored
/// once, whatever was cut.
TEST_P(PowerCut, AtEveryOperationMarksStoreEachBatchOnce) {
  constexpr int kBatches = 8;
  const auto send_all = [](platform::FileSystem& fs, int& next) {
    const platform::ManualClock clock(kNow);
    telemetry::MetricsRegistry metrics;
    auto store = open_embedded_store(fs, clock, metrics, options(), {});
    if (!store) return;
    while (next < kBatches) {
      RecordBatch batch = make_batch(batch_of(next));
      batch.set_mark("topic/0", static_cast<std::uint64_t>(next) + 1);
      if (!(*store)->append_and_wait(std::move(batch))) return;
      ++next;
      if (next % 3 == 0 && !(*store)->flush()) return;
    }
  };
  std::uint64_t operations = 0;
  {
    const auto fs = platform::SimFileSystem::create(1);
    int next = 0;
    send_all(*fs, next);
    operations = fs->operations();
  }
  for (std::uint64_t at = 1; at <= operations; ++at) {
    const auto fs = platform::SimFileSystem::create(at);
    fs->fail_from_operation(at);
    int next = 0;
    send_all(*fs, next);
    fs->cut_power(GetParam());
    const platform::ManualClock clock(kNow);
    {
      telemetry::MetricsRegistry metrics;
      auto store = open_embedded_store(*fs, clock, metrics, options(), {});
      ASSERT_TRUE(store.has_value()) << at;
      const auto mark = (*store)->mark(TenantId{}, "topic/0");
      ASSERT_TRUE(mark.has_value());
      EXPECT_GE(mark->value_or(0), static_cast<std::uint64_t>(next)) << at;
    }
    next = std::max(0, next - 2);  // a sender may be behind what it was told
    send_all(*fs, next);
    ASSERT_EQ(next, kBatches) << at;
    telemetry::MetricsRegistry metrics;
    auto store = open_embedded_store(*fs, clock, metrics, options(), {});
    ASSERT_TRUE(store.has_value()) << at;
    CollectingSink sink;
    ASSERT_TRUE((*store)->scan({}, sink).has_value()) << at;
    std::map<std::string, int> found;
    for (const ModelRecord& one : sink.records) ++found[one.message];
    for (int number = 0; number < kBatches; ++number) {
      EXPECT_EQ(found.count(batch_of(number).front().message), 1U) << number << " at " << at;
    }
    for (const auto& [message, copies] : found) EXPECT_EQ(copies, 1) << message << " at " << at;
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Disk, PowerCut,
                         ::testing::Values(Unsynced::kLost, Unsynced::kTorn, Unsynced::kReordered,
                                           Unsynced::kKept));

}  // namespace
}  // namespace logpond::storage::testing
