#include <gtest/gtest.h>

#include "logql/engine.h"

namespace logpond::logql {
namespace {

std::string read(std::string_view text) {
  const auto labels = parse_label_text(text);
  return labels ? labels->to_text() : labels.error().message;
}

TEST(LabelText, ReadsPrometheusForm) {
  EXPECT_EQ(read(R"({a="b", c="d"})"), R"({a="b", c="d"})");
  EXPECT_EQ(read(" { b = `raw\\` , a=\"x\\n\\\"y\\\"\" , } "), R"({a="x\n\"y\"", b="raw\\"})");
  EXPECT_EQ(read("{}"), "{}");
  EXPECT_EQ(read(R"({a="",b="c"})"), R"({b="c"})");
  EXPECT_EQ(read(R"({"odd name"="x", sum="y"})"), R"({odd name="x", sum="y"})");
}

TEST(LabelText, SaysWhereItBroke) {
  EXPECT_EQ(read(R"({bad-name="x"})"), "1:5: parse error: unexpected character inside braces: '-'");
  EXPECT_EQ(read("{a=b}"),
            "1:4: parse error: unexpected character in label matching, expected string: 'b'");
  EXPECT_EQ(read(R"({a="b")"), "1:7: parse error: unexpected end of input inside braces");
  EXPECT_EQ(read(R"({a="b)"), "1:4: parse error: unterminated quoted string");
  EXPECT_EQ(read(R"({a="b",a="c"})"), "1:13: parse error: duplicate label \"a\"");
  EXPECT_EQ(read(R"({a="b"} x)"),
            "1:9: parse error: unexpected character after the closing brace: 'x'");
  EXPECT_EQ(read(""), "1:1: parse error: unexpected end of input inside braces");
}

TEST(SelectorText, TakesSelectorsOnly) {
  EXPECT_EQ(parse_selector(R"({a="b", c=~"d.*"})", false)->matchers().size(), 2U);
  EXPECT_TRUE(parse_selector("{}", true)->matchers().empty());
  EXPECT_EQ(parse_selector("{}", false).error().message.substr(0, 30),
            "parse error : queries require ");
  for (const char* text : {R"({a="b"} |= "x")", R"(rate({a="b"}[1m]))", "1"}) {
    EXPECT_EQ(parse_selector(text, true).error().message, "only label matchers are supported");
  }
  EXPECT_EQ(parse_selector("{a=\"b\"", true).error().message,
            "parse error at line 1, col 7: syntax error: unexpected $end, expecting } or ,");
}

}  // namespace
}  // namespace logpond::logql
