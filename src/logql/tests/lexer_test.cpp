#include "logql/lexer.h"

#include <gtest/gtest.h>

namespace logpond::logql {
namespace {

/// Kinds and texts of all tokens but the last, blank-separated; a lexical error as `!message`.
std::string words(std::string_view text) {
  std::string out;
  for (const Token& token : tokenize(text)) {
    if (token.kind == TokenKind::kEnd) break;
    if (!out.empty()) out += ' ';
    if (token.kind == TokenKind::kBad) return out + "!" + token.text;
    const bool is_class = token_kind_name(token.kind) != token.text;
    out += is_class ? std::string(token_kind_name(token.kind)) + ":" + token.text : token.text;
  }
  return out;
}

TEST(Lexer, TakesTwoCharacterOperatorsGreedily) {
  EXPECT_EQ(words("|=|~|>!=!~!>=~==>=<="), "|= |~ |> != !~ !> =~ == >= <=");
  EXPECT_EQ(words("= = |"), "= = |");
}

TEST(Lexer, KnowsFunctionsOnlyBeforeABracketOrAGrouping) {
  EXPECT_EQ(tokenize("sum (")[0].kind, TokenKind::kVectorFunction);
  EXPECT_EQ(tokenize("SUM by (a)")[0].kind, TokenKind::kVectorFunction);
  EXPECT_EQ(tokenize("rate without(a)")[0].kind, TokenKind::kRangeFunction);
  EXPECT_EQ(tokenize("sum = ")[0].kind, TokenKind::kIdentifier);
  EXPECT_EQ(tokenize("duration > 5s")[0].kind, TokenKind::kIdentifier);
  EXPECT_EQ(tokenize("sum by a")[0].kind, TokenKind::kIdentifier);
}

TEST(Lexer, KeepsTheCaseOfIdentifiersAndIgnoresThatOfKeywords) {
  EXPECT_EQ(words("JSON Level By"), "json IDENTIFIER:Level by");
}

TEST(Lexer, TakesUnicodeLettersInIdentifiers) {
  EXPECT_EQ(words("größe"), "IDENTIFIER:größe");
  EXPECT_EQ(words("a€"), "IDENTIFIER:a IDENTIFIER:€");
  EXPECT_TRUE(is_identifier("ключ"));
  EXPECT_FALSE(is_identifier("json"));
  EXPECT_FALSE(is_identifier("9a"));
  EXPECT_FALSE(is_identifier(""));
}

TEST(Lexer, TriesDurationsBeforeBytes) {
  EXPECT_EQ(words("5m"), "DURATION:5m");
  EXPECT_EQ(words("5M"), "BYTES:5M");
  EXPECT_EQ(words("1h30m 1.5h 30m1h -5m"),
            "DURATION:1h30m DURATION:1.5h DURATION:30m1h DURATION:-5m");
  EXPECT_EQ(words("1.5GiB 512B 2kB"), "BYTES:1.5GiB BYTES:512B BYTES:2kB");
  EXPECT_EQ(words("1d"), "DURATION:1d");
}

TEST(Lexer, ReadsNumbersAsGoDoes) {
  EXPECT_EQ(words("12 1.5 .5 1e3 1_000 010 0x10"),
            "NUMBER:12 NUMBER:1.5 NUMBER:.5 NUMBER:1e3 NUMBER:1_000 NUMBER:010 NUMBER:0x10");
  EXPECT_EQ(words("0B"), "!binary literal has no digits");
  EXPECT_EQ(words("0KB"), "BYTES:0KB");
  EXPECT_EQ(words("1e"), "!exponent has no digits");
  EXPECT_EQ(words("08"), "!invalid digit '8' in octal literal");
  EXPECT_EQ(words("1__0"), "!'_' must separate successive digits");
  EXPECT_EQ(words("- 5 -5"), "- NUMBER:5 - NUMBER:5");
}

TEST(Lexer, UnquotesStrings) {
  EXPECT_EQ(tokenize(R"("a\n\"b\" \x41 \u00e9")")[0].text, "a\n\"b\" A é");
  EXPECT_EQ(tokenize("`raw \\n \"x\"`")[0].text, "raw \\n \"x\"");
  EXPECT_EQ(words("\"open"), "!literal not terminated");
  EXPECT_EQ(words("\"two\nlines\""), "!literal not terminated");
  EXPECT_EQ(words("`open"), "!literal not terminated");
  EXPECT_EQ(words("'x'"), "!invalid char literal");
  EXPECT_EQ(words("\"\xff\""), "!invalid UTF-8 rune");
  EXPECT_EQ(words("\"\\q\""), "!invalid char escape");
}

TEST(Lexer, SkipsComments) {
  EXPECT_EQ(words("a # b\nc // d\n/* e\nf */ g"), "IDENTIFIER:a IDENTIFIER:c IDENTIFIER:g");
  EXPECT_EQ(words("\"# no comment\""), "STRING:# no comment");
  EXPECT_EQ(words("a /* b"), "IDENTIFIER:a !comment not terminated");
}

TEST(Lexer, ReadsRanges) {
  EXPECT_EQ(words("[1h30m]"), "RANGE:1h30m");
  EXPECT_EQ(words("[0]"), "RANGE:0");
  EXPECT_EQ(words("[1x]"), "!unknown unit \"x\" in duration \"1x\"");
  EXPECT_EQ(words("[1.5h]"), "!unknown unit \".\" in duration \"1.5h\"");
  EXPECT_EQ(words("[-5m]"), "!not a valid duration string: \"-5m\"");
  EXPECT_EQ(words("[ 5m ]"), "!not a valid duration string: \" 5m \"");
  EXPECT_EQ(words("[30m1h]"), "!not a valid duration string: \"30m1h\"");
  EXPECT_EQ(words("[]"), "!empty duration string");
  EXPECT_EQ(words("[5m"), "!missing closing ']' in duration");
}

TEST(Lexer, KnowsItsFlagsOnly) {
  EXPECT_EQ(words("--strict --keep-empty"), "FUNCTION_FLAG:--strict FUNCTION_FLAG:--keep-empty");
  EXPECT_EQ(words("--bogus"), "- - IDENTIFIER:bogus");
}

TEST(Lexer, CountsColumnsInCharacters) {
  const auto tokens = tokenize("\"é\" x\n y");
  EXPECT_EQ(tokens[1].at.column, 5U);
  EXPECT_EQ(tokens[2].at.line, 2U);
  EXPECT_EQ(tokens[2].at.column, 2U);
}

}  // namespace
}  // namespace logpond::logql
