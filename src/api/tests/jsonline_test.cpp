#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include "api/jsonline/jsonline_decoder.h"
#include "api/jsonline/time_value.h"
#include "api/tests/batch_text.h"

namespace logpond::api::jsonline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr TimestampNs kNow = 1'795'219'200 * kSecond;  // 2026-11-21T00:00:00Z

Arguments arguments_of(const std::string& query) {
  const auto arguments = read_arguments(net::Parameters::parse(query), {});
  EXPECT_TRUE(arguments.has_value());
  return *arguments;
}

DecodeResult decode(const std::string& body, const std::string& query = "",
                    Way way = Way::kPredict) {
  auto result =
      decode_jsonline(net::Body(body), arguments_of(query), Rules{}, TenantId{}, kNow, way);
  EXPECT_TRUE(result.has_value());
  testing::check_well_formed(result->batch);
  return *std::move(result);
}

std::vector<std::string> lines(const std::string& body, const std::string& query = "") {
  const auto fast = testing::lines_of(decode(body, query).batch);
  EXPECT_EQ(fast, testing::lines_of(decode(body, query, Way::kParse).batch));
  return fast;
}

constexpr const char* kUsual =
    "_msg_field=message&_time_field=timestamp&_stream_fields=service,host";

TEST(Jsonline, TakesTheUsualLine) {
  EXPECT_THAT(
      lines(R"({"timestamp":"2026-11-20T00:00:00.123Z","service":"hdfs-0","host":"node-001",)"
            R"("level":"INFO","message":"started","trace_id":"abc"})",
            kUsual),
      ElementsAre(R"({host="node-001", service="hdfs-0"} 1795132800123000000 info(INFO) )"
                  R"(|started| level=INFO trace_id=abc)"));
}

TEST(Jsonline, ComparesLinesLikeEarlierOnesInsteadOfParsingThem) {
  std::string body;
  for (int i = 0; i < 100; ++i) {
    body += R"({"_msg":"m)" + std::to_string(i) + R"(","n":)" + std::to_string(i);
    body += i % 3 == 0 ? ",\"ok\":true}\n" : "}\n";
  }
  const DecodeResult result = decode(body);
  EXPECT_EQ(result.batch.size(), 100U);
  EXPECT_GE(result.predicted, 95U);
}

TEST(Jsonline, PrefersAStringToABareValueOfTheSameName) {
  EXPECT_THAT(lines("{\"a\":1}\n{\"a\":\"x\"}\n{\"a\":2}\n{\"a\":\"y\"}\n{\"a\":null,\"b\":1}\n"),
              ElementsAre(HasSubstr("a=1(n)"), HasSubstr("a=x"), HasSubstr("a=2(n)"),
                          HasSubstr("a=y"), HasSubstr("b=1(n)")));
}

TEST(Jsonline, FlattensObjectsAndKeepsArraysAsText) {
  EXPECT_THAT(
      lines(R"({"_msg":"m","http":{"status":500,"ok":false,"h":{"x":"y"}},"tags":["a", {"b":1}],)"
            R"("none":null,"empty":"","o":{}})"),
      ElementsAre(HasSubstr(
          R"(|m| http.status=500(n) http.ok=false(b) http.h.x=y tags=["a", {"b":1}](j))")));
}

TEST(Jsonline, KeepsTheDigitsOfNumbers) {
  EXPECT_THAT(lines(R"({"a":1.50,"b":-0,"c":1e400,"d":12345678901234567890123})"),
              ElementsAre(HasSubstr("a=1.50(n) b=-0(n) c=1e400(n) d=12345678901234567890123(n)")));
}

TEST(Jsonline, UndoesEscapes) {
  EXPECT_THAT(lines("{\"_msg\":\"a\\n\\\"b\\\\ \\u00e9 \\ud83d\\ude00 \\/\"}"),
              ElementsAre(HasSubstr("|a\n\"b\\ \u00e9 \U0001F600 /|")));
}

TEST(Jsonline, MakesCutOffSurrogatesReplacementCharacters) {
  EXPECT_THAT(lines(R"({"_msg":"x\ud83d"})"), ElementsAre(HasSubstr("|x\uFFFD|")));
  EXPECT_THAT(lines(R"({"_msg":"\ude00x\ud83d\u0041"})"), ElementsAre(HasSubstr("|\uFFFDx\uFFFD"
                                                                                "A|")));
}

TEST(Jsonline, KeepsEscapedNul) {
  const auto got = lines(R"({"_msg":"a\u0000b"})");
  ASSERT_EQ(got.size(), 1U);
  EXPECT_NE(got[0].find(std::string("|a\0b|", 5)), std::string::npos);
}

TEST(Jsonline, SkipsBadLinesAndKeepsTheOthers) {
  const std::string raw_nul("{\"_msg\":\"fi\0ve\"}\n", 17);
  const DecodeResult result = decode(
      "{\"_msg\":\"one\"}\nnot json\n{\"_msg\":\"two\"\n\n  \n[1]\n{\"_msg\":\"three\"}\r\n"
      "{\"_msg\":\"four\"} x\n" +
      raw_nul);
  EXPECT_THAT(testing::lines_of(result.batch), ElementsAre(HasSubstr("one"), HasSubstr("three")));
  EXPECT_EQ(result.lines, 7U);
  EXPECT_EQ(result.skipped, 5U);
  EXPECT_THAT(result.first_error, HasSubstr("line 2: not a JSON object"));
}

TEST(Jsonline, RefusesWhatIsNotJson) {
  for (const char* line : {R"({"a":01})",
                           R"({"a":1,})",
                           R"({"a" 1})",
                           R"({"a":tru})",
                           R"({"a":1 2})",
                           R"({"a":[1 2]})",
                           R"({"a":[1,})",
                           R"({"a":+1})",
                           R"({"a":.5})",
                           R"({"a":1.})",
                           R"({"a":1e})",
                           R"({a:1})",
                           R"({"a":'b'})",
                           R"({"a":"b})",
                           R"({"a":"\q"})",
                           R"({"a":"\u12g4"})",
                           R"({"a":[}]})",
                           R"({,"a":1})",
                           R"({"a":1}{"b":2})",
                           "{\"a\":\"\t\"}",
                           R"({"a":nullx})",
                           R"({"a":})",
                           "{",
                           R"({"a")",
                           R"({"a":)",
                           R"("a")",
                           "1",
                           "null",
                           R"({"a":{"b":1})",
                           "{}"}) {
    const DecodeResult result = decode(line);
    EXPECT_EQ(result.skipped, 1U) << line;
    EXPECT_FALSE(result.first_error.empty()) << line;
    EXPECT_EQ(decode(line, "", Way::kParse).skipped, 1U) << line;
  }
}

TEST(Jsonline, SurvivesBeingCutAnywhere) {
  const std::string good = R"({"_msg":"first","n":[1,{"x":"\u00e9\""}],"b":true,"o":{"z":-1.5e3}})";
  for (std::size_t size = 0; size < good.size(); ++size) {
    const DecodeResult result = decode(good + "\n" + good.substr(0, size));
    EXPECT_EQ(result.batch.size(), 1U) << size;
    EXPECT_EQ(result.skipped, size == 0 ? 0U : 1U) << size;
  }
}

TEST(Jsonline, ReadsTimesInEveryUsualForm) {
  const auto time_of = [](const std::string& value) {
    return decode("{\"_time\":" + value + ",\"_msg\":\"m\"}").batch.timestamp(0);
  };
  EXPECT_EQ(time_of(R"("2026-11-21T00:00:00Z")"), kNow);
  EXPECT_EQ(time_of(R"("2026-11-21T00:00:00.123456789Z")"), kNow + 123'456'789);
  EXPECT_EQ(time_of(R"("2026-11-20T02:00:00+02:00")"), kNow - kDay);
  EXPECT_EQ(time_of(R"("2026-11-20 00:00:00.5")"), kNow - kDay + kSecond / 2);
  EXPECT_EQ(time_of("1795219200"), kNow);
  EXPECT_EQ(time_of("1795219200.25"), kNow + kSecond / 4);
  EXPECT_EQ(time_of("\"1795219200123\""), kNow + 123 * kMillisecond);
  EXPECT_EQ(time_of("1795219200123456"), kNow + 123'456 * kMicrosecond);
  EXPECT_EQ(time_of("1795219200123456789"), kNow + 123'456'789);
  EXPECT_EQ(time_of("\"0\""), kNow);
  EXPECT_EQ(time_of("\"-\""), kNow);
  EXPECT_EQ(time_of("null"), kNow);
  EXPECT_EQ(time_of("-1"), -kSecond);
}

TEST(Jsonline, KeepsATimeItCannotReadAsAField) {
  EXPECT_THAT(lines(R"({"_time":"yesterday","_msg":"m"})"),
              ElementsAre(R"({} 1795219200000000000 unknown() |m| _time=yesterday)"));
}

TEST(Jsonline, TakesTheFirstMessageAndTimeThatAreThere) {
  EXPECT_THAT(lines(R"({"log":"late","msg":"","message":"best","t2":"1795219000"})",
                    "_msg_field=msg,message,log&_time_field=t1,t2"),
              ElementsAre(R"({} 1795219000000000000 unknown() |best| log=late)"));
}

TEST(Jsonline, FindsTheLevelInFieldsThenInTheMessage) {
  EXPECT_THAT(lines("{\"_msg\":\"m\",\"severity\":\"Warning\"}\n{\"_msg\":\"an error came\"}\n"
                    "{\"_msg\":\"m\"}\n{\"_msg\":\"error\",\"level\":\"debug\"}\n"),
              ElementsAre(HasSubstr(" warn(Warning) "), HasSubstr(" error(error) "),
                          HasSubstr(" unknown() "), HasSubstr(" debug(debug) ")));
}

TEST(Jsonline, LeavesLevelsAloneWhenToldTo) {
  Rules rules;
  rules.discover_log_levels = false;
  const auto result = decode_jsonline(net::Body(R"({"_msg":"m","level":"warn"})"), Arguments{},
                                      rules, TenantId{}, kNow);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->batch.severity(0), Severity::kUnset);
}

TEST(Jsonline, HonoursTheOtherArguments) {
  EXPECT_THAT(
      lines("{\"_msg\":\"\\u001b[31mred\\u001b[0m!\",\"drop\":1,\"dropped.x\":2,"
            "\"env\":\"mine\",\"k8s.pod\":\"p\"}",
            "ignore_fields=drop,dropped.*&extra_fields=env=prod,zone=a&"
            "decolorize_fields=_msg&_stream_fields=k8s.pod,env"),
      ElementsAre(R"({env="prod", k8s_pod="p"} 1795219200000000000 unknown() |red!| zone=a)"));
}

TEST(Jsonline, ReadsArgumentsFromHeadersWhenTheQueryHasNone) {
  net::Headers headers;
  headers.add("VL-Msg-Field", "text");
  headers.add("VL-Stream-Fields", "a, b");
  const auto arguments = read_arguments(net::Parameters::parse("_msg_field=m"), headers);
  ASSERT_TRUE(arguments.has_value());
  EXPECT_THAT(arguments->message_fields, ElementsAre("m"));
  EXPECT_THAT(arguments->stream_fields, ElementsAre("a", "b"));
  EXPECT_FALSE(read_arguments(net::Parameters::parse("extra_fields=x"), {}).has_value());
}

TEST(Jsonline, GivesRecordsWithoutStreamFieldsTheEmptyStream) {
  EXPECT_THAT(lines(R"({"_msg":"m"})", "_stream_fields=a"), ElementsAre(HasSubstr("{} ")));
}

TEST(Jsonline, RefusesTimesTooFarAhead) {
  const DecodeResult result =
      decode("{\"_time\":\"2026-11-21T00:11:00Z\",\"_msg\":\"m\"}\n{\"_msg\":\"n\"}");
  EXPECT_EQ(result.batch.size(), 1U);
  EXPECT_THAT(result.refused, ElementsAre(std::pair(std::string_view("too_far_in_future"), 1U)));
}

TEST(Jsonline, RepairsInvalidUtf8) {
  const DecodeResult result = decode(
      "{\"_msg\":\"a\xff"
      "b\"}");
  EXPECT_EQ(result.repaired, 1U);
  EXPECT_THAT(testing::lines_of(result.batch), ElementsAre(HasSubstr("|a\uFFFD"
                                                                     "b|")));
}

TEST(Jsonline, RefusesNestingBeyondTheLimit) {
  EXPECT_EQ(decode("{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}").skipped,
            1U);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_EQ(decode(objects + "1" + std::string(100'000, '}')).skipped, 1U);
}

TEST(Jsonline, DropsFieldsBeyondTheLimits) {
  std::string line = "{\"_msg\":\"m\"";
  for (int i = 0; i < 1200; ++i) line += ",\"f" + std::to_string(i) + "\":1";
  line += ",\"" + std::string(200, 'n') + "\":1}";
  const DecodeResult result = decode(line);
  ASSERT_EQ(result.batch.size(), 1U);
  EXPECT_EQ(result.batch.fields(0).size(), kFieldsMax);
  EXPECT_EQ(result.dropped_fields, 201U);
}

TEST(Jsonline, RefusesAMessageBeyondTheLimit) {
  const std::string at_limit(kMessageBytesMax, 'x');
  EXPECT_EQ(decode("{\"_msg\":\"" + at_limit + "\"}").batch.size(), 1U);
  EXPECT_EQ(decode("{\"_msg\":\"" + at_limit + "x\"}").skipped, 1U);
}

TEST(Jsonline, RefusesAStreamValueBeyondTheLimit) {
  const DecodeResult result =
      decode("{\"_msg\":\"m\",\"app\":\"" + std::string(kLabelValueBytesMax + 1, 'x') + "\"}",
             "_stream_fields=app");
  EXPECT_THAT(result.refused, ElementsAre(std::pair(std::string_view("label_value_too_long"), 1U)));
}

TEST(Jsonline, KeepsTheFirstOfRepeatedNames) {
  EXPECT_THAT(lines(R"({"a":"1","a":"2","_msg":"m","_msg":"n"})"),
              ElementsAre(HasSubstr("|m| a=1")));
}

TEST(Jsonline, TellsManyStreamsApart) {
  std::string body;
  for (int i = 0; i < 3000; ++i) {
    body += R"({"_msg":"m","a":")" + std::to_string(i % 1000) + R"(","b":")" +
            std::to_string(i % 7) + "\"}\n";
  }
  const DecodeResult result = decode(body, "_stream_fields=a,b");
  EXPECT_EQ(result.batch.size(), 3000U);
  EXPECT_EQ(result.batch.streams().size(), 3000U);  // 1000 and 7 have no common factor
  // Values that only differ in where one ends and the other begins are different streams.
  EXPECT_EQ(decode("{\"a\":\"x\",\"b\":\"yz\"}\n{\"a\":\"xy\",\"b\":\"z\"}\n", "_stream_fields=a,b")
                .batch.streams()
                .size(),
            2U);
}

TEST(Jsonline, TakesAnEmptyBody) {
  const DecodeResult result = decode("");
  EXPECT_EQ(result.lines, 0U);
  EXPECT_THAT(testing::lines_of(result.batch), IsEmpty());
}

/// Times near what the quick way takes: one byte of a good one may be any other.
rc::Gen<std::string> any_time() {
  return rc::gen::exec([] {
    std::string time = *rc::gen::element<std::string>("2026-11-20T09:59:59", "2026-02-29T00:00:00",
                                                      "1969-12-31T23:59:59", "2026-11-20T24:00:00",
                                                      "2262-04-11T23:47:16");
    const auto digits = *rc::gen::inRange<std::size_t>(0, 12);
    if (digits > 0) time += "." + std::string("98765432101").substr(0, digits - 1);
    time += *rc::gen::element<std::string>("Z", "Z", "z", "+01:00", "");
    if (*rc::gen::arbitrary<bool>()) {
      time[*rc::gen::inRange<std::size_t>(0, time.size())] = *rc::gen::arbitrary<char>();
    }
    return time;
  });
}

RC_GTEST_PROP(Jsonline, ReadsEveryTimeAsTheSlowWayDoes, ()) {
  TimeReader reader;
  for (const std::string& time : *rc::gen::container<std::vector<std::string>>(any_time())) {
    RC_ASSERT(reader.read(time) == TimeReader::read_plainly(time));
  }
}

TEST(Jsonline, RemembersStreamsAndLevelsWithoutMixingThemUp) {
  // Values of every size around those that are compared by their ends alone, and alike there.
  std::string body;
  for (std::size_t size = 0; size < 40; ++size) {
    for (const char middle : {'x', 'y'}) {
      const std::string value = std::string(size / 2, 'a') + middle + std::string(size / 2, 'a');
      body += R"({"_msg":"m","level":")" + value + R"(","a":")" + value + R"(","b":")";
      body += std::string(size % 3, 'b') + "\"}\n";
    }
  }
  const std::string query = "_stream_fields=b,a";
  EXPECT_EQ(testing::text_of(decode(body + body, query, Way::kPredict).batch),
            testing::text_of(decode(body + body, query, Way::kParse).batch));
  // Two fields that become one label, and an extra one.
  for (const std::string other :
       {"_stream_fields=a.b,a_b", "_stream_fields=a,x&extra_fields=x=1"}) {
    const std::string lines_of_both = R"({"a.b":"1","a_b":"2","a":"3"})"
                                      "\n"
                                      R"({"a.b":"1"})"
                                      "\n";
    EXPECT_EQ(testing::text_of(decode(lines_of_both, other, Way::kPredict).batch),
              testing::text_of(decode(lines_of_both, other, Way::kParse).batch));
  }
}

/// A piece of almost-JSON: valid lines of few shapes, now and then damaged.
rc::Gen<std::string> any_line() {
  static const std::vector<std::string> kNames{"_msg", "_time", "level", "a", "b.c", "x y", "app"};
  static const std::vector<std::string> kValues{"\"plain\"",
                                                "\"with \\\"quotes\\\" and \\n\"",
                                                "12",
                                                "-0.5e3",
                                                "true",
                                                "null",
                                                "\"\"",
                                                "[1,\"]\",{\"}\":2}]",
                                                "{\"in\":{\"x\":1},\"y\":\"z\"}",
                                                "\"2026-11-20T10:00:00.5Z\"",
                                                "\"warn\"",
                                                "\"\u00fc\\u00fc\"",
                                                "01",
                                                "\"cut",
                                                "\"\\ud800\"",
                                                "1795132800"};
  return rc::gen::exec([] {
    std::string line = *rc::gen::element<std::string>("{", "{ ", " {");
    const int members = *rc::gen::inRange(0, 5);
    for (int i = 0; i < members; ++i) {
      if (i > 0) line += *rc::gen::element<std::string>(",", ",", ", ", " ,");
      line += "\"" + *rc::gen::elementOf(kNames) + "\"";
      line += *rc::gen::element<std::string>(":", ":", ": ");
      line += *rc::gen::elementOf(kValues);
    }
    line += *rc::gen::element<std::string>("}", "}", "}", "} ", " }", "", "}}");
    return line + *rc::gen::element<std::string>("\n", "\n", "\r\n", "\n\n");
  });
}

RC_GTEST_PROP(Jsonline, PredictsExactlyWhatParsingGives, ()) {
  const auto body_lines = *rc::gen::container<std::vector<std::string>>(any_line());
  std::string body;
  for (const std::string& line : body_lines) body += line;
  const DecodeResult fast = decode(body + body, "_stream_fields=app,a", Way::kPredict);
  const DecodeResult slow = decode(body + body, "_stream_fields=app,a", Way::kParse);
  RC_ASSERT(testing::text_of(fast.batch) == testing::text_of(slow.batch));
  RC_ASSERT(fast.lines == slow.lines);
  RC_ASSERT(fast.skipped == slow.skipped);
  RC_ASSERT(fast.first_error == slow.first_error);
}

}  // namespace
}  // namespace logpond::api::jsonline
