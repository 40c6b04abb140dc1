#include "api/loki/result_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <cmath>
#include <limits>

#include "api/loki/tail_frame_format.h"

namespace logpond::api::loki {
namespace {

using logql::LabelOrigin;
using ::testing::HasSubstr;
using ::testing::StartsWith;

logql::ResultLine line_of(TimestampNs timestamp, std::string text,
                          std::vector<logql::ResultLabel> labels) {
  logql::ResultLine line;
  line.timestamp = timestamp;
  line.line = std::move(text);
  line.labels = std::move(labels);
  return line;
}

std::vector<logql::Series> series_of(Labels labels, std::vector<logql::Point> points) {
  logql::Series series;
  series.labels = std::move(labels);
  series.points = std::move(points);
  return {std::move(series)};
}

logql::QueryResult log_result() {
  logql::LogResult log;
  const logql::ResultLabel stream{"app", "z", LabelOrigin::kStream};
  log.lines.push_back(line_of(30, "c", {stream, {"user", "ann", LabelOrigin::kMetadata}}));
  log.lines.push_back(line_of(
      20, "b\"\n", {{"app", "a", LabelOrigin::kStream}, {"level", "x", LabelOrigin::kParsed}}));
  log.lines.push_back(line_of(10, "a", {stream}));
  logql::QueryResult result;
  result.value = std::move(log);
  return result;
}

std::string encoded(const logql::QueryResult& result, std::string_view flags = "") {
  std::string text = encode_query_result(result, EncodingFlags::parse(flags));
  simdjson::dom::parser parser;
  EXPECT_EQ(parser.parse(text).error(), simdjson::SUCCESS) << text;
  return text;
}

TEST(ResultEncoder, MergesLabelsOfLines) {
  EXPECT_THAT(encoded(log_result()),
              StartsWith(R"({"status":"success","data":{"resultType":"streams","result":[)"
                         R"({"stream":{"app":"a","level":"x"},"values":[["20","b\"\n"]]},)"
                         R"({"stream":{"app":"z","user":"ann"},"values":[["30","c"]]},)"
                         R"({"stream":{"app":"z"},"values":[["10","a"]]}],"stats":{"summary":{)"));
}

TEST(ResultEncoder, CategorizesLabelsWhenAsked) {
  const std::string text = encoded(log_result(), "odd, categorize-labels");
  EXPECT_THAT(
      text,
      HasSubstr(
          R"("result":[{"stream":{"app":"a"},"values":[["20","b\"\n",{"parsed":{"level":"x"}}]]},)"
          R"({"stream":{"app":"z"},"values":[["30","c",{"structuredMetadata":{"user":"ann"}}],)"
          R"(["10","a",{}]]}],"encodingFlags":["odd","categorize-labels"],)"));
}

TEST(ResultEncoder, PrintsMetricResults) {
  logql::QueryResult result;
  const logql::Point whole{1'795'219'260 * kSecond, 3};
  const logql::Point broken{1'795'219'275 * kSecond + kSecond / 2, std::nan("")};
  result.value = logql::MatrixResult{series_of(Labels({{"a", "b"}}), {whole, broken})};
  EXPECT_THAT(encoded(result, "categorize-labels"),
              HasSubstr(R"("resultType":"matrix","result":[{"metric":{"a":"b"},"values":)"
                        R"([[1795219260,"3"],[1795219275.5,"NaN"]]}],"stats")"));
  result.value =
      logql::VectorResult{series_of(Labels(), {logql::Point{60 * kSecond + kMillisecond, 0.25}})};
  EXPECT_THAT(
      encoded(result),
      HasSubstr(R"("resultType":"vector","result":[{"metric":{},"value":[60.001,"0.25"]}])"));
  result.value =
      logql::ScalarResult{{4'000'000'000 * kSecond, std::numeric_limits<double>::infinity()}};
  EXPECT_THAT(encoded(result), HasSubstr(R"("resultType":"scalar","result":[4000000000,"+Inf"])"));
}

TEST(ResultEncoder, GivesAnEmptyListWhenNothingWasFound) {
  logql::QueryResult result;
  result.value = logql::LogResult{};
  EXPECT_THAT(encoded(result), HasSubstr(R"("resultType":"streams","result":[],"stats")"));
  result.value = logql::MatrixResult{};
  EXPECT_THAT(encoded(result), HasSubstr(R"("result":[])"));
}

TEST(ResultEncoder, PrintsTimesBeforeTheEpoch) {
  std::string out;
  append_seconds(out, -kSecond / 2);
  EXPECT_EQ(out, "-0.5");
  out.clear();
  append_seconds(out, -1500 * kMillisecond);
  EXPECT_EQ(out, "-1.5");
}

TEST(ResultEncoder, ShowsWarningsAndRealSummaries) {
  logql::QueryResult result = log_result();
  result.warnings = {"be \"careful\""};
  result.stats.seconds = 0.5;
  result.stats.scan.bytes_scanned = 100;
  result.stats.scan.rows_scanned = 10;
  result.stats.entries_returned = 3;
  const std::string text = encoded(result);
  EXPECT_THAT(text, StartsWith(R"({"status":"success","warnings":["be \"careful\""],"data":)"));
  EXPECT_THAT(text, HasSubstr(R"("bytesProcessedPerSecond":200,"linesProcessedPerSecond":20,)"));
  EXPECT_THAT(text, HasSubstr(R"("execTime":0.5,)"));
  EXPECT_THAT(text, HasSubstr(R"("totalEntriesReturned":3,)"));
}

TEST(ResultEncoder, WritesTailFrames) {
  const auto lines = std::get<logql::LogResult>(log_result().value).lines;
  TailFrameFormat plain({});
  EXPECT_EQ(plain.payload(std::span(lines).first(2), {}),
            R"({"streams":[{"stream":{"app":"z"},"values":[["30","c"]]},)"
            R"({"stream":{"app":"a","level":"x"},"values":[["20","b\"\n"]]}]})");
  TailFrameFormat categorized(EncodingFlags::parse("categorize-labels"));
  tail::Lost lost;
  lost.add(std::make_shared<Stream>(Stream{TenantId{}, Labels({{"app", "q"}})}), 44, 2);
  EXPECT_EQ(categorized.payload(std::span(lines).last(1), lost),
            R"({"streams":[{"stream":{"app":"z"},"values":[["10","a",{}]]}],)"
            R"("dropped_entries":[{"labels":{"app":"q"},"timestamp":"44"}],)"
            R"("encodingFlags":["categorize-labels"]})");
}

}  // namespace
}  // namespace logpond::api::loki
