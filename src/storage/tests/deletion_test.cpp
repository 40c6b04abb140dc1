#include "storage/deletion.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "storage/hidden_rows.h"
#include "storage/tests/small_store.h"

namespace logpond::storage::testing {
namespace {

using Lines = std::vector<std::string>;

class DeletionTest : public ::testing::Test {
 protected:
  DeletionState state() { return store_->removals({}).at(0).state; }
  std::size_t part_files() { return store_->stats().parts.size(); }

  std::unique_ptr<platform::SimFileSystem> fs_ = platform::SimFileSystem::create(1);
  SmallStore store_{*fs_};
};

TEST_F(DeletionTest, HidesAtOnceInTheHeadAndIsGoneAfterAMerge) {
  store_.add("shop", {"secret 1", "open", "secret 2"});
  store_.add("gate", {"secret 3"});
  ASSERT_TRUE(store_->remove(delete_of("shop", "secret")).has_value());
  EXPECT_EQ(store_.lines(), (Lines{"open", "secret 3"}));
  EXPECT_EQ(store_.volume_records(), 2U);
  store_.merge();
  EXPECT_EQ(state(), DeletionState::kReceived) << "the head still holds them";
  store_.flush();
  EXPECT_EQ(store_.lines(), (Lines{"open", "secret 3"}));
  EXPECT_EQ(store_.volume_records(), 2U);
  store_.merge();
  EXPECT_EQ(state(), DeletionState::kProcessed);
  EXPECT_EQ(store_->stats().records, 2U);
  EXPECT_EQ(store_.lines(), (Lines{"open", "secret 3"}));
}

TEST_F(DeletionTest, SparesRecordsThatCameLaterAndOtherTenants) {
  store_.add("shop", {"old"});
  store_.add("shop", {"theirs"}, kNow, "other");
  store_.flush();
  ASSERT_TRUE(store_->remove(delete_of("shop")).has_value());
  store_.add("shop", {"new"});
  EXPECT_EQ(store_.lines(), Lines{"new"});
  EXPECT_EQ(store_.lines("other"), Lines{"theirs"});
  store_.flush();
  store_.merge();
  EXPECT_EQ(state(), DeletionState::kProcessed);
  EXPECT_EQ(store_.lines(), Lines{"new"});
  EXPECT_EQ(store_.lines("other"), Lines{"theirs"});
}

TEST_F(DeletionTest, KeepsToItsTimeRange) {
  store_.add("shop", {"a", "b", "c", "d"});
  store_.flush();
  DeleteRequest request = delete_of("shop");
  request.range = {kNow + kSecond, kNow + 3 * kSecond};
  ASSERT_TRUE(store_->remove(request).has_value());
  EXPECT_EQ(store_.lines(), (Lines{"a", "d"}));
  EXPECT_EQ(store_.volume_records(), 2U);
  store_.merge();
  EXPECT_EQ(store_.lines(), (Lines{"a", "d"}));
  EXPECT_EQ(store_->stats().records, 2U);
}

TEST_F(DeletionTest, DropsPartsOfWhichNothingIsLeft) {
  store_.add("shop", {"a", "b"});
  store_.flush();
  ASSERT_TRUE(store_->remove(delete_of("shop")).has_value());
  EXPECT_EQ(store_.volume_records(), 0U);
  store_.merge();
  EXPECT_EQ(part_files(), 0U);
  EXPECT_TRUE(fs_->list("/data/parts/2026-11-21")->empty());
  EXPECT_EQ(state(), DeletionState::kProcessed);
}

TEST_F(DeletionTest, SurvivesARestartInEveryState) {
  store_.add("shop", {"a"});
  ASSERT_TRUE(store_->remove(delete_of("shop")).has_value());
  store_.reopen();
  EXPECT_TRUE(store_.lines().empty());
  EXPECT_EQ(state(), DeletionState::kReceived);
  store_.flush();
  store_.merge();
  store_.reopen();
  EXPECT_EQ(state(), DeletionState::kProcessed);
  EXPECT_EQ(store_->removals({}).at(0).query, "{app=\"shop\"}");
}

TEST_F(DeletionTest, TwoThatOverlapCountARowOnce) {
  store_.add("shop", {"ab", "a", "b", "c"});
  store_.flush();
  ASSERT_TRUE(store_->remove(delete_of("shop", "a")).has_value());
  ASSERT_TRUE(store_->remove(delete_of("shop", "b")).has_value());
  EXPECT_EQ(store_.volume_records(), 1U);
  EXPECT_EQ(store_.lines(), Lines{"c"});
  store_.merge();
  EXPECT_EQ(store_.lines(), Lines{"c"});
  EXPECT_EQ(store_->removals({}).at(1).state, DeletionState::kProcessed);
}

TEST_F(DeletionTest, CancellingShowsTheRowsAgain) {
  store_.add("shop", {"a"});
  const auto info = store_->remove(delete_of("shop"));
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(store_->cancel_removal({"other"}, info->id).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(store_->cancel_removal({}, info->id));
  EXPECT_EQ(store_.lines(), Lines{"a"});
  EXPECT_TRUE(store_->removals({}).empty());
  store_.reopen();
  EXPECT_EQ(store_.lines(), Lines{"a"});
}

TEST_F(DeletionTest, AProcessedOneCannotBeCancelled) {
  const auto info = store_->remove(delete_of("shop"));
  ASSERT_TRUE(info.has_value());
  store_.merge();
  const Status cancelled = store_->cancel_removal({}, info->id);
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, ErrorCode::kConflict);
}

TEST_F(DeletionTest, MergingLeavesHiddenRowsOut) {
  for (int i = 0; i < 4; ++i) {
    store_.add("shop", {"x" + std::to_string(i)});
    store_.add("gate", {"y" + std::to_string(i)});
    store_.flush();
  }
  ASSERT_TRUE(store_->remove(delete_of("shop")).has_value());
  store_.merge();
  EXPECT_EQ(part_files(), 1U);
  EXPECT_EQ(store_->stats().records, 4U);
  EXPECT_EQ(store_.lines(), (Lines{"y0", "y1", "y2", "y3"}));
}

TEST_F(DeletionTest, IdsLostWithThePowerAreNotGivenToRecordsThatItWouldHide) {
  const platform::ManualClock clock(kNow);
  store_.add("shop", {"a"});
  const std::uint64_t next_id = store_->stats().next_record_id.value;
  const auto set = DeletionSet::open(*fs_, "/data", false);
  ASSERT_TRUE(set.has_value());
  ASSERT_TRUE((*set)->add(delete_of("shop"), next_id + 100, kNow).has_value());
  store_.reopen();
  store_.add("shop", {"new"});
  EXPECT_EQ(store_.lines(), Lines{"new"});
}

TEST_F(DeletionTest, ADamagedListIsSetAsideAndTheStoreWorks) {
  store_.add("shop", {"a"});
  ASSERT_TRUE(store_->remove(delete_of("shop")).has_value());
  ASSERT_TRUE(fs_->corrupt("/data/DELETIONS", 20));
  store_.reopen();
  EXPECT_EQ(store_.lines(), Lines{"a"});
  EXPECT_TRUE(fs_->exists("/data/DELETIONS.damaged"));
}

TEST_F(DeletionTest, ReadOnlyEyesSeeNoDeletedRows) {
  store_.add("shop", {"a", "b"});
  ASSERT_TRUE(store_->remove(delete_of("shop", "a")).has_value());
  EmbeddedStoreOptions options;
  options.directory = "/data";
  options.read_only = true;
  options.maintain = false;
  telemetry::MetricsRegistry metrics;
  const auto reader = open_embedded_store(*fs_, store_.clock, metrics, options, {});
  ASSERT_TRUE(reader.has_value()) << reader.error().message;
  CollectingSink sink;
  ASSERT_TRUE((*reader)->scan({}, sink).has_value());
  ASSERT_EQ(sink.records.size(), 1U);
  EXPECT_EQ(sink.records[0].message, "b");
  EXPECT_FALSE((*reader)->remove(delete_of("shop")).has_value());
}

TEST_F(DeletionTest, TheListForgetsOldProcessedOnes) {
  ASSERT_TRUE(store_->remove(delete_of("shop")).has_value());
  store_.merge();
  store_.clock.advance(DeletionSet::kProcessedKept + kDay);
  store_.merge();
  EXPECT_TRUE(store_->removals({}).empty());
}

TEST(DeletionSetTest, RefusesMoreThanEveryScanCanAsk) {
  const auto fs = platform::SimFileSystem::create(1);
  ASSERT_TRUE(fs->create_directories("/data"));
  std::vector<DeletionPtr> many;
  for (std::size_t i = 0; i < DeletionSet::kReceivedMax; ++i)
    many.push_back(std::make_shared<const Deletion>(DeletionInfo{}, delete_of("x"), 1));
  ASSERT_TRUE(platform::write_file_atomically(*fs, "/data/DELETIONS", encode_deletions(many)));
  const auto set = DeletionSet::open(*fs, "/data", false);
  ASSERT_TRUE(set.has_value());
  const auto refused = (*set)->add(delete_of("x"), 1, kNow);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kLimitExceeded);
}

TEST(DamagedGroup, IsLeftOutOfAMergeThatOtherwiseGoesOn) {
  const auto fs = platform::SimFileSystem::create(1);
  SmallStore store(*fs);
  for (const char* line : {"a", "b", "c"}) {
    store.add("shop", {line});
    store.flush();
  }
  const std::string bad = store->stats().parts.at(1).name;
  ASSERT_TRUE(fs->corrupt("/data/parts/" + bad, 12));
  store.merge();
  EXPECT_EQ(store->stats().parts.size(), 1U);
  EXPECT_EQ(store.lines(), (Lines{"a", "c"}));
  EXPECT_TRUE(fs->exists("/data/parts/" + bad + ".damaged"));
  EXPECT_NE(store.metrics.scrape().find("\nlogpond_damaged_parts 1\n"), std::string::npos);
  store.reopen();
  EXPECT_EQ(store.lines(), (Lines{"a", "c"}));
  EXPECT_TRUE(fs->exists("/data/parts/" + bad + ".damaged")) << "a restart keeps it";
}

TEST(DamagedGroup, AMergeOfNothingButDamageLeavesNoPart) {
  const auto fs = platform::SimFileSystem::create(1);
  SmallStore store(*fs);
  for (const char* line : {"a", "b"}) {
    store.add("shop", {line});
    store.flush();
  }
  for (const PartInfo& part : store->stats().parts)
    ASSERT_TRUE(fs->corrupt("/data/parts/" + part.name, 12));
  store.merge();
  EXPECT_TRUE(store->stats().parts.empty());
  store.add("shop", {"c"});
  EXPECT_EQ(store.lines(), Lines{"c"});
}

// ---- Properties

MatchOp any_op() {
  return *rc::gen::element(MatchOp::kEqual, MatchOp::kNotEqual, MatchOp::kRegex,
                           MatchOp::kNotRegex);
}

RC_GTEST_PROP(DeletionProperty, TheFileGivesBackWhatWasWritten, ()) {
  std::vector<DeletionPtr> all;
  const int count = *rc::gen::inRange(0, 4);
  for (int i = 0; i < count; ++i) {
    DeleteRequest request;
    request.tenant.value = *rc::gen::arbitrary<std::string>();
    request.range = {*rc::gen::arbitrary<TimestampNs>(), *rc::gen::arbitrary<TimestampNs>()};
    request.selector =
        Selector({*Matcher::create(*rc::gen::arbitrary<std::string>(), any_op(), "a.*")});
    request.query = *rc::gen::arbitrary<std::string>();
    request.line_filters.push_back(*codec::LineFilter::compile(
        *rc::gen::element(codec::LineFilterOp::kContains, codec::LineFilterOp::kNotMatches),
        {"x", "y.z"}));
    DeletionInfo info;
    info.id = "0000000" + std::to_string(i);
    info.state = DeletionState::kProcessed;
    all.push_back(
        std::make_shared<const Deletion>(info, request, *rc::gen::arbitrary<std::uint64_t>()));
  }
  const std::string bytes = encode_deletions(all);
  const auto read = decode_deletions(bytes);
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->size() == all.size());
  RC_ASSERT(encode_deletions(*read) == bytes);
}

/// Whatever is appended, sealed, merged, deleted: a scan gives what a list of rows gives from which
/// each deletion took its rows when it was accepted.
RC_GTEST_PROP(DeletionProperty, ScansGiveWhatAnObviousTwinGives, ()) {
  struct Row {
    std::string app;
    std::string line;
    TimestampNs time = 0;
  };
  const auto fs = platform::SimFileSystem::create(1);
  SmallStore store(*fs);
  std::vector<Row> twin;
  int number = 0;
  const auto some_app = [] { return *rc::gen::element<std::string>("shop", "gate"); };
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 7));
  for (const int step : steps) {
    if (step < 3) {
      Row row{some_app(), *rc::gen::element<std::string>("a", "b", "ab") + std::to_string(number),
              kNow + number * 8 * kHour};
      store.add(row.app, {row.line}, row.time);
      twin.push_back(row);
      ++number;
    } else if (step == 3) {
      store.flush();
    } else if (step == 4) {
      store.merge();
    } else if (step == 5) {
      DeleteRequest request = delete_of(some_app(), *rc::gen::element<std::string>("", "a", "b"));
      request.range.start = kNow + *rc::gen::inRange(-1, 30) * 8 * kHour;
      RC_ASSERT(store->remove(request).has_value());
      const Deletion deletion({}, request, UINT64_MAX);
      std::erase_if(twin, [&](const Row& row) {
        return deletion.concerns({{}, Labels{{"app", row.app}}}) &&
               deletion.hides(0, row.time, row.line);
      });
    } else {
      store.reopen();
    }
    std::vector<std::string> wanted;
    for (const Row& row : twin) wanted.push_back(row.line);
    RC_ASSERT(store.lines() == wanted);
    RC_ASSERT(store.volume_records() == wanted.size());
  }
}

}  // namespace
}  // namespace logpond::storage::testing
