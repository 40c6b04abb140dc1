#include "storage/tests/store_contract.h"

#include <rapidcheck/gtest.h>

#include <thread>

namespace logpond::storage::testing {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreContract);

namespace {

const TimestampNs kNoon = *parse_rfc3339("2026-11-21T12:00:00Z");

Matcher matcher(std::string name, MatchOp op, std::string value) {
  return *Matcher::create(std::move(name), op, std::move(value));
}
codec::LineFilter line_filter(codec::LineFilterOp op, std::vector<std::string> texts) {
  return *codec::LineFilter::compile(op, std::move(texts));
}
Labels app(std::string name) {
  return Labels{{"app", std::move(name)}, {"env", "prod"}};
}

/// Keeps the first `limit` rows of the order asked for, as a log query does.
class NewestSink : public ScanSink {
 public:
  explicit NewestSink(std::size_t limit) : limit_(limit) {}
  bool accept(const RecordBlock& block) override {
    for (std::size_t row = 0; row < block.size; ++row) times_.push_back(block.timestamps[row]);
    std::sort(times_.begin(), times_.end(), std::greater<>());
    if (times_.size() > limit_) times_.resize(limit_);
    return true;
  }
  TimeRange wanted() const override {
    TimeRange range;
    if (times_.size() == limit_) range.start = times_.back();
    return range;
  }
  const std::vector<TimestampNs>& times() const { return times_; }

 private:
  std::size_t limit_;
  std::vector<TimestampNs> times_;
};

}  // namespace

ModelRecord record(TimestampNs timestamp, Labels labels, std::string message) {
  ModelRecord made;
  made.timestamp = timestamp;
  made.received = kNoon;
  made.labels = std::move(labels);
  made.message = std::move(message);
  return made;
}

ScanRequest everything() {
  return {};
}

void StoreContract::append(std::vector<ModelRecord> records) {
  const auto receipt = store().append_and_wait(make_batch(records));
  ASSERT_TRUE(receipt.has_value()) << receipt.error().message;
  EXPECT_EQ(receipt->records, records.size());
  model_.add(std::move(records), receipt->first_id);
}

void StoreContract::expect_same(const ScanRequest& request) {
  CollectingSink sink;
  const auto stats = store().scan(request, sink);
  ASSERT_TRUE(stats.has_value()) << stats.error().message;
  EXPECT_EQ(sorted_by_id(sink.records), model_.find(request));
  EXPECT_EQ(stats->rows_matched, sink.records.size());
  EXPECT_TRUE(sink.sizes_agree);
}

TEST_P(StoreContract, FindsARecordTheMomentItIsAcknowledged) {
  append({record(kNoon, app("a"), "hello")});
  expect_same(everything());
}

TEST_P(StoreContract, KeepsEveryPartOfARecord) {
  ModelRecord full = record(kNoon - 1, app("a"), std::string("with \0 nul and \xFF bad utf-8", 27));
  full.severity = Severity::kWarn;
  full.severity_text = "WARNING";
  full.received = kNoon + 5;
  full.fields = {{"user", "ann", FieldKind::kString},
                 {"n", "1e3", FieldKind::kNumber},
                 {"empty", "", FieldKind::kString},
                 {"user", "bob", FieldKind::kString},
                 {"tags", "[1,2]", FieldKind::kJson}};
  ModelRecord bare = record(kNoon, Labels(), "");
  bare.received = full.received;  // one batch is received at one instant
  append({full, bare});
  expect_same(everything());
  ASSERT_TRUE(store().flush());
  expect_same(everything());
  reopen();
  expect_same(everything());
}

TEST_P(StoreContract, EmptyBatchSucceedsAndStoresNothing) {
  EXPECT_TRUE(store().append_and_wait(RecordBatch(TenantId{}, 0)).has_value());
  expect_same(everything());
}

TEST_P(StoreContract, TenantsDoNotSeeEachOther) {
  ModelRecord other = record(kNoon, app("a"), "secret");
  other.tenant = TenantId{"other"};
  append({record(kNoon, app("a"), "mine")});
  append({other});
  expect_same(everything());
  ScanRequest theirs;
  theirs.tenant = TenantId{"other"};
  expect_same(theirs);
  const auto mine = store().series(TenantId{}, {}, {});
  ASSERT_TRUE(mine.has_value());
  EXPECT_EQ(mine->size(), 1U);
}

TEST_P(StoreContract, TimeRangeIsHalfOpen) {
  for (int i = 0; i < 10; ++i) append({record(kNoon + i, app("a"), std::to_string(i))});
  ASSERT_TRUE(store().flush());
  for (int i = 10; i < 20; ++i) append({record(kNoon + i, app("a"), std::to_string(i))});
  for (const TimeRange range :
       {TimeRange{kNoon + 3, kNoon + 4}, TimeRange{kNoon + 8, kNoon + 12},
        TimeRange{kNoon + 5, kNoon + 5}, TimeRange{kNoon + 19, kNoon + 900}}) {
    ScanRequest request;
    request.range = range;
    expect_same(request);
  }
}

TEST_P(StoreContract, SelectsStreamsLinesAndFields) {
  std::vector<ModelRecord> records;
  for (int i = 0; i < 300; ++i) {
    ModelRecord one = record(kNoon + i, app(i % 3 == 0 ? "api" : "web"),
                             "request " + std::to_string(i) + " done");
    one.severity = i % 5 == 0 ? Severity::kError : Severity::kInfo;
    if (i % 2 == 0)
      one.fields.push_back({"trace.id", "t" + std::to_string(i % 7), FieldKind::kString});
    records.push_back(std::move(one));
  }
  append(records);
  for (int round = 0; round < 2; ++round) {
    ScanRequest request;
    request.selector =
        Selector({matcher("app", MatchOp::kRegex, "a.*"), matcher("none", MatchOp::kEqual, "")});
    expect_same(request);
    request.line_filters = {line_filter(codec::LineFilterOp::kContains, {"12", "99"}),
                            line_filter(codec::LineFilterOp::kNotMatches, {"9 done$"})};
    expect_same(request);
    request.field_filters = {matcher("trace_id", MatchOp::kNotEqual, "t0")};
    expect_same(request);
    request = {};
    request.field_filters = {matcher("detected_level", MatchOp::kEqual, "error"),
                             matcher("trace_id", MatchOp::kRegex, "t[1-3]"),
                             matcher("app", MatchOp::kEqual, "web")};
    expect_same(request);
    ASSERT_TRUE(store().flush());
  }
}

TEST_P(StoreContract, FieldFiltersSeeTheStreamsLabelFirstThenAFieldWithAValueThenTheLevel) {
  const auto one = [](Labels labels, std::vector<ModelField> fields, Severity severity) {
    ModelRecord made = record(kNoon, std::move(labels), "x");
    made.fields = std::move(fields);
    made.severity = severity;
    return made;
  };
  const Labels bare{{"app", "a"}};
  const Labels full{{"app", "a"}, {"user_id", "stream"}, {"detected_level", "stream"}};
  append({one(bare, {}, Severity::kWarn), one(full, {}, Severity::kWarn),
          one(bare, {{"user.id", "field"}, {"detected_level", "field"}}, Severity::kWarn),
          one(full, {{"user.id", "field"}, {"detected_level", "field"}}, Severity::kWarn),
          one(bare, {{"user.id", ""}, {"detected_level", ""}}, Severity::kWarn),
          one(full, {{"user.id", ""}, {"detected_level", ""}}, Severity::kUnset),
          one(bare, {{"detected_level", ""}}, Severity::kUnset),
          one(bare, {{"größe", "field"}}, Severity::kUnknown)});
  for (int round = 0; round < 2; ++round) {
    for (const char* name : {"user_id", "user.id", "detected_level", "größe", "gr__e"}) {
      for (const char* value : {"stream", "field", "warn", "unknown", ""}) {
        for (const MatchOp op : {MatchOp::kEqual, MatchOp::kNotEqual}) {
          SCOPED_TRACE(std::string(name) + " " + value);
          ScanRequest request;
          request.field_filters = {matcher(name, op, value)};
          expect_same(request);
        }
      }
    }
    ASSERT_TRUE(store().flush());
  }
}

TEST_P(StoreContract, LiteralAcrossTwoLinesIsNoHit) {
  append({record(kNoon, app("a"), "xxab"), record(kNoon, app("a"), "cdxx"),
          record(kNoon, app("a"), "abcd")});
  ASSERT_TRUE(store().flush());
  ScanRequest request;
  request.line_filters = {line_filter(codec::LineFilterOp::kContains, {"abcd"})};
  expect_same(request);
}

TEST_P(StoreContract, BackwardScanEndsWhenTheSinkHasTheNewest) {
  for (int part = 0; part < 6; ++part) {
    for (int i = 0; i < 20; ++i) append({record(kNoon + part * kHour + i, app("a"), "x")});
    ASSERT_TRUE(store().flush());
  }
  NewestSink sink(5);
  ScanRequest request;
  request.order = Order::kBackward;
  request.columns = Columns::kNone;
  const auto stats = store().scan(request, sink);
  ASSERT_TRUE(stats.has_value());
  ASSERT_EQ(sink.times().size(), 5U);
  EXPECT_EQ(sink.times().front(), kNoon + 5 * kHour + 19);
  EXPECT_EQ(sink.times().back(), kNoon + 5 * kHour + 15);
}

TEST_P(StoreContract, SinkCanEndAScan) {
  for (int i = 0; i < 4; ++i) {
    append({record(kNoon + i, app("a"), "x")});
    ASSERT_TRUE(store().flush());
  }
  CollectingSink sink(1);
  ASSERT_TRUE(store().scan(everything(), sink).has_value());
  EXPECT_LT(sink.records.size(), 4U);
}

TEST_P(StoreContract, CancelledScanSaysSo) {
  append({record(kNoon, app("a"), "x")});
  ScanRequest request;
  request.cancel.cancel();
  CollectingSink sink;
  const auto stats = store().scan(request, sink);
  ASSERT_FALSE(stats.has_value());
  EXPECT_EQ(stats.error().code, ErrorCode::kCancelled);
}

TEST_P(StoreContract, ListsSeriesLabelsValuesAndVolume) {
  append({record(kNoon, app("a"), "12345"), record(kNoon, app("b"), "1")});
  ASSERT_TRUE(store().flush());
  append({record(kNoon + kHour, Labels{{"host", "h1"}}, "123"), record(kNoon, app("a"), "123456")});
  const TimeRange first_minute{kNoon, kNoon + kMinute};
  EXPECT_EQ(store().labels(TenantId{}, {}, {}), (std::vector<std::string>{"app", "env", "host"}));
  EXPECT_EQ(store().labels(TenantId{}, first_minute, {}), (std::vector<std::string>{"app", "env"}));
  EXPECT_EQ(store().label_values(TenantId{}, {}, {}, "app"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(store().label_values(TenantId{}, {}, {}, "nope"), std::vector<std::string>());
  const auto volume = store().volume(TenantId{}, first_minute,
                                     Selector({matcher("app", MatchOp::kRegex, ".+")}), {});
  ASSERT_TRUE(volume.has_value());
  ASSERT_EQ(volume->size(), 2U);
  EXPECT_EQ((*volume)[0].records, 2U);
  EXPECT_EQ((*volume)[0].bytes, 11U);
}

TEST_P(StoreContract, EverythingIsThereOnceAfterFlushMergeAndReopen) {
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 30; ++i) {
      append({record(kNoon + i * kHour, app(std::to_string(i % 4)), "line " + std::to_string(i))});
    }
    ASSERT_TRUE(store().flush());
  }
  expect_same(everything());
  ASSERT_TRUE(store().merge());
  expect_same(everything());
  reopen();
  expect_same(everything());
}

TEST_P(StoreContract, IdsGrowAndAreNeverGivenAgain) {
  append({record(kNoon, app("a"), "1")});
  reopen();
  append({record(kNoon, app("a"), "2")});
  ASSERT_TRUE(store().flush());
  reopen();
  append({record(kNoon, app("a"), "3")});
  const auto& all = model_.all();
  EXPECT_LT(all[0].id, all[1].id);
  EXPECT_LT(all[1].id, all[2].id);
}

TEST_P(StoreContract, AppendsFromManyThreadsAllArriveOnceInOrderOfEachThread) {
  constexpr int kThreads = 4;
  constexpr int kBatches = 50;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kBatches; ++i) {
        const auto done = store().append_and_wait(
            make_batch({record(kNoon + i, app(std::to_string(t)), std::to_string(i)),
                        record(kNoon, app("z"), "z")}));
        EXPECT_TRUE(done.has_value());
      }
    });
  }
  std::thread sealing([&] {
    for (int i = 0; i < 5; ++i) {
      EXPECT_TRUE(store().flush());
      EXPECT_TRUE(store().merge());
    }
  });
  for (auto& thread : threads) thread.join();
  sealing.join();
  for (int t = 0; t < kThreads; ++t) {
    ScanRequest request;
    request.selector = Selector({matcher("app", MatchOp::kEqual, std::to_string(t))});
    CollectingSink sink;
    ASSERT_TRUE(store().scan(request, sink).has_value());
    const auto found = sorted_by_id(sink.records);
    ASSERT_EQ(found.size(), static_cast<std::size_t>(kBatches));
    for (int i = 0; i < kBatches; ++i)
      EXPECT_EQ(found[static_cast<std::size_t>(i)].message, std::to_string(i));
  }
}

// ---- Property: whatever is appended is found by every filter that matches it, and by none that
// does not.

namespace {

rc::Gen<std::string> any_text() {
  return rc::gen::weightedOneOf<std::string>(
      {{5, rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab x1")))},
       {1, rc::gen::arbitrary<std::string>()}});
}

rc::Gen<ModelRecord> any_record() {
  return rc::gen::exec([] {
    ModelRecord made;
    made.tenant =
        TenantId{*rc::gen::elementOf(std::vector<std::string>{"default", "default", "other"})};
    made.timestamp =
        kNoon + *rc::gen::inRange<std::int64_t>(-3, 4) * 9 * kHour + *rc::gen::inRange(0, 5);
    made.received = kNoon;
    std::vector<Label> labels;
    for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
      labels.push_back({*rc::gen::elementOf(std::vector<std::string>{"app", "env", "host"}),
                        *rc::gen::elementOf(std::vector<std::string>{"a", "b", "ab", ""})});
    }
    made.labels = Labels(std::move(labels));
    made.severity = *rc::gen::elementOf(std::vector<Severity>{Severity::kUnset, Severity::kUnknown,
                                                              Severity::kInfo, Severity::kError});
    made.severity_text = *rc::gen::elementOf(std::vector<std::string>{"", "INFO", "err"});
    made.message = *any_text();
    for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
      made.fields.push_back(
          {*rc::gen::elementOf(std::vector<std::string>{"app", "x.y", "n", "detected_level"}),
           *any_text(),
           *rc::gen::elementOf(std::vector<FieldKind>{FieldKind::kString, FieldKind::kNumber})});
    }
    // Of fields that share a name the first in the store's own order decides a filter: keep names
    // apart here.
    std::sort(made.fields.begin(), made.fields.end());
    made.fields.erase(std::unique(made.fields.begin(), made.fields.end(),
                                  [](const auto& a, const auto& b) { return a.name == b.name; }),
                      made.fields.end());
    return made;
  });
}

ScanRequest any_request() {
  ScanRequest request;
  request.tenant = TenantId{*rc::gen::elementOf(std::vector<std::string>{"default", "other"})};
  if (*rc::gen::arbitrary<bool>()) {
    request.range.start = kNoon + *rc::gen::inRange<std::int64_t>(-3, 4) * 9 * kHour;
    request.range.end = request.range.start + *rc::gen::inRange<std::int64_t>(0, 5) * 9 * kHour + 2;
  }
  const auto ops = std::vector<MatchOp>{MatchOp::kEqual, MatchOp::kNotEqual, MatchOp::kRegex,
                                        MatchOp::kNotRegex};
  const auto values = std::vector<std::string>{"a", "b", "", "ab", "a|b", ".+", "error", "x1"};
  std::vector<Matcher> matchers;
  for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
    matchers.push_back(matcher(*rc::gen::elementOf(std::vector<std::string>{"app", "env", "host"}),
                               *rc::gen::elementOf(ops), *rc::gen::elementOf(values)));
  }
  request.selector = Selector(std::move(matchers));
  for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
    request.line_filters.push_back(
        line_filter(*rc::gen::elementOf(std::vector<codec::LineFilterOp>{
                        codec::LineFilterOp::kContains, codec::LineFilterOp::kNotContains,
                        codec::LineFilterOp::kMatches, codec::LineFilterOp::kNotMatches}),
                    *rc::gen::elementOf(std::vector<std::vector<std::string>>{
                        {"a"}, {"ab"}, {""}, {"x1", "b a"}, {"a.b"}, {"^a"}, {" $", "1"}})));
  }
  for (int i = *rc::gen::inRange(0, 2); i > 0; --i) {
    request.field_filters.push_back(
        matcher(*rc::gen::elementOf(std::vector<std::string>{"x_y", "n", "app", "detected_level"}),
                *rc::gen::elementOf(ops), *rc::gen::elementOf(values)));
  }
  request.order =
      *rc::gen::elementOf(std::vector<Order>{Order::kAny, Order::kForward, Order::kBackward});
  return request;
}

}  // namespace

TEST_P(StoreContract, AnyRecordsThroughAnyOperationsAnswerAnyRequestAsTheModelDoes) {
  const auto make = GetParam().make;
  const bool holds = rc::check("store equals model", [&] {
    const auto under_test = make();
    RecordModel model;
    const int operations = *rc::gen::inRange(1, 12);
    for (int i = 0; i < operations; ++i) {
      const int what = *rc::gen::inRange(0, 10);
      if (what == 0) {
        RC_ASSERT(under_test->store().flush().has_value());
      } else if (what == 1) {
        RC_ASSERT(under_test->store().merge().has_value());
      } else if (what == 2) {
        under_test->reopen();
      } else {
        auto records =
            *rc::gen::nonEmpty(rc::gen::container<std::vector<ModelRecord>>(any_record()));
        for (ModelRecord& one : records) one.tenant = records.front().tenant;
        const auto receipt = under_test->store().append_and_wait(make_batch(records));
        RC_ASSERT(receipt.has_value());
        model.add(std::move(records), receipt->first_id);
      }
      const ScanRequest request = any_request();
      CollectingSink sink;
      RC_ASSERT(under_test->store().scan(request, sink).has_value());
      RC_ASSERT(sorted_by_id(sink.records) == model.find(request));
    }
  });
  EXPECT_TRUE(holds);
}

}  // namespace logpond::storage::testing
