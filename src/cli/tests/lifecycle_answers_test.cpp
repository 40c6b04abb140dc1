#include "cli/client/lifecycle_answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/output/pattern_printer.h"

namespace logpond::cli {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kPatterns =
    R"({"patterns":[{"pattern":"user <_> in","count":1234,"first_seen":"2026-11-20T08:00:00.5Z",)"
    R"("samples":[[1795219200,1000],[1795219260,234]]}]})";

TEST(LifecycleAnswers, ReadsDeletions) {
  const auto removals =
      parse_removals(R"([{"request_id":"0a1b2c3d","start_time":1795219200,"end_time":1795219260,)"
                     R"("query":"{a=\"b\"}","status":"received","created_at":1795219300}])");
  ASSERT_TRUE(removals.has_value());
  ASSERT_EQ(removals->size(), 1U);
  EXPECT_EQ(removals->front().id, "0a1b2c3d");
  EXPECT_EQ(removals->front().query, "{a=\"b\"}");
  EXPECT_EQ(removals->front().end, 1795219260 * kSecond);
  EXPECT_FALSE(parse_removals("{}").has_value());
  EXPECT_FALSE(parse_removals("").has_value());
  EXPECT_TRUE(parse_removals(R"([{"start_time":9223372036854775807}])").has_value());
}

TEST(LifecycleAnswers, ReadsPatterns) {
  const auto rows = parse_patterns(kPatterns);
  ASSERT_TRUE(rows.has_value());
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ(rows->front().records, 1234U);
  EXPECT_EQ(rows->front().counts.size(), 2U);
  EXPECT_FALSE(parse_patterns("[]").has_value());
}

TEST(PatternPrinter, ShowsCountFirstSeenCourseAndText) {
  const auto rows = parse_patterns(kPatterns);
  std::string out;
  const TimestampNs start = 1795219200 * kSecond;
  append_pattern_table(out, *rows, {{start, start + 3 * kMinute}, kMinute}, Painter(false), 100);
  EXPECT_EQ(out,
            "count  first seen            course                    pattern\n"
            "1,234  2026-11-20T08:00:00Z  █▃▁▁                      user <_> in\n");
}

TEST(PatternPrinter, DimsVariablesAndCutsAtTheWidth) {
  const auto rows = parse_patterns(kPatterns);
  std::string out;
  append_pattern_table(out, *rows, {{0, kMinute}, kMinute}, Painter(true), 10);
  EXPECT_THAT(out, HasSubstr("user \x1b[2m<_>\x1b[0m in"));
  out.clear();
  append_pattern_json(out, *rows);
  EXPECT_EQ(out, R"({"pattern":"user <_> in","count":1234,"first_seen":"2026-11-20T08:00:00.5Z",)"
                 R"("samples":[[1795219200,1000],[1795219260,234]]})"
                 "\n");
}

}  // namespace
}  // namespace logpond::cli
