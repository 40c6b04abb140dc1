#include "logql/engine.h"

#include <gtest/gtest.h>

#include "logql/tests/dataset.h"
#include "logql/tests/memory_store.h"
#include "logql/tests/result_text.h"

namespace logpond::logql {
namespace {

using testing::kDatasetTime;

struct Extra {
  Labels labels;
  DurationNs after = 0;
  std::string message;
  std::vector<std::pair<std::string, std::string>> fields;
  Severity severity = Severity::kUnset;
};

class EngineTest : public ::testing::Test {
 protected:
  EngineTest() { testing::load_dataset(store_); }

  void append(const std::vector<Extra>& records) {
    RecordBatch batch(TenantId{}, kDatasetTime);
    for (const Extra& r : records) {
      for (const auto& [name, value] : r.fields) batch.add_field(name, value);
      const auto stream = batch.intern_stream(r.labels);
      batch.finish_record({.timestamp = kDatasetTime + r.after,
                           .stream = stream,
                           .severity = r.severity,
                           .message = r.message});
    }
    ASSERT_TRUE(store_.append_and_wait(std::move(batch)).has_value());
  }
  RangeQuery range_query(std::string text) {
    RangeQuery query{.text = std::move(text)};
    query.start = kDatasetTime;
    query.end = kDatasetTime + 120 * kSecond;
    query.step = 30 * kSecond;
    query.direction = storage::Order::kForward;
    return query;
  }
  std::string range(std::string text) {
    return testing::text_of(engine_.range(range_query(std::move(text))));
  }
  std::string instant(std::string text) {
    return testing::text_of(
        engine_.instant({.text = std::move(text), .time = kDatasetTime + 60 * kSecond}));
  }
  std::string error_of(const RangeQuery& query) {
    const auto result = engine_.range(query);
    return result ? "accepted" : result.error().message;
  }

  testing::MemoryStore store_;
  platform::ManualClock clock_{kDatasetTime};
  telemetry::MetricsRegistry metrics_;
  Engine engine_{store_, clock_, metrics_, {}};
};

TEST_F(EngineTest, RefusesQueriesBeyondItsLimits) {
  RangeQuery query = range_query(R"({app="shop"})");
  query.limit = 0;
  EXPECT_EQ(error_of(query), "limit must be a positive value");
  query.limit = 9999;
  EXPECT_EQ(
      error_of(query),
      "max entries limit per query exceeded, limit > max_entries_limit_per_query (9999 > 5000)");
  query = range_query(R"({app="shop"})");
  query.end = query.start - 1;
  EXPECT_EQ(error_of(query), "end timestamp must not be before or equal to start time");
  query.end = query.start + 26449 * kHour + 48 * kMinute + 20 * kSecond;
  EXPECT_EQ(error_of(query),
            "the query time range exceeds the limit (query length: 26449h48m20s, limit: 30d1h)");
  query = range_query("vector(1)");
  query.step = 0;
  EXPECT_EQ(
      error_of(query),
      "zero or negative query resolution step widths are not accepted. Try a positive integer");
  query.step = kMillisecond;
  EXPECT_EQ(
      error_of(query),
      "exceeded maximum resolution of 11,000 points per time series. Try increasing the value "
      "of the step parameter");
}

TEST_F(EngineTest, AnswersAnEmptyLogRangeWithNothingAndAnEmptyMetricRangeWithOneStep) {
  RangeQuery query = range_query(R"({app="shop"})");
  query.end = query.start;
  EXPECT_EQ(testing::text_of(engine_.range(query)), "(none)\n");
  query.text = "vector(3)";
  EXPECT_EQ(testing::text_of(engine_.range(query)), "{} 3@+0\n");
}

TEST_F(EngineTest, LimitsTheNumberOfSeries) {
  Engine small(store_, clock_, metrics_, {.series_max = 3});
  const auto result = small.instant(
      {.text = R"(count_over_time({app=~".+"}[1m]))", .time = kDatasetTime + 60 * kSecond});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(result.error().message,
            "maximum number of series (3) reached for a single query; consider reducing query "
            "cardinality by adding more specific stream selectors, reducing the time range, or "
            "aggregating results with functions like sum(), count() or topk()");
}

TEST_F(EngineTest, BoundsTheMemoryOfPartialResults) {
  Engine small(store_, clock_, metrics_, {.cells_max = 3});
  const auto result = small.instant(
      {.text = R"(sum(count_over_time({app=~".+"}[1m])))", .time = kDatasetTime + 60 * kSecond});
  EXPECT_TRUE(result.has_value());
  const auto many = small.instant(
      {.text = R"(count(count_over_time({app=~".+"}[1m])))", .time = kDatasetTime + 60 * kSecond});
  ASSERT_FALSE(many.has_value());
  EXPECT_EQ(many.error().code, ErrorCode::kLimitExceeded);
}

TEST_F(EngineTest, AlignsMetricRangesToTheStepUnlessToldNot) {
  RangeQuery query = range_query(R"(sum(count_over_time({app="shop"}[1h])))");
  query.start = kDatasetTime + 37 * kSecond;
  query.end = kDatasetTime + 81 * kSecond;
  EXPECT_EQ(testing::text_of(engine_.range(query)), "{} 3@+30 3@+60 4@+90\n");
  query.align = false;
  EXPECT_EQ(testing::text_of(engine_.range(query)), "{} 3@+37 3@+67\n");
}

TEST_F(EngineTest, GivesPointTimesInWholeMilliseconds) {
  const auto result = engine_.instant({.text = "vector(1)", .time = kDatasetTime + 1'999'999});
  EXPECT_EQ(std::get<VectorResult>(result->value).series[0].points[0].time,
            kDatasetTime + kMillisecond);
}

TEST_F(EngineTest, AnswersNumbersAtEveryStepOfARange) {
  EXPECT_EQ(range("1 + 1"), "{} 2@+0 2@+30 2@+60 2@+90 2@+120\n");
  EXPECT_EQ(instant("7"), "scalar 7\n");
}

TEST_F(EngineTest, ReturnsNewestLinesFirstAndStopsScanningEarly) {
  std::vector<Extra> many;
  for (int i = 0; i < 400; ++i) {
    many.push_back({Labels({{"app", "many"}}), i * kSecond / 10, "line " + std::to_string(i), {}});
  }
  append(many);
  RangeQuery query = range_query(R"({app="many"})");
  query.direction = storage::Order::kBackward;
  query.limit = 3;
  EXPECT_EQ(testing::text_of(engine_.range(query)),
            "+39.900000000 many `line 399`\n+39.800000000 many `line 398`\n"
            "+39.700000000 many `line 397`\n");
  EXPECT_LE(store_.rows_given(), 12U);
}

TEST_F(EngineTest, OrdersLinesOfOneInstantByArrival) {
  append({{Labels({{"app", "tie"}, {"env", "b"}}), kSecond, "first", {}},
          {Labels({{"app", "tie"}, {"env", "a"}}), kSecond, "second", {}}});
  RangeQuery query = range_query(R"({app="tie"})");
  EXPECT_EQ(testing::text_of(engine_.range(query)), "+1 tie/b `first`\n+1 tie/a `second`\n");
  query.direction = storage::Order::kBackward;
  EXPECT_EQ(testing::text_of(engine_.range(query)), "+1 tie/a `second`\n+1 tie/b `first`\n");
}

TEST_F(EngineTest, KeepsLinesAnIntervalApart) {
  RangeQuery query = range_query(R"({app="shop"})");
  query.interval = 20 * kSecond;
  const auto seconds = [&] {
    std::string out;
    const auto result = engine_.range(query);
    for (const ResultLine& line : std::get<LogResult>(result->value).lines) {
      out += std::to_string((line.timestamp - kDatasetTime) / kSecond) + " ";
    }
    return out;
  };
  EXPECT_EQ(seconds(), "10 30 70 ");
  query.direction = storage::Order::kBackward;
  EXPECT_EQ(seconds(), "70 30 10 ");
  query.limit = 2;
  EXPECT_EQ(seconds(), "70 30 ");
}

TEST_F(EngineTest, KeepsLinesAnIntervalApartOverManyRounds) {
  std::vector<Extra> many;
  for (int i = 0; i < 6000; ++i) {
    many.push_back({Labels({{"app", "many"}}), i * 10 * kMillisecond, "x", {}});
  }
  append(many);
  RangeQuery query = range_query(R"({app="many"})");
  query.interval = 15 * kSecond;
  for (const auto direction : {storage::Order::kForward, storage::Order::kBackward}) {
    query.direction = direction;
    const auto result = engine_.range(query);
    EXPECT_EQ(std::get<LogResult>(result->value).lines.size(), 4U);
  }
}

TEST_F(EngineTest, SaysWhereEachLabelComesFrom) {
  append({{Labels({{"app", "o"}, {"level", "stream"}}),
           kSecond,
           R"({"level":"parsed","trace.id":"parsed","code":1})",
           {{"trace.id", "field"}, {"level", "field"}, {"empty", ""}},
           Severity::kWarn}});
  const auto result = engine_.range(range_query(R"({app="o"} | json)"));
  std::string got;
  for (const ResultLabel& label : std::get<LogResult>(result->value).lines.at(0).labels) {
    got +=
        label.name + "=" + label.value + ":" + std::to_string(static_cast<int>(label.origin)) + " ";
  }
  // The field `level` and the parsed `level` both meet the stream's: the first to come has the
  // name.
  EXPECT_EQ(got,
            "app=o:0 code=1:2 detected_level=warn:1 level=stream:0 level_extracted=parsed:2 "
            "trace_id=field:1 trace_id_extracted=parsed:2 ");
}

TEST_F(EngineTest, TestsTheStreamsLabelBeforeAFieldOfThatName) {
  append({{Labels({{"app", "c"}, {"level", "stream"}}), kSecond, "one", {{"level", "field"}}},
          {Labels({{"app", "c"}}), 2 * kSecond, "two", {{"level", "field"}}}});
  EXPECT_EQ(range(R"({app="c"} | level="stream" | keep app)"), "+1 c `one`\n");
  EXPECT_EQ(range(R"({app="c"} | level="field" | keep app)"), "+2 c `two`\n");
  EXPECT_EQ(store_.last_request().field_filters.size(), 1U);
  EXPECT_EQ(range(R"({app="meta"} | trace="abc" | keep app)"), "+22 meta `login ok`\n");
  EXPECT_EQ(store_.last_request().field_filters.size(), 1U);
  EXPECT_EQ(range(R"(sum by (level) (count_over_time({app="c"} | level="stream" [1m])))"),
            "{level=\"stream\"} 1@+30 1@+60\n");
}

TEST_F(EngineTest, LooksForALabelInTheFirstFieldWithAValue) {
  append({{Labels({{"app", "c"}}), kSecond, "one", {{"a.b", ""}, {"a_b", "x"}, {"a-b", "y"}}},
          {Labels({{"app", "c"}}), 2 * kSecond, "two", {{"detected_level", ""}}, Severity::kWarn},
          {Labels({{"app", "c"}, {"detected_level", "own"}}),
           3 * kSecond,
           "three",
           {},
           Severity::kWarn}});
  EXPECT_EQ(range(R"({app="c"} | a_b="x" | keep app)"), "+1 c `one`\n");
  EXPECT_EQ(range(R"({app="c"} | a_b!="x" | detected_level!="own" | keep app)"), "+2 c `two`\n");
  EXPECT_EQ(range(R"({app="c"} | detected_level="warn" | keep app)"), "+2 c `two`\n");
}

TEST_F(EngineTest, AsksForTheFieldsThatAGroupingLooksAt) {
  append({{Labels({{"app", "c"}, {"user", "stream"}}), kSecond, "one", {{"user", "field"}}},
          {Labels({{"app", "c"}}), 2 * kSecond, "two", {{"user", "field"}, {"other", "x"}}}});
  EXPECT_EQ(instant(R"(sum by (user) (count_over_time({app="c"}[1m])))"),
            "{user=\"field\"} 1\n{user=\"stream\"} 1\n");
  EXPECT_EQ(store_.last_request().field_names, (std::vector<std::string>{"user"}));
  EXPECT_EQ(instant(R"(sum by (user_extracted) (count_over_time({app="c"}[1m])))"),
            "{} 1\n{user_extracted=\"field\"} 1\n");
  EXPECT_EQ(store_.last_request().field_names,
            (std::vector<std::string>{"user", "user_extracted"}));
  EXPECT_EQ(instant(R"(sum by (app) (count_over_time({app="c"} | user="field" [1m])))"),
            "{app=\"c\"} 1\n");
  EXPECT_EQ(store_.last_request().field_names, (std::vector<std::string>{"app"}));
  (void)instant(R"(count_over_time({app="c"}[1m]))");
  EXPECT_EQ(store_.last_request().field_names, std::nullopt);
  (void)range(R"({app="c"} | keep user)");
  EXPECT_EQ(store_.last_request().field_names, std::nullopt);
}

TEST_F(EngineTest, ShowsAllLabelsOfALineWithAnError) {
  append({{Labels({{"app", "c"}}), kSecond, "old", {{"n", "x"}, {"other", "old"}}},
          {Labels({{"app", "c"}}), 3 * kSecond, "new", {{"n", "y"}, {"other", "new"}}},
          {Labels({{"app", "c"}}), 2 * kSecond, "good", {{"n", "3"}}}});
  const std::string error = instant(R"(sum by (app) (count_over_time({app="c"} | n > 1 [1m])))");
  EXPECT_EQ(store_.last_request().field_names, std::nullopt);
  const std::string expected = "400 pipeline error: 'LabelFilterErr' for series: '";
  EXPECT_EQ(error.substr(0, expected.size()), expected);
  EXPECT_NE(error.find("n=\"y\", other=\"new\""), std::string::npos) << error;
}

TEST_F(EngineTest, TestsTheVirtualLevelBehindUnwrap) {
  append({{Labels({{"app", "v"}}), kSecond, "w", {{"n", "2"}}, Severity::kWarn},
          {Labels({{"app", "v"}}), 2 * kSecond, "i", {{"n", "3"}}, Severity::kInfo}});
  EXPECT_EQ(instant(R"(sum(sum_over_time({app="v"} | unwrap n | detected_level="warn" [1m])))"),
            "{} 2\n");
}

TEST_F(EngineTest, GivesParsedLabelsAnotherNameWhereTheLevelHasTheirs) {
  append({{Labels({{"app", "v"}}), kSecond, "detected_level=own", {}, Severity::kWarn}});
  EXPECT_EQ(
      instant("sum by (detected_level_extracted) (count_over_time({app=\"v\"} | logfmt [1m]))"),
      "{detected_level_extracted=\"own\"} 1\n");
}

TEST_F(EngineTest, CountsEmptyLinesAsNoBytesButNotAsNothing) {
  append({{Labels({{"app", "e"}}), kSecond, "", {}}});
  EXPECT_EQ(instant(R"(sum by (app) (bytes_over_time({app="e"}[1m])))"), "{app=\"e\"} 0\n");
  EXPECT_EQ(instant(R"(sum by (app) (bytes_over_time({app="f"}[1m])))"), "(empty vector)\n");
}

TEST_F(EngineTest, CountsMoreSeriesThanATableHolds) {
  RecordBatch batch(TenantId{}, kDatasetTime);
  constexpr int kSeries = 600;
  for (int i = 0; i < 3 * kSeries; ++i) {
    batch.add_field("user", std::to_string(i % kSeries));
    const auto stream = batch.intern_stream(Labels({{"app", "m"}}));
    batch.finish_record({.timestamp = kDatasetTime + (i * 7919 % 3600) * kSecond + 1,
                         .stream = stream,
                         .message = "x"});
  }
  testing::MemoryStore store({.rows_per_block = 512});
  ASSERT_TRUE(store.append_and_wait(std::move(batch)).has_value());
  Engine engine(store, clock_, metrics_, {.series_max = 1000});
  RangeQuery query = range_query(R"(sum by (user) (count_over_time({app="m"}[1s])))");
  query.end = query.start + 3600 * kSecond;
  query.step = kSecond;
  query.align = false;
  const auto result = engine.range(query);
  ASSERT_TRUE(result.has_value()) << result.error().message;
  double lines = 0;
  for (const Series& series : std::get<MatrixResult>(result->value).series) {
    for (const Point& point : series.points) lines += point.value;
  }
  EXPECT_EQ(std::get<MatrixResult>(result->value).series.size(), kSeries);
  EXPECT_EQ(lines, 3 * kSeries);
  Engine small(store, clock_, metrics_, {.cells_max = 900});
  EXPECT_EQ(small.range(query).error().code, ErrorCode::kLimitExceeded);
}

TEST_F(EngineTest, MakesAVirtualLevelOfTheSeverity) {
  append({{Labels({{"app", "v"}}), kSecond, "w", {}, Severity::kWarn},
          {Labels({{"app", "v"}}), 2 * kSecond, "u", {}, Severity::kUnset},
          {Labels({{"app", "v"}}), 3 * kSecond, "f", {{"detected_level", "own"}}, Severity::kInfo},
          {Labels({{"app", "v"}}), 4 * kSecond, "k", {}, Severity::kUnknown}});
  EXPECT_EQ(range(R"({app="v"})"),
            "+1 v {detected_level=\"warn\"} `w`\n+2 v `u`\n+3 v {detected_level=\"own\"} `f`\n"
            "+4 v {detected_level=\"unknown\"} `k`\n");
  EXPECT_EQ(range(R"({app="v"} | detected_level="warn" | drop detected_level)"), "+1 v `w`\n");
  EXPECT_EQ(range(R"({app="v"} | detected_level="" )"), "+2 v `u`\n");
  EXPECT_EQ(instant(R"(sum by (detected_level) (count_over_time({app="v"}[1m])))"),
            "{} 1\n{detected_level=\"own\"} 1\n{detected_level=\"unknown\"} 1\n"
            "{detected_level=\"warn\"} 1\n");
  EXPECT_EQ(
      instant(
          R"(sum by (level, detected_level) (count_over_time({app="v"} |= "w" | drop __error__[1m])))"),
      "{detected_level=\"warn\"} 1\n");
}

TEST_F(EngineTest, CountsErrorsInsteadOfFailingWhenAskedForThem) {
  const std::string lines = R"({app="gate",env="prod"} | json [2m] offset -10s)";
  EXPECT_EQ(instant("sum by (__error__) (count_over_time(" + lines + "))"),
            "{} 3\n{__error__=\"JSONParserErr\"} 1\n");
  EXPECT_EQ(instant("sum by (level) (count_over_time(" + lines + "))"),
            "{level=\"error\"} 1\n{level=\"info\"} 3\n");
  EXPECT_EQ(instant("sum by (code) (count_over_time(" + lines + "))").substr(0, 35),
            "400 pipeline error: 'JSONParserErr'");
}

TEST_F(EngineTest, ShowsEmptyLabelsOfMetricSeries) {
  EXPECT_EQ(instant(R"(count_over_time({app="meta"} | logfmt none | keep app, none [1m]))"),
            "{app=\"meta\",none=\"\"} 2\n");
}

TEST_F(EngineTest, SortsInstantVectorsUnlessTheQueryDoes) {
  const std::string v = R"(sum by (app) (count_over_time({app=~"shop|gate|meta"}[1m])))";
  EXPECT_EQ(instant("sort(" + v + ")"), "{app=\"meta\"} 2\n{app=\"shop\"} 3\n{app=\"gate\"} 6\n");
  EXPECT_EQ(instant("sort(" + v + ") > 2"), "{app=\"shop\"} 3\n{app=\"gate\"} 6\n");
  EXPECT_EQ(instant("topk(2, " + v + ")"), "{app=\"gate\"} 6\n{app=\"shop\"} 3\n");
  EXPECT_EQ(instant("-1 * " + v), "{app=\"gate\"} -6\n{app=\"meta\"} -2\n{app=\"shop\"} -3\n");
}

TEST_F(EngineTest, MatchesVectorsBothWays) {
  const std::string many = R"(count_over_time({app="gate"}[1m]))";
  const std::string one =
      "label_replace(sum by (app) (" + many + "), \"tag\", \"t$1\", \"app\", \"g(.)te\")";
  EXPECT_EQ(
      instant(many + " / on (app) group_left (tag) " + one),
      "{app=\"gate\",env=\"dev\",tag=\"ta\"} 0.5\n{app=\"gate\",env=\"prod\",tag=\"ta\"} 0.5\n");
  EXPECT_EQ(instant(one + " - on (app) group_right " + many),
            "{app=\"gate\",env=\"dev\"} 3\n{app=\"gate\",env=\"prod\"} 3\n");
  EXPECT_EQ(instant(many + " * on (env) " + many), "{env=\"dev\"} 9\n{env=\"prod\"} 9\n");
  EXPECT_EQ(instant(one + " * on (app) " + many),
            "400 found duplicate series on the right hand-side;many-to-many matching not allowed: "
            "matching labels must be unique on one side\n");
  EXPECT_EQ(instant(many + " * on (app) group_right " + many),
            "400 found duplicate series on the left hand-side;many-to-many matching not allowed: "
            "matching labels must be unique on one side\n");
}

TEST_F(EngineTest, StopsWhenItIsCancelledOrTooLate) {
  RangeQuery query = range_query(R"({app="shop"})");
  query.cancel.cancel();
  EXPECT_EQ(engine_.range(query).error().code, ErrorCode::kCancelled);
  query.text = R"(rate({app="shop"}[1m]))";
  EXPECT_EQ(engine_.range(query).error().code, ErrorCode::kCancelled);
  query.cancel = platform::CancelToken(clock_, clock_.monotonic() + 1);
  clock_.advance(kSecond);
  EXPECT_EQ(engine_.range(query).error().code, ErrorCode::kDeadlineExceeded);
}

TEST_F(EngineTest, KeepsTenantsApart) {
  RangeQuery query = range_query(R"({app="shop"})");
  query.tenant = TenantId{"other"};
  EXPECT_EQ(testing::text_of(engine_.range(query)), "(none)\n");
}

TEST_F(EngineTest, SurvivesTheEndsOfTime) {
  RangeQuery query = range_query(R"({app="shop"} | logfmt)");
  query.start = std::numeric_limits<TimestampNs>::min();
  query.end = std::numeric_limits<TimestampNs>::max();
  EXPECT_NE(error_of(query).find("exceeds the limit"), std::string::npos);
  EXPECT_EQ(engine_.instant({.text = "vector(1)", .time = query.end}).error().message,
            "the query time is out of bounds");
  EXPECT_EQ(instant(R"(count_over_time({app="shop"}[292y] offset 200y))"), "(empty vector)\n");
  EXPECT_EQ(instant(R"(sum(count_over_time({app="shop"}[292y])))"), "{} 3\n");
}

TEST_F(EngineTest, TailsWhatALogQueryWouldFind) {
  auto tail = engine_.compile_tail(R"({app="c"} |= "x" | level="stream" | logfmt)").value();
  EXPECT_TRUE(tail->wants_stream(TenantId{}, Labels({{"app", "c"}})));
  EXPECT_FALSE(tail->wants_stream(TenantId{}, Labels({{"app", "d"}})));
  storage::StoredBatch stored{.batch = RecordBatch(TenantId{}, 5), .first_id = RecordId{70}};
  const Labels labels({{"app", "c"}, {"level", "stream"}});
  const auto stream = stored.batch.intern_stream(labels);
  stored.streams.push_back(std::make_shared<const Stream>(Stream{TenantId{}, labels}));
  stored.batch.add_field("trace", "t");
  stored.batch.finish_record({.timestamp = 1, .stream = stream, .message = "a=1 x"});
  stored.batch.finish_record({.timestamp = 2, .stream = stream, .message = "a=2 y"});
  const auto line = tail->process(stored, 0);
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(line->id.value, 70U);
  EXPECT_EQ(line->line, "a=1 x");
  ASSERT_EQ(line->labels.size(), 4U);
  EXPECT_EQ(line->labels[0].name, "a");
  EXPECT_EQ(line->labels[0].origin, LabelOrigin::kParsed);
  EXPECT_EQ(line->labels[3].name, "trace");
  EXPECT_FALSE(tail->process(stored, 1).has_value());
  EXPECT_EQ(engine_.compile_tail("rate({a=\"b\"}[1m])").error().message,
            "only log queries can be tailed, not metric queries");
}

TEST_F(EngineTest, CountsItsQueries) {
  (void)range(R"({app="shop"})");
  (void)range("{");
  const std::string text = metrics_.scrape();
  EXPECT_NE(text.find("logpond_query_seconds_count{kind=\"log\"} 1"), std::string::npos) << text;
  EXPECT_NE(text.find("logpond_query_failures_total 1"), std::string::npos);
}

}  // namespace
}  // namespace logpond::logql
