#include "core/time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace logpond {
namespace {

TEST(Time, ReadsRfc3339InItsManyForms) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_rfc3339("2026-11-21T00:00:00Z"), 1795219200 * kSecond);
  EXPECT_EQ(parse_rfc3339("2026-11-21 01:00:00.5+01:00"), 1795219200 * kSecond + kSecond / 2);
  EXPECT_EQ(parse_rfc3339("2026-11-21T00:00:00.123456789999Z"), 1795219200 * kSecond + 123456789);
  EXPECT_EQ(parse_rfc3339("2026-11-21T00:00:00"), 1795219200 * kSecond);
  EXPECT_EQ(parse_rfc3339("1969-12-31T23:59:59Z"), -kSecond);
}

TEST(Time, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2026", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx", "9999-01-01T00:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

RC_GTEST_PROP(Time, PrintedTimeReadsBackTheSame, (TimestampNs t)) {
  RC_ASSERT(parse_rfc3339(format_rfc3339(t)) == t);
}

TEST(Time, DayIsFlooredBefore1970) {
  EXPECT_EQ(utc_day(-1), -1);
  EXPECT_EQ(utc_day(0), 0);
  EXPECT_EQ(utc_day(kDay - 1), 0);
  EXPECT_EQ(utc_day(-kDay), -1);
  EXPECT_EQ(utc_day(-kDay - 1), -2);
  EXPECT_EQ(format_day(0), "1970-01-01");
}

TEST(Time, PrometheusDurationsComeInDescendingUnits) {
  EXPECT_EQ(parse_prometheus_duration("1h30m"), kHour + 30 * kMinute);
  EXPECT_EQ(parse_prometheus_duration("2w"), 14 * kDay);
  EXPECT_EQ(parse_prometheus_duration("250ms"), 250 * kMillisecond);
  for (const char* text : {"30m1h", "1.5h", "", "h", "5", "1m1m", "-5m", "1x"}) {
    EXPECT_FALSE(parse_prometheus_duration(text)) << text;
  }
}

TEST(Time, GoDurationsTakeFractionsAndSigns) {
  EXPECT_EQ(parse_go_duration("1.5h"), 90 * kMinute);
  EXPECT_EQ(parse_go_duration("-5m"), -5 * kMinute);
  EXPECT_EQ(parse_go_duration("1m1h"), kHour + kMinute);
  EXPECT_EQ(parse_go_duration("3\u00b5s"), 3 * kMicrosecond);
  for (const char* text : {"1d", "5", "oops", "", "1.2.3s", "."})
    EXPECT_FALSE(parse_go_duration(text)) << text;
}

TEST(Time, DurationsPrintShort) {
  EXPECT_EQ(format_duration(90 * kMinute), "1h30m");
  EXPECT_EQ(format_duration(0), "0s");
  EXPECT_EQ(format_duration(-250 * kMillisecond), "-250ms");
}

}  // namespace
}  // namespace logpond
