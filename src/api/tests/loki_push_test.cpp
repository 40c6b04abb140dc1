#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <rapidcheck/gtest.h>

#include "api/loki/push_json.h"
#include "api/loki/push_protobuf.h"
#include "api/tests/batch_text.h"
#include "api/tests/push_bodies.h"
#include "core/limits.h"

namespace logpond::api::loki {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PushStream;
using ::testing::SizeIs;

constexpr TimestampNs kNow = 1'795'219'200 * kSecond;  // 2026-11-21T00:00:00Z

PushRules plain_rules() {
  PushRules rules;
  rules.discover_service_name = false;
  rules.discover_log_levels = false;
  return rules;
}

struct Outcome {
  Status status;
  PushResult result;
  std::vector<std::string> lines;
  std::string complaint;
};

Outcome finish(Status status, PushAssembler& assembler) {
  Outcome outcome{std::move(status), assembler.finish(), {}, {}};
  testing::check_well_formed(outcome.result.batch);
  outcome.lines = testing::lines_of(outcome.result.batch);
  outcome.complaint = outcome.result.complaints.to_text();
  return outcome;
}

Outcome push_json(const std::string& body, PushRules rules = plain_rules()) {
  PushAssembler assembler(rules, TenantId{}, kNow);
  Status status = decode_push_json(net::Body(body), assembler);
  return finish(std::move(status), assembler);
}

Outcome push_protobuf(const std::string& body, PushRules rules = plain_rules()) {
  PushAssembler assembler(rules, TenantId{}, kNow);
  Status status = decode_push_protobuf(body, assembler);
  return finish(std::move(status), assembler);
}

std::string error_of(const Outcome& outcome) {
  return outcome.status ? std::string() : outcome.status.error().message;
}

constexpr const char* kSample =
    R"({"streams":[{"stream":{"app":"till","env":"prod"},)"
    R"("values":[["1795219199000000000","drawer \"open\" \u00e9"],)"
    R"(["1795219199500000000","drawer shut",{"trace":"abc","user":"ann"}]]}]})";

TEST(LokiPush, TakesTheCurrentForm) {
  const Outcome outcome = push_json(kSample);
  ASSERT_TRUE(outcome.status) << error_of(outcome);
  EXPECT_THAT(
      outcome.lines,
      ElementsAre(
          R"({app="till", env="prod"} 1795219199000000000 () |drawer "open" é|)",
          R"({app="till", env="prod"} 1795219199500000000 () |drawer shut| trace=abc user=ann)"));
  EXPECT_EQ(outcome.result.streams, 1U);
}

TEST(LokiPush, TakesTheOlderForm) {
  const Outcome outcome =
      push_json(R"({"streams":[{"entries":[{"line":"x","ts":"2026-11-20T23:59:59.5Z"}],)"
                R"("labels":"{app=\"till\"}"}]})");
  ASSERT_TRUE(outcome.status) << error_of(outcome);
  EXPECT_THAT(outcome.lines, ElementsAre(R"({app="till"} 1795219199500000000 () |x|)"));
}

TEST(LokiPush, TakesLabelsThatComeBehindTheRecords) {
  const Outcome outcome =
      push_json(R"({"other":[{}],"streams":[{"values":[["1","a\n"],["2","b",{"k":"v"}]],"x":1,)"
                R"("stream":{"app":"late"}},{"stream":{"app":"next"},"values":[["3","c"]]}]})");
  ASSERT_TRUE(outcome.status) << error_of(outcome);
  EXPECT_THAT(outcome.lines,
              ElementsAre("{app=\"late\"} 1 () |a\n|", R"({app="late"} 2 () |b| k=v)",
                          R"({app="next"} 3 () |c|)"));
}

TEST(LokiPush, UsesAVectorKernelOfSimdjson) {
  // Which kernel runs is decided at run time; the scalar one would mean a processor of before 2010,
  // or flags that took the choice away.
  EXPECT_NE(simdjson::get_active_implementation()->name(), "fallback");
}

TEST(LokiPush, RefusesBodiesOfTheWrongForm) {
  const auto body = [](const std::string& values) {
    return R"({"streams":[{"stream":{"a":"b"},"values":)" + values + "}]}";
  };
  const std::pair<std::string, const char*> kTable[] = {
      {"", "couldn't parse push request"},
      {"nonsense", "couldn't parse push request"},
      {"[]", "not an object"},
      {R"({"streams":{}})", "\"streams\" must be an array"},
      {R"({"streams":[1]})", "a stream must be an object"},
      {R"({"streams":[{"stream":[],"values":[]}]})", "\"stream\" must be an object"},
      {R"({"streams":[{"stream":{"a":1},"values":[]}]})", "a label value must be a string"},
      {R"({"streams":n})", "a literal is not valid"},
      {R"({"streams":nulk})", "a literal is not valid"},
      {body("nul"), "a literal is not valid"},
      {body("{}"), "must be an array"},
      {body("[1]"), "a record must be an array"},
      {body(R"([["1"]])"), "needs a time and a line"},
      {body(R"([["x"]])"), "needs a time and a line"},
      {body(R"([[]])"), "needs a time and a line"},
      {body(R"([["1","x",{},1]])"), "more than"},
      {body(R"([[1795219199000000000,"x"]])"), "the time (nanoseconds) must be a string"},
      {body(R"([["1795219199.5","x"]])"), "nanoseconds, not \"1795219199.5\""},
      {body(R"([["99999999999999999999","x"]])"), "nanoseconds"},
      {body(R"([["","x"]])"), "nanoseconds"},
      {body(R"([["1",2]])"), "the line must be a string"},
      {body(R"([["1","x",{"k":1}]])"), "a metadata value must be a string"},
      {body(R"([["1","x","meta"]])"), "structured metadata must be an object"},
      {body(R"([["1","\q"]])"), "bad escape"},
      {body(R"([["1","x"]])") + "x", "couldn't parse push request"},
      {body(R"([["1","x"]])") + " {}", "text after the object"},
      {R"({"streams":[{"labels":"{a=\"b\"}","entries":[{"line":"x"}]}]})", "needs \"ts\""},
      {R"({"streams":[{"labels":"{a=\"b\"}","entries":[{"ts":"noon","line":"x"}]}]})",
       "RFC 3339 time, not \"noon\""},
  };
  for (const auto& [text, expected] : kTable) {
    const Outcome outcome = push_json(text);
    ASSERT_FALSE(outcome.status) << text;
    EXPECT_EQ(outcome.status.error().code, ErrorCode::kInvalidArgument) << text;
    EXPECT_THAT(error_of(outcome), HasSubstr(expected)) << text;
  }
}

TEST(LokiPush, NamesThePlaceOfAMistake) {
  EXPECT_THAT(error_of(push_json(R"({"streams":[{"stream":{"a":"b"},"values":[["1","x"]]},)"
                                 R"({"stream":{"a":"c"},"values":[["1","x"],[2,"y"]]}]})")),
              HasSubstr("in stream 2, value 2"));
}

TEST(LokiPush, RefusesABodyCutAnywhere) {
  const std::string whole = kSample;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(push_json(whole.substr(0, size)).status) << whole.substr(0, size);
  }
}

TEST(LokiPush, CountsStreams) {
  EXPECT_EQ(push_json(R"({"streams":[]})").result.streams, 0U);
  EXPECT_EQ(push_json(R"({})").result.streams, 0U);
  EXPECT_TRUE(push_json(R"({"streams":null})").status);
  EXPECT_EQ(push_json(R"({"streams":null})").result.streams, 0U);
  EXPECT_TRUE(push_json(R"({"streams":[{"stream":{"a":"b"},"values":null}]})").status);
  EXPECT_EQ(push_json(R"({"streams":[{"stream":{"a":"b"},"values":[]}]})").result.streams, 1U);
}

TEST(LokiPush, WantsALabel) {
  const Outcome outcome = push_json(
      R"({"streams":[{"stream":{},"values":[["1","x"]]},{"stream":{"a":"b"},"values":[["1","y"]]}]})");
  EXPECT_EQ(outcome.complaint, "error at least one label pair is required per stream");
  EXPECT_THAT(outcome.lines, SizeIs(1));
  EXPECT_EQ(push_json(R"({"streams":[{"values":[["1","x"]]}]})").complaint,
            "error at least one label pair is required per stream");
}

TEST(LokiPush, SaysWhatIsWrongWithALabelName) {
  const Outcome outcome =
      push_json(R"({"streams":[{"stream":{"bad-name":"v"},"values":[["1","x"]]}]})");
  EXPECT_EQ(outcome.complaint,
            "couldn't parse labels: 1:5: parse error: unexpected character inside braces: '-'");
  EXPECT_THAT(outcome.lines, IsEmpty());
}

TEST(LokiPush, RefusesOldAndNewLinesButKeepsTheOthers) {
  PushRules rules = plain_rules();
  rules.reject_older_than = 7 * kDay;
  const std::string body = testing::json_push(
      {{{{"a", "b"}},
        {{kNow - 8 * kDay, "old", {}}, {kNow, "fresh", {}}, {kNow + 11 * kMinute, "new", {}}}}});
  const Outcome outcome = push_json(body, rules);
  EXPECT_THAT(outcome.lines, ElementsAre(HasSubstr("fresh")));
  EXPECT_EQ(outcome.complaint,
            "1 errors like: entry for stream '{a=\"b\"}' has timestamp too old: "
            "2026-11-13T00:00:00Z, oldest acceptable timestamp is: 2026-11-14T00:00:00Z; "
            "1 errors like: entry for stream '{a=\"b\"}' has timestamp too new: "
            "2026-11-21T00:11:00Z");
}

TEST(LokiPush, TakesLinesOfAnyAgeByDefault) {
  EXPECT_THAT(push_json(testing::json_push({{{{"a", "b"}}, {{-1, "1969", {}}}}})).lines, SizeIs(1));
}

TEST(LokiPush, RefusesLinesBeyondTheLimit) {
  const std::string longest(kMessageBytesMax, 'x');
  EXPECT_THAT(push_json(testing::json_push({{{{"a", "b"}}, {{1, longest, {}}}}})).lines, SizeIs(1));
  const Outcome outcome = push_json(testing::json_push({{{{"a", "b"}}, {{1, longest + "x", {}}}}}));
  EXPECT_EQ(outcome.complaint,
            "max entry size '1048576' bytes exceeded for stream '{a=\"b\"}' while adding an entry "
            "with length '1048577' bytes");
  EXPECT_THAT(outcome.lines, IsEmpty());
}

TEST(LokiPush, RefusesStreamsBeyondTheLabelLimits) {
  const auto complaint = [](std::vector<std::pair<std::string, std::string>> labels) {
    const Outcome outcome =
        push_json(testing::json_push({{std::move(labels), {{1, "x", {}}, {2, "y", {}}}}}));
    EXPECT_EQ(outcome.lines.empty(), !outcome.complaint.empty());
    return outcome.complaint;
  };
  std::vector<std::pair<std::string, std::string>> many;
  for (std::size_t i = 0; i < kLabelsMax; ++i) many.emplace_back("l" + std::to_string(i), "v");
  EXPECT_EQ(complaint(many), "");
  many.emplace_back("more", "v");
  EXPECT_THAT(complaint(many), HasSubstr("has 65 label names; limit 64"));
  for (std::size_t i = 0; i < 10'000; ++i) many.emplace_back("m" + std::to_string(i), "v");
  EXPECT_THAT(complaint(many), HasSubstr("has 10065 label names; limit 64"));
  EXPECT_THAT(complaint({{std::string(1025, 'n'), "v"}}),
              AllOf(HasSubstr("stream '{nnn"), HasSubstr("has label name too long: 'nnn")));
  EXPECT_THAT(complaint({{"n", std::string(2049, 'v')}}),
              HasSubstr("has label value too long: 'vvv"));
  EXPECT_EQ(complaint({{"n", std::string(2048, 'v')}}), "");
}

TEST(LokiPush, RefusesMetadataBeyondTheLimits) {
  std::vector<std::pair<std::string, std::string>> many;
  for (std::size_t i = 0; i < kFieldsMax; ++i) many.emplace_back("f" + std::to_string(i), "v");
  EXPECT_THAT(push_json(testing::json_push({{{{"a", "b"}}, {{1, "x", many}}}})).lines, SizeIs(1));
  many.emplace_back("more", "v");
  EXPECT_THAT(push_json(testing::json_push({{{{"a", "b"}}, {{1, "x", many}}}})).complaint,
              HasSubstr("has too many structured metadata labels: '1001', limit: '1000'"));
  EXPECT_THAT(push_json(testing::json_push(
                            {{{{"a", "b"}}, {{1, "x", {{"k", std::string(1 << 20, 'v')}}}}}}))
                  .complaint,
              HasSubstr("has structured metadata too large: '1048577' bytes, limit: '1048576'"));
}

TEST(LokiPush, MakesMetadataNamesIdentifiers) {
  EXPECT_THAT(push_json(testing::json_push({{{{"a", "b"}},
                                             {{1,
                                               "x",
                                               {{"span.kind", "server"},
                                                {"9x", "nine"},
                                                {"empty", ""},
                                                {"span_kind", "client"}}}}}}))
                  .lines,
              ElementsAre(HasSubstr("|x| span_kind=client key_9x=nine")));
}

TEST(LokiPush, KeepsTheLastOfRepeatedMetadataAlsoInWideRecords) {
  std::vector<std::pair<std::string, std::string>> many;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 40; ++i) many.emplace_back("f" + std::to_string(i), std::to_string(round));
  }
  const Outcome outcome = push_json(testing::json_push({{{{"a", "b"}}, {{1, "x", many}}}}));
  ASSERT_EQ(outcome.result.batch.size(), 1U);
  EXPECT_EQ(outcome.result.batch.fields(0).size(), 40U);
  for (const auto& field : outcome.result.batch.fields(0)) {
    EXPECT_EQ(outcome.result.batch.field(field).value, "1");
  }
}

TEST(LokiPush, DropsRepetitionsInsideOnePush) {
  const std::vector<PushStream> streams{{{{"a", "b"}},
                                         {{5, "x", {}},
                                          {5, "x", {}},
                                          {5, "x", {{"k", "v"}}},
                                          {5, "y", {}},
                                          {7, "x", {}},
                                          {5, "x", {{"k", "v"}}},
                                          {6, "x", {}},
                                          {6, "x", {}}}},
                                        {{{"a", "c"}}, {{5, "x", {}}}},
                                        {{{"a", "b"}}, {{5, "y", {}}, {8, "y", {}}}}};
  const Outcome outcome = push_json(testing::json_push(streams));
  EXPECT_THAT(outcome.lines, SizeIs(7));
  EXPECT_EQ(outcome.result.duplicates, 4U);
}

TEST(LokiPush, FindsTheServiceName) {
  PushRules rules = plain_rules();
  rules.discover_service_name = true;
  const auto stream_of = [&](std::vector<std::pair<std::string, std::string>> labels) {
    const auto lines =
        push_json(testing::json_push({{std::move(labels), {{1, "x", {}}}}}), rules).lines;
    return lines.empty() ? "" : lines[0].substr(0, lines[0].find('}') + 1);
  };
  EXPECT_EQ(stream_of({{"job", "j"}, {"app", "a"}}), R"({app="a", job="j", service_name="a"})");
  EXPECT_EQ(stream_of({{"x", "y"}}), R"({service_name="unknown_service", x="y"})");
  EXPECT_EQ(stream_of({{"service_name", "own"}, {"app", "a"}}), R"({app="a", service_name="own"})");
}

TEST(LokiPush, FindsTheLevelInMetadataThenLabelsThenTheLine) {
  PushRules rules = plain_rules();
  rules.discover_log_levels = true;
  const auto severity_of = [&](const PushStream& stream) {
    const Outcome outcome = push_json(testing::json_push({stream}), rules);
    return std::string(severity_word(outcome.result.batch.severity(0)));
  };
  EXPECT_EQ(severity_of({{{"a", "b"}}, {{1, "level=error", {{"level", "WARN"}}}}}), "warn");
  EXPECT_EQ(severity_of({{{"level", "debug"}}, {{1, "level=error", {{"severity", "fatal"}}}}}),
            "fatal");
  EXPECT_EQ(severity_of({{{"level", "debug"}}, {{1, "level=error", {}}}}), "debug");
  EXPECT_EQ(severity_of({{{"a", "b"}}, {{1, "level=error msg=x", {}}}}), "error");
  EXPECT_EQ(severity_of({{{"a", "b"}}, {{1, "nothing", {}}}}), "unknown");
}

TEST(LokiPush, TakesAGivenDetectedLevelForTheSeverity) {
  for (const bool discover : {true, false}) {
    PushRules rules = plain_rules();
    rules.discover_log_levels = discover;
    const Outcome outcome = push_json(
        testing::json_push({{{{"level", "debug"}},
                             {{1, "an error", {{"detected_level", "WARN"}, {"level", "info"}}}}}}),
        rules);
    EXPECT_THAT(outcome.lines, ElementsAre(HasSubstr(" 1 warn(WARN) |an error| level=info")));
  }
  EXPECT_EQ(push_json(testing::json_push({{{{"level", "error"}}, {{1, "x", {}}}}}))
                .result.batch.severity(0),
            Severity::kUnset);
}

TEST(LokiPush, RepairsInvalidUtf8InBothForms) {
  const std::vector<PushStream> streams{{{{"a", "b"}}, {{1, "x\xff", {{"k", "\xc3"}}}}}};
  std::string json = testing::json_push({{{{"a", "b"}}, {{1, "x?", {{"k", "?"}}}}}});
  json.replace(json.find("x?") + 1, 1, "\xff");
  json.replace(json.find(":\"?") + 2, 1, "\xc3");
  for (const Outcome& outcome : {push_json(json), push_protobuf(testing::protobuf_push(streams))}) {
    EXPECT_THAT(outcome.lines, ElementsAre(HasSubstr("|x\uFFFD| k=\uFFFD")));
    EXPECT_GT(outcome.result.repaired, 0U);
  }
}

TEST(LokiPush, KeepsEscapedNulAndRefusesARawOne) {
  const Outcome outcome =
      push_json(R"({"streams":[{"stream":{"a":"b"},"values":[["1","x\u0000y"]]}]})");
  ASSERT_EQ(outcome.lines.size(), 1U);
  EXPECT_NE(outcome.lines[0].find(std::string("x\0y", 3)), std::string::npos);
  std::string raw = R"({"streams":[{"stream":{"a":"b"},"values":[["1","x?y"]]}]})";
  raw[raw.find('?')] = '\0';
  EXPECT_FALSE(push_json(raw).status);
}

TEST(LokiPush, TakesProtobufWithFieldsInAnyOrder) {
  std::string timestamp;
  testing::put_protobuf_varint(timestamp, 2, 500);
  testing::put_protobuf_varint(timestamp, 1, 7);
  std::string entry;
  testing::put_protobuf_bytes(entry, 4, "parsed: to be ignored");
  testing::put_protobuf_bytes(entry, 2, "line");
  testing::put_protobuf_varint(entry, 99, 1);
  testing::put_protobuf_bytes(entry, 1, timestamp);
  std::string stream;
  testing::put_protobuf_bytes(stream, 2, entry);
  testing::put_protobuf_bytes(stream, 1, R"({app="x"})");
  std::string request;
  testing::put_protobuf_bytes(request, 2, "format: to be ignored");
  testing::put_protobuf_bytes(request, 1, stream);
  EXPECT_THAT(push_protobuf(request).lines, ElementsAre(R"({app="x"} 7000000500 () |line|)"));
}

TEST(LokiPush, RefusesProtobufThatIsNone) {
  EXPECT_FALSE(push_protobuf("\xff\xff\xff").status);
  EXPECT_FALSE(push_protobuf(std::string("\x0a\x7f", 2)).status);  // 127 bytes that are not there
  EXPECT_FALSE(push_protobuf(std::string("\x0b", 1)).status);      // a group
  EXPECT_FALSE(push_protobuf(std::string(1, '\0')).status);        // field 0
  EXPECT_EQ(push_protobuf("").result.streams, 0U);
  std::string timestamp;
  testing::put_protobuf_varint(timestamp, 1, std::uint64_t{1} << 62);
  std::string entry;
  testing::put_protobuf_bytes(entry, 1, timestamp);
  std::string stream;
  testing::put_protobuf_bytes(stream, 1, R"({app="x"})");
  testing::put_protobuf_bytes(stream, 2, entry);
  std::string request;
  testing::put_protobuf_bytes(request, 1, stream);
  EXPECT_THAT(error_of(push_protobuf(request)), HasSubstr("outside of what nanoseconds"));
}

TEST(LokiPush, NeverCrashesOnCutProtobuf) {
  const std::string whole = testing::protobuf_push(
      {{{{"a", "b"}}, {{1, "line one", {{"k", "v"}}}, {2, "line two", {}}}}, {{{"c", "d"}}, {}}});
  std::size_t refused = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    refused += push_protobuf(whole.substr(0, size)).status ? 0 : 1;
  }
  EXPECT_GE(refused, whole.size() - 3);  // a cut between two streams is a whole request
}

rc::Gen<std::string> any_text() {
  return rc::gen::map(
      rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
          "a", "Z", "0", " ", "\"", "\\", "\n", "\t", "é", "😀", "=", "{", "}", "\x01", "level=")),
      [](const std::vector<std::string>& parts) {
        std::string text;
        for (const std::string& part : parts) text += part;
        return text;
      });
}

rc::Gen<std::vector<std::pair<std::string, std::string>>> any_pairs(int least) {
  return rc::gen::exec([least] {
    std::vector<std::pair<std::string, std::string>> pairs;
    const int count = *rc::gen::inRange(least, 4);
    for (int i = 0; i < count; ++i) pairs.emplace_back("n" + std::to_string(i), *any_text() + "x");
    return pairs;
  });
}

rc::Gen<std::vector<PushStream>> any_push() {
  return rc::gen::exec([] {
    std::vector<PushStream> streams(static_cast<std::size_t>(*rc::gen::inRange(0, 4)));
    for (PushStream& stream : streams) {
      stream.labels = *any_pairs(1);
      stream.records.resize(static_cast<std::size_t>(*rc::gen::inRange(0, 5)));
      for (auto& record : stream.records) {
        record.timestamp = *rc::gen::inRange<TimestampNs>(-3, 3) * 700'000'000;
        record.line = *any_text();
        record.metadata = *any_pairs(0);
      }
    }
    return streams;
  });
}

RC_GTEST_PROP(LokiPush, GivesEqualBatchesFromJsonAndProtobuf, ()) {
  const auto streams = *any_push();
  PushRules rules;
  rules.discover_service_name = *rc::gen::arbitrary<bool>();
  rules.discover_log_levels = *rc::gen::arbitrary<bool>();
  const Outcome json = push_json(testing::json_push(streams), rules);
  const Outcome protobuf = push_protobuf(testing::protobuf_push(streams), rules);
  RC_ASSERT(json.status.has_value());
  RC_ASSERT(protobuf.status.has_value());
  RC_ASSERT(json.lines == protobuf.lines);
  RC_ASSERT(json.result.duplicates == protobuf.result.duplicates);
}

RC_GTEST_PROP(LokiPush, KeepsEveryDistinctRecordAsItWas, ()) {
  const auto streams = *any_push();
  const Outcome outcome = push_json(testing::json_push(streams));
  std::vector<std::string> expected;
  for (const PushStream& stream : streams) {
    std::vector<Label> labels;
    for (const auto& [name, value] : stream.labels) labels.push_back({name, value});
    for (const auto& record : stream.records) {
      std::string line = Labels(labels).to_text() + " " + std::to_string(record.timestamp) +
                         " () |" + record.line + "|";
      for (const auto& [name, value] : record.metadata) line += " " + name + "=" + value;
      if (std::find(expected.begin(), expected.end(), line) == expected.end()) {
        expected.push_back(line);
      }
    }
  }
  RC_ASSERT(outcome.lines == expected);
}

}  // namespace
}  // namespace logpond::api::loki
