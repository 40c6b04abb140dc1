#include "parse/json_pairs.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "parse/tests/printed_pairs.h"
#include "parse/tests/random_json.h"
#include "parse/tests/slow_json.h"

namespace logpond::parse {
namespace {

/// `a="1" b="2"`, and `!error` behind when there is one.
std::string parsed(std::string_view line) {
  JsonPairs json;
  const PairsResult result = json.parse(line);
  return printed(json.pairs(), result);
}

// Example 37 of the specification.
TEST(JsonPairs, JoinsNestedNamesAndSkipsArrays) {
  EXPECT_EQ(parsed(R"({"level":"info","req":{"method":"GET","path":"/a"},"code":200,"ms":12,)"
                   R"("tags":["x","y"]})"),
            R"(level="info" req_method="GET" req_path="/a" code="200" ms="12")");
}

// Examples 38 and 161.
TEST(JsonPairs, KeepsWhatCameBeforeASyntaxError) {
  EXPECT_EQ(parsed(R"({"level":"info","req":{)"),
            R"(level="info" !Value looks like object, but can't find closing '}' symbol)");
}

TEST(JsonPairs, KeepsTheSourceTextOfScalarsAndSkipsNulls) {
  EXPECT_EQ(parsed(R"({"a":1.50,"b":-0e3,"c":true,"d":false,"e":null,"f":[1,{"g":2}],"h":""})"),
            R"(a="1.50" b="-0e3" c="true" d="false" h="")");
}

TEST(JsonPairs, IgnoresLeadingBlanksAndWhatFollowsTheObject) {
  EXPECT_EQ(parsed(" \t\n{ \"a\" : \"1\" , \"b\" : 2 } trailing {"), R"(a="1" b="2")");
  EXPECT_EQ(parsed("{}"), "");
  EXPECT_EQ(parsed("{\"a\":1,}"), R"(a="1")");
}

TEST(JsonPairs, OfEqualNamesTheFirstWins) {
  EXPECT_EQ(parsed(R"({"a":1,"a":2})"), R"(a="1")");
  EXPECT_EQ(parsed(R"({"req":{"method":"GET"},"req_method":"PUT"})"), R"(req_method="GET")");
  EXPECT_EQ(parsed(R"({"req_method":"PUT","req":{"method":"GET"}})"), R"(req_method="PUT")");
  EXPECT_EQ(parsed(R"({"a.b":1,"a-b":2})"), R"(a_b="1")");
}

TEST(JsonPairs, SanitisesKeysByCharacter) {
  EXPECT_EQ(parsed(R"({"日本":1,"1st":2," pad ":3,"":4,"  ":5,"k8s.io/x":6})"),
            R"(__="1" _1st="2" pad="3" k8s_io_x="6")");
  EXPECT_EQ(parsed(R"({"a":{"1":1,"":2," ":3},"":{"b":4}})"), R"(a_1="1" a="2" b="4")");
  EXPECT_EQ(parsed(R"({"a\tb":1,"c\u00f6":2})"), R"(a_b="1" c_="2")");
}

TEST(JsonPairs, ReadsEscapesInValues) {
  EXPECT_EQ(parsed(R"({"a":"x\ny\t\"q\" \\ \/ \b\f\r","b":"\u00f6\ud83d\ude00"})"),
            "a=\"x\ny\t\"q\" \\ / \b\f\r\" b=\"ö😀\"");
}

TEST(JsonPairs, ABadEscapeInAValueGivesAnEmptyOneWithoutAnError) {
  EXPECT_EQ(parsed(R"({"a":"\x41","b":"\u12","c":"\ud800","d":"\ud800\u0041","e":1})"),
            R"(a="" b="" c="" d="" e="1")");
}

TEST(JsonPairs, AReplacementMarkBecomesABlank) {
  EXPECT_EQ(parsed("{\"a\":\"x\xEF\xBF\xBDy\",\"b\":\"\\ufffd\",\"c\":\"\\n\xEF\xBF\xBD\"}"),
            "a=\"x y\" b=\" \" c=\"\n \"");
}

TEST(JsonPairs, ErrorsAreInLokisWords) {
  constexpr const char* kObject = "!Value looks like object, but can't find closing '}' symbol";
  constexpr const char* kMalformed = "!Malformed JSON error";
  constexpr const char* kArray = "!Value is array, but can't find closing ']' symbol";
  const struct {
    const char* line;
    std::string expected;
  } kCases[] = {
      {"", kObject},
      {"   ", kObject},
      {"plain text", kObject},
      {"[1,2]", kObject},
      {"\"text\"", kObject},
      {"{", kMalformed},
      {"{x", kObject},
      {"{\"a", kMalformed},
      {"{\"a\"", kMalformed},
      {"{\"a\" 1}", kMalformed},
      {"{\"a\":", kMalformed},
      {"{\"a\":}", "!Unknown value type"},
      {"{\"a\":tru}", "!Unknown value type"},
      {"{\"a\":\"x", "!Value is string, but can't find closing '\"' symbol"},
      {"{\"a\":[1", kArray},
      {"{\"a\":1", "a=\"1\" " + std::string(kArray)},
      {"{\"a\":1,", "a=\"1\" " + std::string(kArray)},
      {"{\"a\":1 \"b\":2}", "a=\"1\" " + std::string(kObject)},
      {"{\"a\":1,b:2}", "a=\"1\" " + std::string(kObject)},
      {"{\"a\\x\":1}", "!Encountered an invalid escape sequence in a string"},
      {"{\"a\":{\"b\":1", kObject},
      {"{\"a\":{\"b\":{\"c\":1}", kObject},
      {"{\"z\":0,\"a\":{\"b\":1,c}}", "z=\"0\" a_b=\"1\" " + std::string(kObject)},
      {"{\"a\":{\"b\":1 \"c\"}", "a_b=\"1\" " + std::string(kObject)},
  };
  for (const auto& c : kCases) EXPECT_EQ(parsed(c.line), c.expected) << c.line;
}

TEST(JsonPairs, ManyPairsStayUniqueAndInOrder) {
  std::string line = "{";
  for (int i = 0; i < 500; ++i) line += "\"k" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  for (int i = 0; i < 500; ++i) line += "\"k" + std::to_string(i) + "\":\"again\",";
  line += "\"last\":1}";
  JsonPairs json;
  ASSERT_TRUE(json.parse(line).ok);
  ASSERT_EQ(json.pairs().size(), 501u);
  for (std::size_t i = 0; i < 500; ++i) {
    EXPECT_EQ(json.pairs()[i].name, "k" + std::to_string(i));
    EXPECT_EQ(json.pairs()[i].value, std::to_string(i));
  }
  ASSERT_TRUE(json.parse("{\"k1\":\"new line\"}").ok);
  ASSERT_EQ(json.pairs().size(), 1u);
  EXPECT_EQ(json.pairs()[0].value, "new line");
}

// Each of these took minutes or gigabytes if depth, name or number of pairs had no limit.
TEST(JsonPairs, HostileLinesAreBounded) {
  JsonPairs json;
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  EXPECT_FALSE(json.parse(deep).ok);
  EXPECT_TRUE(json.parse(deep + "1" + std::string(100'000, '}')).ok);
  EXPECT_TRUE(json.pairs().empty());

  std::string wide = "{\"" + std::string(500'000, 'k') + "\":{";
  for (int i = 0; i < 100'000; ++i) wide += "\"" + std::to_string(i) + "\":1,";
  EXPECT_TRUE(json.parse(wide + "\"z\":1},\"end\":1}").ok);
  EXPECT_EQ(json.pairs().size(), 1u);

  std::string many = "{";
  for (int i = 0; i < 100'000; ++i) many += "\"" + std::to_string(i) + "\":1,";
  EXPECT_TRUE(json.parse(many + "\"z\":1}").ok);
  EXPECT_EQ(json.pairs().size(), kPairsMax);
}

TEST(JsonPairs, ThePrefixEndsWithItsObject) {
  EXPECT_EQ(parsed(R"({"a":{"b":{"c":1},"d":2},"e":3})"), R"(a_b_c="1" a_d="2" e="3")");
}

// A random document, its text, and what the slow twin makes of it.
RC_GTEST_PROP(JsonPairs, AgreesWithASlowReaderOnValidJson, ()) {
  const std::string line = *random_json_object(3);
  const std::optional<std::string> slow = slow_json_pairs(line);
  RC_ASSERT(slow.has_value());
  RC_ASSERT(parsed(line) == *slow);
}

RC_GTEST_PROP(JsonPairs, ACutLineKeepsABeginOfThePairs, ()) {
  const std::string line = *random_json_object(3);
  const auto cut = *rc::gen::inRange<std::size_t>(0, line.size());
  JsonPairs whole;
  JsonPairs part;
  RC_ASSERT(whole.parse(line).ok);
  const PairsResult result = part.parse(std::string_view(line).substr(0, cut));
  RC_ASSERT(!result.ok && !result.error.empty());
  RC_ASSERT(part.pairs().size() <= whole.pairs().size());
  for (std::size_t i = 0; i < part.pairs().size(); ++i) {
    RC_ASSERT(part.pairs()[i].name == whole.pairs()[i].name);
    // The last number may itself be cut.
    if (i + 1 < part.pairs().size()) RC_ASSERT(part.pairs()[i].value == whole.pairs()[i].value);
  }
}

}  // namespace
}  // namespace logpond::parse
