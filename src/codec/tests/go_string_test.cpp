#include "codec/go_string.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace logpond::codec {
namespace {

std::string unquoted(std::string_view literal) {
  const Result<std::string> text = unquote_go(literal);
  return text ? *text : "error: " + text.error().message;
}
std::string printed(std::string_view text) {
  std::string out;
  append_go_quoted(out, text);
  return out;
}

TEST(GoString, ReadsEscapes) {
  EXPECT_EQ(unquoted(R"("")"), "");
  EXPECT_EQ(unquoted(R"("a\tb\n\"q\" \\")"), "a\tb\n\"q\" \\");
  EXPECT_EQ(unquoted(R"("\a\b\f\r\v")"), "\a\b\f\r\v");
  EXPECT_EQ(unquoted(R"("\x41\101\u00f6\U0001F600")"), "AAö😀");
  EXPECT_EQ(unquoted(R"("\xff\377")"), "\xFF\xFF");
  EXPECT_EQ(unquoted("\"it's öäü\""), "it's öäü");
}

TEST(GoString, RawTextKeepsEverythingButCarriageReturns) {
  EXPECT_EQ(unquoted("`a\\n\r\n\"b\"`"), "a\\n\n\"b\"");
}

TEST(GoString, RefusesWhatGoRefuses) {
  for (const char* literal : {"", "\"", "`", "'a'", "\"a", "a\"", "\"a\"b\"", "\"a\nb\"", R"("\q")",
                              R"("\'")", R"("\x4")", R"("\400")", R"("\18")", R"("\u12")",
                              R"("\ud800")", R"("\U00110000")", R"("\")", "`a`b`"}) {
    EXPECT_EQ(unquoted(literal), "error: invalid syntax") << literal;
  }
}

TEST(GoString, PrintsAsGoDoes) {
  EXPECT_EQ(printed("plain ö 日 😀"), "\"plain ö 日 😀\"");
  EXPECT_EQ(printed("\a\b\f\n\r\t\v\\\"'"), R"("\a\b\f\n\r\t\v\\\"'")");
  EXPECT_EQ(printed(std::string_view("\0\x1b\x7f", 3)), R"("\x00\x1b\x7f")");
  EXPECT_EQ(printed("\xFFz\xE6\x97"), R"("\xffz\xe6\x97")");
  EXPECT_EQ(printed("\u00a0\u00ad\u200b\u2028\ufeff"), R"("\u00a0\u00ad\u200b\u2028\ufeff")");
  EXPECT_EQ(printed("\U000E0001\uFFFD"), "\"\\U000e0001\uFFFD\"");
}

RC_GTEST_PROP(GoString, WhatIsPrintedReadsBack, (const std::string& bytes)) {
  RC_ASSERT(unquote_go(printed(bytes)).value() == bytes);
}

}  // namespace
}  // namespace logpond::codec
