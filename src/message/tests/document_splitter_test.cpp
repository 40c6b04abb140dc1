#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "message/structure.h"
#include "message/tests/split_support.h"

namespace logpond::message {
namespace {

using ::testing::ElementsAre;
using testing::PaddedText;
using Values = std::optional<std::vector<std::string>>;
using Split = bool (DocumentSplitter::*)(const char*, std::size_t, Document&);

/// The values found, or nothing when refused. Checks the document whole, and that neither what the
/// splitter did before nor the padding matters.
Values split(Split how, std::string_view text) {
  static DocumentSplitter splitter;
  static Document document;
  Values values;
  for (const char padding : testing::paddings_for(text)) {
    const PaddedText padded(text, padding);
    const bool is = (splitter.*how)(padded.data(), padded.size(), document);
    if (padding != testing::kHostilePadding[0]) {
      EXPECT_EQ(is, values.has_value()) << text << " padding " << static_cast<int>(padding);
    }
    if (!is) continue;
    EXPECT_EQ(testing::faults_of(document, padded.data(), padded.size()), "") << text;
    values = testing::values_of(document, padded.data());
  }
  return values;
}

std::vector<std::string> json(std::string_view text) {
  return split(&DocumentSplitter::split_json, text).value_or(std::vector<std::string>{"refused"});
}
std::vector<std::string> logfmt(std::string_view text) {
  return split(&DocumentSplitter::split_logfmt, text).value_or(std::vector<std::string>{"refused"});
}

void expect_refused(Split how, std::initializer_list<std::string_view> texts) {
  for (const std::string_view text : texts) EXPECT_EQ(split(how, text), std::nullopt) << text;
}

TEST(JsonSplitter, TakesValuesOfEachType) {
  EXPECT_THAT(
      json(R"({"a":"x","b":12.5,"c":true,"d":null,"e":false,"f":-0,"g":1e+05})"),
      ElementsAre(".a=\"x\"", ".b=12.5", ".c=true", ".d=null", ".e=false", ".f=-0", ".g=1e+05"));
  EXPECT_THAT(json("{}"), ElementsAre("={}"));
  EXPECT_THAT(json("{\"\":\"\"}"), ElementsAre(".=\"\""));
  EXPECT_THAT(json("{\"a\":1,\"a\":1}"), ElementsAre(".a=1", ".a=1"));
}

TEST(JsonSplitter, MakesNodesOfObjectsAndArrays) {
  EXPECT_THAT(json(R"({"a":{"b":[1,{"c":2},[],{},[3]],"d":4},"e":{}})"),
              ElementsAre(".a.b[]=1", ".a.b[].c=2", ".a.b[]=[]", ".a.b[]={}", ".a.b[][]=3",
                          ".a.d=4", ".e={}"));
}

TEST(JsonSplitter, LeavesKeysAndBlanksInSkeletons) {
  DocumentSplitter splitter;
  Document document;
  const PaddedText text(" {\"a\" : \"x\" ,\r\n\t\"b\": [ 1 , 2 ] }\n", ' ');
  ASSERT_TRUE(splitter.split_json(text.data(), text.size(), document));
  ASSERT_EQ(document.nodes.size(), 2u);
  EXPECT_EQ(document.skeleton(document.nodes[0]), "[ \x11 , \x11 ]");
  EXPECT_EQ(document.skeleton(document.nodes[1]), " {\"a\" : \"\x11\" ,\r\n\t\"b\": \x11 }\n");
  EXPECT_TRUE(document.nodes[0].is_array);
  EXPECT_FALSE(document.nodes[1].is_array);
}

TEST(JsonSplitter, TellsPathsApart) {
  const std::uint64_t a = path_of_member(0, "a");
  EXPECT_NE(a, path_of_member(0, "b"));
  EXPECT_NE(path_of_member(a, "b"), path_of_member(path_of_member(0, "b"), "a"));
  EXPECT_NE(path_of_member(0, "a.b"), path_of_member(a, "b"));
  EXPECT_NE(path_of_member(a, "[]"), path_of_element(a));
  EXPECT_NE(path_of_member(a, ""), a);
  EXPECT_NE(path_of_element(0), 0u);
}

TEST(JsonSplitter, KeepsEscapesAsTheyAre) {
  EXPECT_THAT(json(R"({"a\"\\":"\\\"\/\b\f\n\r\t\u00eF","b":"\\\\"})"),
              ElementsAre(R"(.a\"\\="\\\"\/\b\f\n\r\t\u00eF")", R"(.b="\\\\")"));
  EXPECT_THAT(json("{\"a\":\"{}[]:,\"}"), ElementsAre(".a=\"{}[]:,\""));
}

TEST(JsonSplitter, TakesBytesThatAreNoUtf8) {
  EXPECT_THAT(json("{\"\xFF\":\"\xC3\x7F\"}"), ElementsAre(".\xFF=\"\xC3\x7F\""));
}

TEST(JsonSplitter, RefusesWhatIsNoObject) {
  expect_refused(&DocumentSplitter::split_json,
                 {"", " ", "{", "}", "[]", "[1]", "\"a\"", "1", "null", "a=1", "{}{}", "{},", "{}x",
                  "x{}", "{}\v", "{\"a\":1}}", "{\"a\":1}]", ":{}", "{\"a\":1} \"b\""});
}

TEST(JsonSplitter, RefusesWhatIsLax) {
  expect_refused(&DocumentSplitter::split_json, {"{\"a\":1,}",
                                                 "{,}",
                                                 "{,\"a\":1}",
                                                 "{\"a\"}",
                                                 "{\"a\":}",
                                                 "{\"a\":,}",
                                                 "{a:1}",
                                                 "{'a':1}",
                                                 "{\"a\":1 \"b\":2}",
                                                 "{\"a\":1,,\"b\":2}",
                                                 "{\"a\"::1}",
                                                 "{\"a\":\"b\":1}",
                                                 "{\"a\":[1,]}",
                                                 "{\"a\":[,1]}",
                                                 "{\"a\":[1 2]}",
                                                 "{\"a\":[1}",
                                                 "{\"a\":[1]",
                                                 "{\"a\":{]}",
                                                 "{\"a\":{\"b\":1]}",
                                                 "{\"a\":[\"b\":1]}",
                                                 "{\"a\" \"b\":1}",
                                                 "{\"a\":\"b\" \"c\"}",
                                                 "{\"a\"x:1}",
                                                 "{x\"a\":1}",
                                                 "{\"a\":\"b\"x}",
                                                 "{\"a\":x\"b\"}",
                                                 "{\"a\":1/**/}",
                                                 "{\"\"\"\":1}",
                                                 "{\"a\":\"\"\"\"}",
                                                 "{\"a\"b\"c\":1}",
                                                 "{\"a\":{}x}",
                                                 "{\"a\":x{}}",
                                                 "{\"a\":[]1}",
                                                 "{\"a\":{}\"b\"}",
                                                 "{\"a\":[1]]}"});
}

TEST(JsonSplitter, RefusesNumbersAndLiteralsThatAreNone) {
  for (const char* value :
       {"01",     "-",   "+1",  ".5",  "5.",   "1e",  "1e+",   "0x1",  "1.2.3", "--1",
        "-01",    "1_0", "NaN", "inf", "True", "tru", "truee", "nul",  "nulll", "fals",
        "falsey", "t",   "1a",  "1 1", "\xFF", "00",  "-a",    "1e5.5"}) {
    expect_refused(&DocumentSplitter::split_json,
                   {std::string("{\"a\":") + value + "}", std::string("{\"a\":[") + value + "]}"});
  }
}

TEST(JsonSplitter, RefusesStringsThatAreNone) {
  expect_refused(&DocumentSplitter::split_json,
                 {"{\"a\":\"\n\"}", "{\"a\":\"\x1F\"}", std::string_view("{\"a\":\"\0\"}", 9),
                  R"({"a":"\x"})", R"({"a":"\u12g4"})", R"({"a":"\u123"})", R"({"a":"b)",
                  R"({"a":"b\"})", R"({"a":"b\)", R"({"a":"b"\})", R"({"a":\"b"})", R"({\"a":1})",
                  R"({"a":"b"\"})", R"({"a":"b" \"})", "{\"a\":1\x11}", "{\"a\":\"\x11\"}"});
}

TEST(JsonSplitter, SplitsToTheDepthAllowed) {
  for (const auto& [open, close] : {std::pair{"[", "]"}, std::pair{"{\"a\":", "}"}}) {
    for (const std::size_t levels : {kDepthMax - 1, kDepthMax}) {
      std::string text = "{\"r\":";
      for (std::size_t i = 0; i < levels; ++i) text += open;
      text += "1";
      for (std::size_t i = 0; i < levels; ++i) text += close;
      text += "}";
      EXPECT_EQ(split(&DocumentSplitter::split_json, text).has_value(), levels < kDepthMax);
      EXPECT_EQ(testing::naive_json(text).has_value(), levels < kDepthMax);
    }
  }
}

TEST(JsonSplitter, TakesTheLargestTextsOfManyPieces) {
  for (const std::string_view piece : {"1,", "\"\",", "{},", "[],", "[[\"\"]],", "{\"\":\"\"},"}) {
    std::string text = "{\"a\":[";
    while (text.size() + piece.size() + 3 <= kSplitBytesMax) text += piece;
    text += "1]}";
    EXPECT_EQ(split(&DocumentSplitter::split_json, text), testing::naive_json(text)) << piece;
    text.insert(0, kSplitBytesMax + 1 - text.size(), ' ');
    EXPECT_EQ(split(&DocumentSplitter::split_json, text), std::nullopt);
  }
}

TEST(LogfmtSplitter, TakesBareAndQuotedValues) {
  EXPECT_THAT(logfmt("level=info msg=\"a b=c\" took=17ms"),
              ElementsAre(".level=info", ".msg=\"a b=c\"", ".took=17ms"));
  EXPECT_THAT(logfmt("  a=  b=\"\"   c "), ElementsAre(".a=", ".b=\"\""));
  EXPECT_THAT(logfmt("INFO a=1 b=2 done"), ElementsAre(".a=1", ".b=2"));
  EXPECT_THAT(logfmt(R"(a="\"x\" \\" b=C:\temp)"),
              ElementsAre(R"(.a="\"x\" \\")", R"(.b=C:\temp)"));
  EXPECT_THAT(logfmt("a={} b=[x,y]:"), ElementsAre(".a={}", ".b=[x,y]:"));
}

TEST(LogfmtSplitter, RefusesWhatHasTooFewPairs) {
  expect_refused(&DocumentSplitter::split_logfmt,
                 {"", " ", "a", "a=1", "plain text with x=1 and y=2", "a=1 b c", "a b c=1 d=2 e"});
}

TEST(LogfmtSplitter, RefusesWhatIsLax) {
  expect_refused(&DocumentSplitter::split_logfmt,
                 {"=1 b=2", "a==1 b=2", "a=1=2 b=3", "a=x\"y\" b=2", "a=\"x\"y b=2", "a=\"x b=2",
                  "a=\"x\"=1 b=2", "a\"b\"=1 c=2", "\"a\"=1 b=2", "a=1\tb=2 c=3", "a=1 b=2\n",
                  "a=1 b=\"\n\"", "a=\"x\"\"y\" b=1", "a=1 b=\\\"x c=\"", "a=1 b=\"", "a=1 b=2 \"",
                  R"(a="\x" b=1)", "2026-11-20T00:00:00Z a=1 b=2", "a=1 b=\x11"});
}

TEST(LogfmtSplitter, TakesTheLargestTextsOfManyPieces) {
  for (const std::string_view piece : {"a= ", "a=\"\" ", "a=1 "}) {
    std::string text;
    while (text.size() + piece.size() <= kSplitBytesMax) text += piece;
    EXPECT_EQ(split(&DocumentSplitter::split_logfmt, text), testing::naive_logfmt(text)) << piece;
    text.insert(0, kSplitBytesMax + 1 - text.size(), ' ');
    EXPECT_EQ(split(&DocumentSplitter::split_logfmt, text), std::nullopt);
  }
}

// ---- documents by chance ----

std::string random_of(std::initializer_list<const char*> choices) {
  return *rc::gen::elementOf(std::vector<const char*>(choices));
}

std::string random_blanks() {
  return random_of({"", "", "", "", " ", "\t", "\r\n  ", "          "});
}

std::string random_string() {
  std::string text = "\"";
  const auto parts = *rc::gen::inRange(0, 4);
  for (int i = 0; i < parts; ++i) {
    text += random_of({"a", "key", "{", "],:", "\\\"", "\\\\", "\\u00e9", "\\n", "\xC3\xA9", "=1",
                       " long enough to cross a block of sixty-four bytes more often than not "});
  }
  return text + "\"";
}

std::string random_value(int depth) {
  const auto kind = *rc::gen::inRange(0, depth > 0 ? 10 : 7);
  if (kind < 3) return random_string();
  if (kind < 7) {
    return random_of({"0", "-1", "12.50", "1e9", "true", "false", "null", "1795132800004"});
  }
  const bool is_array = kind < 8;
  std::string text = (is_array ? "[" : "{") + random_blanks();
  const auto count = *rc::gen::inRange(0, 5);
  for (int i = 0; i < count; ++i) {
    if (i > 0) text += random_blanks() + "," + random_blanks();
    if (!is_array) text += random_string() + random_blanks() + ":" + random_blanks();
    text += random_value(depth - 1);
  }
  return text + random_blanks() + (is_array ? "]" : "}");
}

std::string random_json() {
  std::string text = random_blanks() + "{";
  const auto count = *rc::gen::inRange(0, 6);
  for (int i = 0; i < count; ++i) {
    text += (i > 0 ? "," : "") + random_string() + ":" + random_value(3);
  }
  return text + "}" + random_blanks();
}

std::string random_logfmt() {
  std::string text;
  const auto count = *rc::gen::inRange(0, 8);
  for (int i = 0; i < count; ++i) {
    text += random_of({"", "a", "key", "k\xC3\xA9y", "user_id"});
    text += random_of({"=", "=", "=", "", "=="});
    text += *rc::gen::arbitrary<bool>() ? random_string() : random_of({"", "1", "17ms", "x:y"});
    text += random_of({" ", " ", " ", "  ", ""});
  }
  return text;
}

/// The text with a few bytes changed, taken out or put in.
std::string damaged(std::string text) {
  const auto faults = *rc::gen::inRange(1, 3);
  for (int i = 0; i < faults && !text.empty(); ++i) {
    const auto place = *rc::gen::inRange<std::size_t>(0, text.size());
    const char c = *rc::gen::element('"', '\\', '{', '}', '[', ']', ':', ',', ' ', '=', '0', '-',
                                     'e', '.', 'u', '\n', '\0', '\xFF', '\x11');
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        text[place] = c;
        break;
      case 1:
        text.erase(place, 1);
        break;
      case 2:
        text.insert(place, 1, c);
        break;
      default:
        text.resize(place);
    }
  }
  return text;
}

RC_GTEST_PROP(JsonSplitter, SplitsAnyDocumentLikeTheSlowReader, ()) {
  const std::string text = random_json();
  const Values values = testing::naive_json(text);
  RC_ASSERT(values.has_value());
  RC_ASSERT(split(&DocumentSplitter::split_json, text) == values);
}

RC_GTEST_PROP(JsonSplitter, JudgesDamagedDocumentsLikeTheSlowReader, ()) {
  const std::string text = damaged(random_json());
  RC_ASSERT(split(&DocumentSplitter::split_json, text) == testing::naive_json(text));
}

RC_GTEST_PROP(LogfmtSplitter, JudgesAnyLineLikeTheSlowReader, ()) {
  const std::string text = random_logfmt();
  RC_ASSERT(split(&DocumentSplitter::split_logfmt, text) == testing::naive_logfmt(text));
  const std::string other = damaged(text);
  RC_ASSERT(split(&DocumentSplitter::split_logfmt, other) == testing::naive_logfmt(other));
}

RC_GTEST_PROP(DocumentSplitter, JudgesAnyMarksLikeTheSlowReaders, ()) {
  // Nothing but what means something, so that odd neighbours meet.
  const auto size = *rc::gen::inRange<std::size_t>(0, 150);
  const auto letters = rc::gen::element('"', '\\', '{', '}', ':', ',', ' ', '=', 'a', '1', 'u');
  const auto text = *rc::gen::container<std::string>(size, letters);
  RC_ASSERT(split(&DocumentSplitter::split_json, text) == testing::naive_json(text));
  RC_ASSERT(split(&DocumentSplitter::split_logfmt, text) == testing::naive_logfmt(text));
}

TEST(DocumentSplitter, ForgetsTheDocumentBefore) {
  DocumentSplitter splitter;
  Document document;
  for (int i = 0; i < 3; ++i) {
    const PaddedText json_text("{\"a\":[1,2,{\"b\":3}]}", '\0');
    ASSERT_TRUE(splitter.split_json(json_text.data(), json_text.size(), document));
    EXPECT_EQ(document.nodes.size(), 3u);
    const PaddedText logfmt_text("a=1 b=2", '\0');
    ASSERT_TRUE(splitter.split_logfmt(logfmt_text.data(), logfmt_text.size(), document));
    EXPECT_EQ(document.nodes.size(), 1u);
    EXPECT_EQ(document.holes.size(), 2u);
  }
}

}  // namespace
}  // namespace logpond::message
