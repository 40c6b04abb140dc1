#include "codec/regex.h"

#include <gtest/gtest.h>

namespace logpond::codec {
namespace {

Regex search(std::string_view pattern) {
  return Regex::compile(pattern, Regex::Form::kSearch).value();
}
Regex anchored(std::string_view pattern) {
  return Regex::compile(pattern, Regex::Form::kAnchored).value();
}
std::string error_of(std::string_view pattern) {
  const auto regex = Regex::compile(pattern, Regex::Form::kSearch);
  return regex ? "accepted" : regex.error().message;
}

TEST(Regex, SearchFindsAnywhereAndItsDotStopsAtALineFeed) {
  EXPECT_TRUE(search("b.d").matches("abcde"));
  EXPECT_FALSE(search("b.d").matches("ab\nde"));
  EXPECT_TRUE(search("(?s)b.d").matches("ab\nde"));
  EXPECT_TRUE(search("(?i)ORDER|slow").matches("an order placed"));
}

TEST(Regex, AnchoredMustMatchTheWholeText) {
  EXPECT_TRUE(anchored("me.*").matches("meta"));
  EXPECT_FALSE(anchored("me").matches("meta"));
  EXPECT_FALSE(anchored("eta").matches("meta"));
  EXPECT_TRUE(anchored("a.c").matches("a\nc"));
  EXPECT_TRUE(anchored("a|b").matches("b"));
  EXPECT_FALSE(anchored("a|b").matches("ab"));
  EXPECT_TRUE(anchored("").matches(""));
  EXPECT_FALSE(anchored("").matches("x"));
  EXPECT_FALSE(anchored("a").matches("a\n"));
}

TEST(Regex, APatternCannotLeaveItsAnchors) {
  EXPECT_EQ(error_of("a)(b"), "error parsing regexp: unexpected ): `a)(b`");
}

TEST(Regex, ErrorsAreGos) {
  const struct {
    const char* pattern;
    const char* message;
  } kCases[] = {
      {"a[", "missing closing ]: `[`"},
      {"a[b", "missing closing ]: `[b`"},
      {"(", "missing closing ): `(`"},
      {"(a|b", "missing closing ): `(a|b`"},
      {"a)", "unexpected ): `a)`"},
      {"*", "missing argument to repetition operator: `*`"},
      {"a|+", "missing argument to repetition operator: `+`"},
      {"a**", "invalid nested repetition operator: `**`"},
      {"\\q", "invalid escape sequence: `\\q`"},
      {"[z-a]", "invalid character class range: `z-a`"},
      {"[[:x:]]", "invalid character class range: `[:x:]`"},
      {"a{1001}", "invalid repeat count: `{1001}`"},
      {"a{3,2}", "invalid repeat count: `{3,2}`"},
      {"a\\", "trailing backslash at end of expression: ``"},
      {"(?P<n", "invalid named capture: `(?P<n`"},
      {"(?=a)", "invalid or unsupported Perl syntax: `(?=`"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(error_of(c.pattern), std::string("error parsing regexp: ") + c.message) << c.pattern;
  }
}

TEST(Regex, GroupsAreFoundByNumberAndName) {
  const Regex regex = search("(?P<verb>GET|POST) (/\\S+)(\\?.*)?");
  EXPECT_EQ(regex.group_names(), (std::vector<std::string>{"", "verb", "", ""}));
  std::vector<std::string_view> groups;
  const std::string_view line = "10.1.2.4 - POST /login 401";
  ASSERT_TRUE(regex.find(line, 0, groups));
  ASSERT_EQ(groups.size(), 4u);
  EXPECT_EQ(groups[0], "POST /login");
  EXPECT_EQ(groups[1], "POST");
  EXPECT_EQ(groups[2], "/login");
  EXPECT_EQ(groups[3].data(), nullptr);
  EXPECT_EQ(groups[0].data(), line.data() + 11);
  EXPECT_FALSE(regex.find(line, 12, groups));
  EXPECT_FALSE(regex.find(line, line.size() + 1, groups));
}

TEST(Regex, TheShortFormOfANamedGroupIsAccepted) {
  const Regex regex = search("[(?<](?<n>\\d+)\\(?<");
  EXPECT_EQ(regex.group_names(), (std::vector<std::string>{"", "n"}));
  EXPECT_TRUE(regex.matches("(12(<"));
  EXPECT_EQ(regex.pattern(), "[(?<](?<n>\\d+)\\(?<");
}

TEST(Regex, AHugePatternIsRefusedNotCompiled) {
  EXPECT_NE(error_of("((a{100}){100}){100}"), "accepted");
  EXPECT_NE(error_of(std::string(100'000, '(')), "accepted");
}

}  // namespace
}  // namespace logpond::codec
