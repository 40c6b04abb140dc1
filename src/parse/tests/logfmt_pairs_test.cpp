#include "parse/logfmt_pairs.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "codec/json_text.h"
#include "parse/tests/printed_pairs.h"

namespace logpond::parse {
namespace {

constexpr LogfmtOptions kPlain{};
constexpr LogfmtOptions kStrict{.strict = true};
constexpr LogfmtOptions kKeepEmpty{.keep_empty = true};

std::string parsed(std::string_view line, LogfmtOptions options = kPlain) {
  LogfmtPairs logfmt(options);
  const PairsResult result = logfmt.parse(line);
  return printed(logfmt.pairs(), result);
}

std::string extracted(std::vector<Extraction> extractions, std::string_view line,
                      LogfmtOptions options = kPlain) {
  LogfmtExtractor extractor = LogfmtExtractor::compile(std::move(extractions), options).value();
  const PairsResult result = extractor.parse(line);
  return printed(extractor.pairs(), result);
}

constexpr std::string_view kLine =
    "level=error msg=\"card refused\" id=102 dur=1.5s size=512B ip=10.0.1.9";

// Examples 33 and 36.
TEST(LogfmtPairs, ReadsPairs) {
  constexpr const char* kPairs =
      R"(level="error" msg="card refused" id="102" dur="1.5s" size="512B" ip="10.0.1.9")";
  EXPECT_EQ(parsed(kLine), kPairs);
  EXPECT_EQ(parsed(kLine, kStrict), kPairs);
}

TEST(LogfmtPairs, AnyByteUpToBlankSeparates) {
  EXPECT_EQ(parsed(std::string_view("a=1\tb=2\x01\x02"
                                    "c=3\n d=4\0e=5",
                                    21)),
            R"(a="1" b="2" c="3" d="4" e="5")");
  EXPECT_EQ(parsed("   "), "");
  EXPECT_EQ(parsed("", kStrict), "");
}

TEST(LogfmtPairs, EmptyValuesAreDroppedUnlessKept) {
  EXPECT_EQ(parsed("a b= c=\"\" d=1"), R"(d="1")");
  EXPECT_EQ(parsed("a b= c=\"\" d=1", kKeepEmpty), R"(a="" b="" c="" d="1")");
  EXPECT_EQ(parsed("a= a=1"), R"(a="1")");
  EXPECT_EQ(parsed("a= a=1", kKeepEmpty), R"(a="")");
}

TEST(LogfmtPairs, OfEqualNamesTheFirstWins) {
  EXPECT_EQ(parsed("a=1 a=2 a.b=3 a-b=4"), R"(a="1" a_b="3")");
}

TEST(LogfmtPairs, ABadPairIsSkippedOrEndsTheLine) {
  EXPECT_EQ(parsed("a=1 b=x=y c=3"), R"(a="1" c="3")");
  EXPECT_EQ(parsed("a=1 b=x=y c=3", kStrict),
            "a=\"1\" !logfmt syntax error at pos 8 : unexpected '='");
  EXPECT_EQ(parsed("a=1 =2 c=3"), R"(a="1" c="3")");
  EXPECT_EQ(parsed("a=1 =2 c=3", kStrict),
            "a=\"1\" !logfmt syntax error at pos 5 : unexpected '='");
  EXPECT_EQ(parsed("a=1 b\"x c=3"), R"(a="1" c="3")");
  EXPECT_EQ(parsed("a=1 b\"x c=3", kStrict),
            "a=\"1\" !logfmt syntax error at pos 6 : unexpected '\"'");
  EXPECT_EQ(parsed("a=1 b=x\"y c=3"), R"(a="1" c="3")");
  EXPECT_EQ(parsed("a\xEF\xBF\xBD=1 c=3"), R"(c="3")");
  EXPECT_EQ(parsed("a\xEF\xBF\xBD=1 c=3", kStrict), "!logfmt syntax error at pos 5 : invalid key");
}

TEST(LogfmtPairs, AQuotedValueEndsAtItsQuote) {
  EXPECT_EQ(parsed("a=\"b\"c=d"), R"(a="b" c="d")");
  EXPECT_EQ(parsed("a=\"b\"c=d", kStrict), R"(a="b" c="d")");
  EXPECT_EQ(parsed("x=1 a=\"open b=2"), R"(x="1")");
  EXPECT_EQ(parsed("x=1 a=\"open", kStrict),
            "x=\"1\" !logfmt syntax error at pos 12 : unterminated quoted value");
}

TEST(LogfmtPairs, QuotedValuesTakeEscapes) {
  EXPECT_EQ(parsed(R"(a="x\ny \"q\" \\ \/ \' \u00f6\ud83d\ude00" b=1)"),
            "a=\"x\ny \"q\" \\ / ' ö😀\" b=\"1\"");
  EXPECT_EQ(parsed(R"(a="\ud800." b=1)"), R"(a=" ." b="1")");
  EXPECT_EQ(parsed(R"(a="\q" b=1)"), R"(b="1")");
  EXPECT_EQ(parsed(R"(a="\q" b=1)", kStrict),
            "!logfmt syntax error at pos 7 : invalid quoted value");
  EXPECT_EQ(parsed("a=x\xEF\xBF\xBDy"), R"(a="x y")");
}

TEST(LogfmtPairs, SanitisesKeys) {
  EXPECT_EQ(parsed("日本=1 1st=2 k8s.io/x=3 a-b=4"), R"(__="1" _1st="2" k8s_io_x="3" a_b="4")");
}

TEST(LogfmtPairs, AFormerLinesTextIsForgotten) {
  LogfmtPairs logfmt(kPlain);
  logfmt.parse("a=\"one\\ttwo\" b=x\xEF\xBF\xBD=");
  const PairsResult result = logfmt.parse("c=3");
  EXPECT_EQ(printed(logfmt.pairs(), result), R"(c="3")");
}

// Examples 34 and 35.
TEST(LogfmtExtractor, GivesOnlyTheListedKeys) {
  EXPECT_EQ(extracted({{"id", "id"}, {"cost", "dur"}}, kLine), R"(id="102" cost="1.5s")");
  EXPECT_EQ(extracted({{"nothere", "nothere"}}, kLine), R"(nothere="")");
  EXPECT_EQ(extracted({{"a", "a"}}, ""), R"(a="")");
}

TEST(LogfmtExtractor, OfEqualKeysTheLastWins) {
  EXPECT_EQ(extracted({{"a", "a"}}, "a=1 a=2"), R"(a="2")");
  EXPECT_EQ(extracted({{"a", "a"}}, "a=1 a="), R"(a="")");
}

TEST(LogfmtExtractor, MatchesSanitisedAndQuotedKeys) {
  EXPECT_EQ(extracted({{"a", "k8s_pod"}, {"b", "\"k8s.pod\""}}, "k8s.pod=x"), R"(a="x" b="x")");
}

TEST(LogfmtExtractor, StrictStillFillsTheLabels) {
  EXPECT_EQ(extracted({{"a", "a"}, {"b", "b"}}, "a=1 x=y=z b=2", kStrict),
            "a=\"1\" b=\"\" !logfmt syntax error at pos 8 : unexpected '='");
  EXPECT_EQ(extracted({{"a", "a"}, {"b", "b"}}, "a=1 x=y=z b=2"), R"(a="1" b="2")");
}

TEST(LogfmtExtractor, RefusesWhatIsNotOneKey) {
  for (const char* expression : {"", "a.b", "a b", "\"", "\"\"", "\"a\"b\"", "1a", "a[0]"}) {
    const auto refused = LogfmtExtractor::compile({{"l", expression}}, kPlain);
    ASSERT_FALSE(refused.has_value()) << expression;
    EXPECT_EQ(refused.error().message, "cannot parse expression [" + std::string(expression) +
                                           "]: not one key, bare or in quotes");
  }
}

// Whatever is written as logfmt is read back.
RC_GTEST_PROP(LogfmtPairs, ReadsBackWhatWasWritten, ()) {
  const auto values = *rc::gen::container<std::vector<std::string>>(
      rc::gen::nonEmpty(rc::gen::container<std::string>(
          rc::gen::element('a', '1', ' ', '"', '\\', '=', '\n', '\t', '.', '\x1f'))));
  std::string line;
  std::string expected;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string name = "k" + std::to_string(i);
    line += name + "=";
    codec::append_json_string(line, values[i]);
    line += *rc::gen::element<std::string>(" ", "\t ", "");
    if (i > 0) expected += ' ';
    expected += name + "=\"" + values[i] + "\"";
  }
  RC_ASSERT(parsed(line) == expected);
  RC_ASSERT(parsed(line, kStrict) == expected);
}

RC_GTEST_PROP(LogfmtPairs, StrictGivesABeginOfWhatTheForgivingReaderGives, ()) {
  const auto line = *rc::gen::container<std::string>(
      rc::gen::element('a', 'b', '=', '=', '"', ' ', ' ', '\\', 'n', '\xC3', '\xB6'));
  LogfmtPairs strict({.strict = true, .keep_empty = true});
  LogfmtPairs forgiving(kKeepEmpty);
  const PairsResult result = strict.parse(line);
  RC_ASSERT(forgiving.parse(line).ok);
  RC_ASSERT(strict.pairs().size() <= forgiving.pairs().size());
  if (result.ok) RC_ASSERT(strict.pairs().size() == forgiving.pairs().size());
  for (std::size_t i = 0; i < strict.pairs().size(); ++i) {
    RC_ASSERT(strict.pairs()[i].name == forgiving.pairs()[i].name);
    RC_ASSERT(strict.pairs()[i].value == forgiving.pairs()[i].value);
  }
}

}  // namespace
}  // namespace logpond::parse
