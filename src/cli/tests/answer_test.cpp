#include "cli/client/answer.h"

#include <gtest/gtest.h>

#include "cli/client/server_client.h"

namespace logpond::cli {
namespace {

TEST(Answer, ReadsStreamsWithTheirParts) {
  const auto answer = parse_answer(
      R"({"status":"success","warnings":["slow"],"data":{"resultType":"streams","result":[
    {"stream":{"app":"till"},"values":[["1795219210000000001","drawer open",{"structuredMetadata":{"trace":"abc"},"parsed":{"level":"warn"}}],
                                       ["1795219210000000000","drawer shut",{}]]}],
    "stats":{"summary":{"totalLinesProcessed":12,"totalBytesProcessed":345,"execTime":0.25,"totalEntriesReturned":2}}}})");
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  ASSERT_EQ(answer->entries.size(), 2U);
  EXPECT_EQ(answer->entries[0].timestamp, 1'795'219'210'000'000'001);
  EXPECT_EQ(answer->entries[0].line, "drawer open");
  EXPECT_EQ(answer->entries[0].stream->to_text(), "{app=\"till\"}");
  EXPECT_EQ(answer->entries[0].fields, (std::vector<Label>{{"trace", "abc"}, {"level", "warn"}}));
  EXPECT_EQ(answer->entries[0].level(), "warn");
  EXPECT_EQ(answer->entries[1].level(), "");
  EXPECT_EQ(answer->warnings, std::vector<std::string>{"slow"});
  EXPECT_EQ(answer->stats.lines, 12U);
  EXPECT_DOUBLE_EQ(answer->stats.seconds, 0.25);
}

TEST(Answer, ReadsMetricKinds) {
  const auto matrix = parse_answer(
      R"({"data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[1795219260,"3"],[1795219275.5,"NaN"]]}]}})");
  ASSERT_TRUE(matrix.has_value());
  EXPECT_EQ(matrix->kind, Answer::Kind::kMatrix);
  EXPECT_EQ(matrix->series[0].samples[1].time, 1'795'219'275'500 * kMillisecond);
  EXPECT_EQ(matrix->series[0].samples[1].text, "NaN");
  const auto vector = parse_answer(
      R"({"data":{"resultType":"vector","result":[{"metric":{},"value":[4000000000,"2"]}]}})");
  EXPECT_EQ(vector->series[0].samples[0].value, 2);
  const auto scalar = parse_answer(R"({"data":{"resultType":"scalar","result":[1795219260,"7"]}})");
  EXPECT_EQ(scalar->kind, Answer::Kind::kScalar);
  EXPECT_EQ(scalar->series[0].samples[0].text, "7");
}

TEST(Answer, RefusesWhatIsNone) {
  for (const char* body :
       {"", "<html>", "[]", "{}", R"({"data":{}})", R"({"data":{"resultType":"odd","result":[]}})",
        R"({"data":{"resultType":"streams","result":[{"stream":{}}]}})",
        R"({"data":{"resultType":"streams","result":[1,2]}})"}) {
    EXPECT_FALSE(parse_answer(body).has_value()) << body;
  }
}

TEST(Answer, ReadsLists) {
  EXPECT_EQ(parse_name_list(R"({"status":"success","data":["a","b"]})").value(),
            (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(parse_name_list(R"({"status":"success"})").value().empty());
  EXPECT_EQ(parse_series_list(R"({"data":[{"b":"2","a":"1"}]})").value()[0].to_text(),
            "{a=\"1\", b=\"2\"}");
}

TEST(Answer, ReadsPlans) {
  EXPECT_EQ(parse_plan(R"({"query":"x","plan":["scan","filter"]})").value(),
            (std::vector<std::string>{"scan", "filter"}));
  EXPECT_FALSE(parse_plan("{}").has_value());
}

TEST(Answer, ReadsTailEvents) {
  const auto entry = parse_tail_record(
      R"({"timestamp":"1795219210000000001","labels":{"app":"till"},"fields":{"trace":"abc"},"level":"error","message":"x"})");
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->timestamp, 1'795'219'210'000'000'001);
  EXPECT_EQ(entry->level(), "error");
  EXPECT_EQ(parse_dropped_count(R"({"count":12})"), 12U);
  EXPECT_FALSE(parse_tail_record("{}").has_value());
}

TEST(Answer, OpensErrorBodies) {
  EXPECT_EQ(error_sentence("parse error\n"), "parse error");
  EXPECT_EQ(error_sentence(R"({"error":{"code":"x","message":"no such key","hint":"make one"}})"),
            "no such key (make one)");
  EXPECT_EQ(error_sentence(R"({"message":"too large"})"), "too large");
  EXPECT_EQ(error_sentence(R"({"error":"broken"})"), "broken");
}

TEST(Answer, PutsACaretUnderTheColumn) {
  EXPECT_EQ(with_caret("parse error at line 1, col 5: unexpected x", "{a=x}"),
            "parse error at line 1, col 5: unexpected x\n  {a=x}\n      ^");
  EXPECT_EQ(with_caret("parse error at line 2, col 1: y", "{a=\"b\"}\n|= y"),
            "parse error at line 2, col 1: y\n  |= y\n  ^");
  EXPECT_EQ(with_caret("too many series", "{a=x}"), "too many series");
  EXPECT_EQ(with_caret("line 9, col 1", "{a=x}"), "line 9, col 1");
  EXPECT_EQ(with_caret("line 1, col 99", "{a=x}"), "line 1, col 99");
}

TEST(Answer, EncodesTargets) {
  EXPECT_EQ(make_target("/q", {{"query", "{a=\"b c\"}"}}),
            "/q?query=" + net::encode_url_component("{a=\"b c\"}"));
}

}  // namespace
}  // namespace logpond::cli
