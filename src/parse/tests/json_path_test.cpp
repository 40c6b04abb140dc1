#include "parse/json_path.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "parse/tests/printed_pairs.h"
#include "parse/tests/random_json.h"

namespace logpond::parse {
namespace {

std::string steps(std::string_view path) {
  const auto parsed = parse_json_path(path);
  if (!parsed) return parsed.error().message;
  std::string out;
  for (const JsonPathStep& step : *parsed) {
    if (const auto* name = std::get_if<std::string>(&step)) {
      out += "<" + *name + ">";
    } else {
      out += "#" + std::to_string(std::get<std::size_t>(step));
    }
  }
  return out;
}

std::string extracted(std::vector<Extraction> extractions, std::string_view line) {
  JsonExtractor extractor = JsonExtractor::compile(std::move(extractions)).value();
  const PairsResult result = extractor.parse(line);
  return printed(extractor.pairs(), result);
}

TEST(JsonPath, ReadsFieldsBracketsAndMixtures) {
  EXPECT_EQ(steps("field"), "<field>");
  EXPECT_EQ(steps("a.b.c"), "<a><b><c>");
  EXPECT_EQ(steps("[\"odd key\"]"), "<odd key>");
  EXPECT_EQ(steps("[0]"), "#0");
  EXPECT_EQ(steps("req[\"h\"][0].x"), "<req><h>#0<x>");
  EXPECT_EQ(steps("[\"req\"].path"), "<req><path>");
  EXPECT_EQ(steps(" a . b [ 12 ] "), "<a><b>#12");
  EXPECT_EQ(steps("_a1"), "<_a1>");
}

TEST(JsonPath, RefusesOtherTextByName) {
  EXPECT_EQ(steps(""), "cannot parse expression []: syntax error: unexpected $end");
  EXPECT_EQ(steps("a."), "cannot parse expression [a.]: syntax error: unexpected $end");
  EXPECT_EQ(steps("a[1.5]"), "cannot parse expression [a[1.5]]: cannot use float as array index");
  EXPECT_EQ(steps("a-b"), "cannot parse expression [a-b]: unexpected char -");
  EXPECT_EQ(steps("日"), "cannot parse expression [日]: unexpected char 日");
  for (const char* path : {".a", "a..b", "a b", "a[", "a[]", "a[\"x\"", "a[\"x", "a[x]", "a.[0]",
                           "1", "a[99999999999999999999]", "a]"}) {
    EXPECT_TRUE(steps(path).starts_with("cannot parse expression [")) << path;
  }
  std::string deep = "a";
  for (int i = 0; i < 1000; ++i) deep += ".a";
  EXPECT_FALSE(parse_json_path(deep).has_value());
}

constexpr std::string_view kLine =
    R"({"level":"info","req":{"method":"GET","path":"/a"},"code":200,"ms":12,"tags":["x","y"]})";

// Example 39.
TEST(JsonExtractor, GivesTheListedPathsOnly) {
  EXPECT_EQ(
      extracted(
          {{"m", "req.method"}, {"t0", "tags[0]"}, {"t", "tags"}, {"r", "req"}, {"no", "req.nope"}},
          kLine),
      R"(m="GET" t0="x" t="["x","y"]" r="{"method":"GET","path":"/a"}" no="")");
}

// Example 40.
TEST(JsonExtractor, ReadsQuotedSteps) {
  EXPECT_EQ(extracted({{"first", "[\"req\"].path"}},
                      R"({"level":"error","req":{"method":"POST","path":"/b"}})"),
            R"(first="/b")");
}

TEST(JsonExtractor, ScalarsKeepTheirTextAndNullIsEmpty) {
  EXPECT_EQ(extracted({{"a", "a"}, {"b", "b"}, {"c", "c"}, {"d", "d"}, {"e", "e"}},
                      R"({"a":1.50,"b":true,"c":null,"d":"x\ny\u00f6","e":"\x"})"),
            "a=\"1.50\" b=\"true\" c=\"\" d=\"x\nyö\" e=\"\"");
}

TEST(JsonExtractor, ALineMustBeginAsJson) {
  EXPECT_EQ(extracted({{"a", "a"}}, "plain"), "!");
  EXPECT_EQ(extracted({{"a", "a"}}, " {\"a\":1}"), "!");
  EXPECT_EQ(extracted({{"a", "a"}}, ""), "");
  EXPECT_EQ(extracted({{"a", "a"}}, "\"text\""), "a=\"\"");
  EXPECT_EQ(extracted({{"a", "[1].x"}}, R"([0,{"x":"deep"}])"), "a=\"deep\"");
}

TEST(JsonExtractor, BreakageFurtherOnOnlyEndsTheSearch) {
  EXPECT_EQ(extracted({{"a", "a"}, {"b", "b"}}, R"({"a":"1", "b":)"), R"(a="1" b="")");
  EXPECT_EQ(extracted({{"a", "a"}, {"b", "b.c"}}, R"({"a":"1","b":{"c":2)"), R"(a="1" b="2")");
  EXPECT_EQ(extracted({{"a", "a"}}, "{broken"), "a=\"\"");
}

TEST(JsonExtractor, OfEqualMembersTheFirstWinsAndLabelsMayShareAPath) {
  EXPECT_EQ(extracted({{"a", "k"}, {"b", "k"}}, R"({"k":1,"k":2})"), R"(a="1" b="1")");
  EXPECT_EQ(extracted({{"whole", "o"}, {"part", "o.k"}, {"none", "o.k.z"}}, R"({"o":{"k":"v"}})"),
            R"(whole="{"k":"v"}" part="v" none="")");
}

// What `| json` finds at the top, the same key as a path finds too.
RC_GTEST_PROP(JsonExtractor, FindsEveryTopMember, ()) {
  const auto key = *rc::gen::element<std::string>("a", "b", "level", "req");
  const auto before = *random_json_object(1);
  const auto value = *random_json_value(1);
  const std::string line = "{\"zz\":" + before + ",\"" + key + "\":" + value + "}";
  JsonExtractor extractor = JsonExtractor::compile({{"out", key}}).value();
  RC_ASSERT(extractor.parse(line).ok);
  RC_ASSERT(extractor.pairs().size() == 1u);
  const std::string_view found = extractor.pairs()[0].value;
  if (value == "null") {
    RC_ASSERT(found.empty());
  } else if (value.front() != '"') {
    RC_ASSERT(found == value);
  }
}

}  // namespace
}  // namespace logpond::parse
