#include "codec/regex_literal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "codec/regex.h"
#include "codec/tests/plain_re2.h"

namespace logpond::codec {
namespace {

std::string joined(const std::vector<std::string>& literals) {
  std::string text;
  for (const std::string& literal : literals) text += (text.empty() ? "" : " or ") + literal;
  return text;
}

std::string literal(std::string_view pattern) {
  return joined(required_literals_of(pattern).any_of);
}

TEST(RegexLiteral, IsTheLongestRunThatMustOccur) {
  EXPECT_EQ(literal("refused"), "refused");
  EXPECT_EQ(literal("GET /a+pi\\.v[12]x"), "GET /a");
  EXPECT_EQ(literal("id=10[123]"), "id=10");
  EXPECT_EQ(literal(".*timeout.*"), "timeout");
  EXPECT_EQ(literal("^level=error$"), "level=error");
  EXPECT_EQ(literal("a{2}bcd"), "bcd");
  EXPECT_EQ(literal("colou?r"), "colo");
  EXPECT_EQ(literal("x(?:GET|POST)y/path"), "y/path");
  EXPECT_EQ(literal("(?P<verb>DELETE) x"), "DELETE");
  EXPECT_EQ(literal("(abcdef)?gh"), "gh");
  EXPECT_EQ(literal("(abcdef){0,3}gh"), "gh");
  EXPECT_EQ(literal("(abcdef)+gh"), "abcdef");
  EXPECT_EQ(literal("(?s)one.two"), "one");
  EXPECT_EQ(literal("größe?"), "größ");
  EXPECT_EQ(literal("grö?ß"), "gr");
  EXPECT_EQ(literal("a{,2}"), "a{,2}");
  EXPECT_EQ(literal("[]x]abc"), "abc");
  EXPECT_EQ(literal("[[:alpha:]]abc"), "abc");
  EXPECT_EQ(literal("[\\]x]abc"), "abc");
}

TEST(RegexLiteral, OfAlternativesEachGivesOne) {
  EXPECT_EQ(literal("timeout|refused"), "timeout or refused");
  EXPECT_EQ(literal("abc|abd|abc"), "abc or abd");
  EXPECT_EQ(literal("x(GET|POST) /"), "GET or POST");
  EXPECT_EQ(literal("(GET|PUT) /path"), " /path");
  EXPECT_EQ(literal("(error|warn.*slow)ed"), "error or warn");
  EXPECT_EQ(literal("(a|bc)+(abc|x)?"), "a or bc");
  EXPECT_EQ(literal("abc|(de|fgh)"), "abc or de or fgh");
  EXPECT_EQ(literal("abc|.*"), "");
  EXPECT_EQ(literal("abc|"), "");
  EXPECT_EQ(literal("(a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q)"), "") << "too many to be a help";
  EXPECT_EQ(literal("(a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q)zz"), "zz");
}

TEST(RegexLiteral, WithoutRegardToCaseEachSpellingIsOne) {
  EXPECT_EQ(literal("(?i)ab"), "ab or aB or Ab or AB");
  EXPECT_EQ(literal("(?i)a1-2"), "a1-2 or A1-2");
  EXPECT_EQ(literal("(?i)k"), "k or K or \u212A");
  EXPECT_EQ(literal("(?i)s.123"), "123");
  EXPECT_EQ(literal("(?i)x|y"), "x or X or y or Y");
  EXPECT_EQ(required_literals_of("(?i)refused").any_of.size(), 16U);
  EXPECT_EQ(required_literals_of("(?i)refused").any_of.front(), "refu");
  EXPECT_FALSE(required_literals_of("(?i)12").is_whole_pattern);
  EXPECT_EQ(literal("(?i)ö"), "");
}

TEST(RegexLiteral, IsEmptyWhenInDoubt) {
  for (const char* pattern :
       {"", "a(?i)abc", "abc(?i:def)", "(?i:abc)", ".*", "a*", "a?", "[abc]", "\\d+", "\\Qa+b\\E",
        "\\x41bc", "\\pLabc", "(a|b)*", "a|b*", "(?i)a(?-i)b", "abc(?s){0}", "abc(?s)?"}) {
    EXPECT_EQ(literal(pattern), "") << pattern;
  }
}

TEST(RegexLiteral, KnowsAPatternThatIsNothingElse) {
  EXPECT_TRUE(required_literals_of("plain text").is_whole_pattern);
  EXPECT_TRUE(required_literals_of("1\\.2\\.3").is_whole_pattern);
  EXPECT_TRUE(required_literals_of("").is_whole_pattern);
  for (const char* pattern : {"a.b", "^a", "a+", "(a)", "a|b", "[a]", "\\bword", "(?s)a", "ab?"}) {
    EXPECT_FALSE(required_literals_of(pattern).is_whole_pattern) << pattern;
  }
}

// Pieces that make interesting patterns when put side by side.
rc::Gen<std::string> random_pattern() {
  return rc::gen::map(
      rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
          "a", "b", "ab", "k", "sA", "ö", ".", "*", "+", "?", "{0}", "{1,2}", "{", "}", "|", "(",
          ")", "(?:", "(?i)", "(?s)", "[ab]", "[^a]", "[]a]", "[[:digit:]]", "\\.", "\\d", "\\b",
          "\\Q", "\\E", "\\x61", "^", "$", "\\")),
      [](const std::vector<std::string>& pieces) {
        std::string pattern;
        for (const std::string& piece : pieces) pattern += piece;
        return pattern;
      });
}

RC_GTEST_PROP(RegexLiteral, OccursInEveryMatch, ()) {
  const std::string pattern = *random_pattern();
  const auto text = *rc::gen::container<std::string>(
      rc::gen::element('a', 'b', 'A', 'k', 'S', '1', '.', '\n', '{', '}'));
  for (const Regex::Form form : {Regex::Form::kSearch, Regex::Form::kAnchored}) {
    const auto regex = Regex::compile(pattern, form);
    const PlainRe2 plain(pattern, form);
    if (!regex || !plain.ok()) RC_DISCARD("not a pattern");
    for (const std::string& subject :
         {text, text + "ö" + text, text + "\u212A\u017F" + text, pattern}) {
      RC_ASSERT(regex->matches(subject) == plain.matches(subject));
      if (plain.matches(subject)) {
        const auto& literals = regex->required_literals();
        RC_ASSERT(literals.empty() ||
                  std::any_of(literals.begin(), literals.end(), [&](const std::string& one) {
                    return subject.find(one) != std::string::npos;
                  }));
      }
    }
  }
}

}  // namespace
}  // namespace logpond::codec
