#include "logql/parser.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/limits.h"
#include "logql/print.h"

namespace logpond::logql {
namespace {

std::string error_of(const std::string& text) {
  const auto expr = parse(text);
  return expr ? "accepted: " + print(*expr) : expr.error().message;
}

std::string printed(const std::string& text) {
  const auto expr = parse(text);
  return expr ? print(*expr) : expr.error().message;
}

TEST(Parser, SaysWhatItMetAndWhatItWanted) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "parse error : syntax error: unexpected $end"},
      {" ", "parse error at line 1, col 2: syntax error: unexpected $end"},
      {"{",
       "parse error at line 1, col 2: syntax error: unexpected $end, expecting IDENTIFIER or }"},
      {"{a",
       "parse error at line 1, col 3: syntax error: unexpected $end, expecting = or =~ or !~ or "
       "!="},
      {"{a=b}",
       "parse error at line 1, col 4: syntax error: unexpected IDENTIFIER, expecting STRING"},
      {"{a=\"b\"", "parse error at line 1, col 7: syntax error: unexpected $end, expecting } or ,"},
      {"{a=\"b\",}",
       "parse error at line 1, col 8: syntax error: unexpected }, expecting IDENTIFIER"},
      {"{json=\"b\"}",
       "parse error at line 1, col 2: syntax error: unexpected json, expecting IDENTIFIER or }"},
      {"{a=\"b\"} |", "parse error at line 1, col 10: syntax error: unexpected $end"},
      {"{a=\"b\"} | regexp",
       "parse error at line 1, col 17: syntax error: unexpected $end, expecting STRING"},
      {"{a=\"b\"} | unwrap x", "parse error at line 1, col 11: syntax error: unexpected unwrap"},
      {"{a=\"b\"} |= ip",
       "parse error at line 1, col 12: syntax error: unexpected IDENTIFIER, expecting STRING or "
       "ip"},
      {"{a=\"b\"} |= ip()",
       "parse error at line 1, col 15: syntax error: unexpected ), expecting STRING"},
      {"{a=\"b\"} |= \"x\" or",
       "parse error at line 1, col 18: syntax error: unexpected $end, expecting STRING or ip"},
      {"{a=\"b\"} | label_format a",
       "parse error at line 1, col 25: syntax error: unexpected $end, expecting ="},
      {"{a=\"b\"} | label_format a=1",
       "parse error at line 1, col 26: syntax error: unexpected NUMBER, expecting IDENTIFIER or "
       "STRING"},
      {"{a=\"b\"} | logfmt a=\"x\",",
       "parse error at line 1, col 24: syntax error: unexpected $end, expecting IDENTIFIER"},
      {"{a=\"b\"} | x", "parse error at line 1, col 12: syntax error: unexpected $end"},
      {"{a=\"b\"} | x=1 and",
       "parse error at line 1, col 18: syntax error: unexpected $end, expecting IDENTIFIER or ("},
      {"rate", "parse error at line 1, col 1: syntax error: unexpected IDENTIFIER"},
      {"rate(",
       "parse error at line 1, col 6: syntax error: unexpected $end, expecting NUMBER or { or ("},
      {"rate({a=\"b\"}[5m]", "parse error at line 1, col 17: syntax error: unexpected $end"},
      {"rate({a=\"b\"}[5m", "parse error at line 0, col 13: missing closing ']' in duration"},
      {"rate({a=\"b\"}[5m] offset 5)",
       "parse error at line 1, col 25: syntax error: unexpected NUMBER, expecting DURATION"},
      {"rate({a=\"b\"} | unwrap 5 [5m])",
       "parse error at line 1, col 23: syntax error: unexpected NUMBER, expecting IDENTIFIER or "
       "bytes or duration or duration_seconds"},
      {"sum(rate({a=\"b\"}[5m])) by (a",
       "parse error at line 1, col 29: syntax error: unexpected $end, expecting , or )"},
      {"sum(rate({a=\"b\"}[5m])) by (5",
       "parse error at line 1, col 28: syntax error: unexpected NUMBER, expecting IDENTIFIER or )"},
      {"vector(-1)", "parse error at line 1, col 8: syntax error: unexpected -, expecting NUMBER"},
      {"-rate({a=\"b\"}[5m])",
       "parse error at line 1, col 2: syntax error: unexpected rate, expecting NUMBER"},
      {"1 2", "parse error at line 1, col 3: syntax error: unexpected NUMBER"},
      {"(1", "parse error at line 1, col 3: syntax error: unexpected $end"},
      {"{a=\"b\"} $", "parse error at line 1, col 9: syntax error: unexpected IDENTIFIER"},
      {"1 +\n  *", "parse error at line 2, col 3: syntax error: unexpected *"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(error_of(text), expected) << text;
  }
}

TEST(Parser, ReportsLineZeroAfterTokensReadByHand) {
  EXPECT_EQ(error_of("{a=\"b\"} == 5m"),
            "parse error at line 0, col 12: syntax error: unexpected DURATION");
  EXPECT_EQ(error_of("{a=\"b\"} [5m]"),
            "parse error at line 0, col 9: syntax error: unexpected RANGE");
}

TEST(Parser, NamesMisuseOfAggregations) {
  const std::pair<const char*, const char*> cases[] = {
      {"topk(1.5, rate({a=\"b\"}[1m]))", "invalid parameter topk(1.5,"},
      {"bottomk(0, rate({a=\"b\"}[1m]))", "invalid parameter (must be greater than 0) bottomk(0"},
      {"avg(3, rate({a=\"b\"}[1m]))", "unsupported parameter for operation avg(3,"},
      {"sort(rate({a=\"b\"}[1m])) by (x)", "sort and sort_desc doesn't allow grouping by "},
      {"rate({a=\"b\"}[1m]) by (x)", "grouping not allowed for rate aggregation"},
      {"bytes_rate({a=\"b\"} | unwrap x [1m])", "invalid aggregation bytes_rate with unwrap"},
      {"max_over_time({a=\"b\"}[1m])", "invalid aggregation max_over_time without unwrap"},
      {"rate(2, {a=\"b\"}[1m])", "parameter 2 not supported for operation rate"},
      {"rate({a=\"b\"}[1m]) + {a=\"b\"} | json",
       "unexpected type for right leg of binary operation (+): *syntax.PipelineExpr"},
      {"vector(1) or (1 + 2)",
       "unexpected literal for right leg of logical/set binary operation (or): 3.000000"},
      {"1e3 + 0x10",
       "unable to parse literal as a float: strconv.ParseFloat: parsing \"0x10\": invalid syntax"},
      {"{a=\"b\"} | x > 0x10",
       "unable to parse literal as a float: strconv.ParseFloat: parsing \"0x10\": invalid syntax"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(error_of(text), "parse error : " + std::string(expected)) << text;
  }
}

TEST(Parser, PutsSyntaxErrorsBeforeMisuse) {
  EXPECT_EQ(error_of("topk(rate({a=\"b\"}[1m])) +"),
            "parse error at line 1, col 26: syntax error: unexpected $end");
}

TEST(Parser, KnowsThePrecedenceOfOperators) {
  EXPECT_EQ(printed("1 or 2"),
            "parse error : unexpected literal for left leg of logical/set binary "
            "operation (or): 1.000000");
  const std::string v = "vector(1)";
  EXPECT_EQ(printed(v + " or " + v + " and " + v), "(vector(1) or (vector(1) and vector(1)))");
  EXPECT_EQ(printed(v + " == " + v + " + " + v), "(vector(1) == (vector(1) + vector(1)))");
  EXPECT_EQ(printed(v + " - " + v + " - " + v), "((vector(1) - vector(1)) - vector(1))");
  EXPECT_EQ(printed(v + " ^ " + v + " ^ " + v), "(vector(1) ^ (vector(1) ^ vector(1)))");
  EXPECT_EQ(printed("-2 ^ 2"), "(-2 ^ 2)");
  EXPECT_EQ(printed("{a=\"b\"} | a=1 or b=2 and c=3"), "{a=\"b\"} | a=1 or b=2 and c=3");
  EXPECT_EQ(printed("{a=\"b\"} | (a=1 or b=2), c=3 d=4"),
            "{a=\"b\"} | (a=1 or b=2) and c=3 and d=4");
}

TEST(Parser, TakesTheRangeFirstOrLastAndInBrackets) {
  const std::string last = "rate({a=\"b\"} | json[5m] offset 1h)";
  EXPECT_EQ(printed("rate({a=\"b\"}[5m] offset 1h | json)"), last);
  EXPECT_EQ(printed("rate({a=\"b\"} | json [5m] offset 1h)"), last);
  EXPECT_EQ(printed("rate(({a=\"b\"} | json)[5m] offset 1h)"), last);
  EXPECT_EQ(printed("rate((({a=\"b\"}[5m] offset 1h | json)))"), last);
  EXPECT_EQ(printed("rate((({a=\"b\"} | json))[5m])"),
            "parse error at line 1, col 23: syntax error: unexpected )");
}

TEST(Parser, PrintsMatchersAndGroupsAsLokiShowsThem) {
  EXPECT_EQ(printed("sum(rate({a=\"b\"}|=\"x\"[1m]))by(c)"),
            "sum by (c)(rate({a=\"b\"} |= \"x\"[1m]))");
  EXPECT_EQ(printed("{ a = \"b\" , c=~`d` }"), "{a=\"b\", c=~\"d\"}");
  EXPECT_EQ(printed("vector(1) / on(a) group_left vector(2)"),
            "(vector(1) / on (a) group_left () vector(2))");
  EXPECT_EQ(printed("vector(1) / ignoring(a) group_right(b, c) (vector(2))"),
            "(vector(1) / ignoring (a) group_right (b,c) vector(2))");
  EXPECT_EQ(printed("vector(1) / on(a) group_left (vector(2))"),
            "(vector(1) / on (a) group_left () vector(2))");
}

TEST(Parser, RefusesTextsOfTheLimitAndMore) {
  const std::string longest = "{a=\"" + std::string(kQueryBytesMax - 7, 'x') + "\"}";
  ASSERT_EQ(longest.size(), kQueryBytesMax - 1);
  EXPECT_TRUE(parse(longest).has_value());
  EXPECT_EQ(error_of(longest + " "), "parse error : input size too long (131072 > 131072)");
}

TEST(Parser, SurvivesDeepNestingAndLongChains) {
  const std::string open(100'000, '(');
  EXPECT_EQ(error_of(open),
            "parse error at line 1, col 201: query is nested too deep (limit 200 levels)");
  EXPECT_NE(error_of("{a=\"b\"} | " + open).find("nested too deep"), std::string::npos);
  EXPECT_NE(error_of("rate(" + open).find("nested too deep"), std::string::npos);
  std::string chain = "1";
  for (int i = 0; i < 40'000; ++i) chain += "+1";
  EXPECT_NE(error_of(chain).find("query has too many operators (limit 1000)"), std::string::npos);
  std::string powers = "1";
  for (int i = 0; i < 40'000; ++i) powers += "^1";
  EXPECT_NE(error_of(powers).find("nested too deep"), std::string::npos);
  std::string sums;
  for (int i = 0; i < 20'000; ++i) sums += "sum(";
  EXPECT_NE(error_of(sums).find("nested too deep"), std::string::npos);
  std::string tests = "{a=\"b\"} | x=1";
  for (int i = 0; i < 20'000; ++i) tests += ",x=1";
  EXPECT_TRUE(parse(tests).has_value());
}

TEST(Parser, FoldsLiterals) {
  EXPECT_EQ(constant_of(*parse("1 + 2 * 3 ^ 2 ^ 1")), 19);
  EXPECT_EQ(constant_of(*parse("5 > bool 3")), 1);
  EXPECT_TRUE(std::isnan(*constant_of(*parse("7 % 0"))));
  EXPECT_EQ(constant_of(*parse("1 + vector(1)")), std::nullopt);
}

}  // namespace
}  // namespace logpond::logql
