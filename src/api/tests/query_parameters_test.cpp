#include "api/loki/query_parameters.h"

#include <gtest/gtest.h>

#include <limits>

namespace logpond::api::loki {
namespace {

constexpr TimestampNs kNow = 1'795'219'200 * kSecond;

TimestampNs time_of(std::string_view text) {
  const auto time = read_time(text, -7);
  EXPECT_TRUE(time.has_value()) << text;
  return time.value_or(0);
}

template <typename T>
std::string error_of(const Result<T>& result) {
  return result ? "" : result.error().message;
}

net::Parameters parameters(const std::string& text) {
  return net::Parameters::parse(text);
}

TEST(QueryParameters, ReadsTimesAsLokiDoes) {
  EXPECT_EQ(time_of(""), -7);
  EXPECT_EQ(time_of("1795219200"), kNow);             // ten digits: seconds
  EXPECT_EQ(time_of("17952192000"), 17'952'192'000);  // eleven: nanoseconds
  EXPECT_EQ(time_of("1795219200000000001"), kNow + 1);
  EXPECT_EQ(time_of("4000000000"), 4'000'000'000 * kSecond);
  EXPECT_EQ(time_of("-5"), -5 * kSecond);
  EXPECT_EQ(time_of("1795219200.1234"), kNow + 123 * kMillisecond);  // rounded to milliseconds
  EXPECT_EQ(time_of("1795219200.9996"), kNow + kSecond);
  EXPECT_EQ(time_of("2026-11-21T00:00:00.000000001Z"), kNow + 1);
  EXPECT_EQ(time_of("2026-11-21T02:00:00+02:00"), kNow);
}

TEST(QueryParameters, SaysWhyATimeIsNone) {
  EXPECT_EQ(error_of(read_time("abc", 0)), "strconv.ParseInt: parsing \"abc\": invalid syntax");
  EXPECT_EQ(error_of(read_time("99999999999999999999", 0)),
            "strconv.ParseInt: parsing \"99999999999999999999\": value out of range");
  EXPECT_EQ(error_of(read_time("1.2.3", 0)), "strconv.ParseInt: parsing \"1.2.3\": invalid syntax");
  EXPECT_EQ(error_of(read_time("+-5", 0)), "strconv.ParseInt: parsing \"+-5\": invalid syntax");
  EXPECT_EQ(error_of(read_bounds(parameters("start=abc"), kNow)),
            "could not parse 'start' parameter: strconv.ParseInt: parsing \"abc\": invalid syntax");
  EXPECT_EQ(error_of(read_bounds(parameters("end=x"), kNow)),
            "could not parse 'end' parameter: strconv.ParseInt: parsing \"x\": invalid syntax");
}

TEST(QueryParameters, FillsInMissingBounds) {
  const auto of = [](const std::string& text) { return *read_bounds(parameters(text), kNow); };
  EXPECT_EQ(of("").start, kNow - kHour);
  EXPECT_EQ(of("").end, kNow);
  EXPECT_EQ(of("since=5m").start, kNow - 5 * kMinute);
  EXPECT_EQ(of("end=1795219100").start, kNow - 100 * kSecond - kHour);
  EXPECT_EQ(of("end=1795219300").start, kNow - kHour);  // an end to come does not count
  EXPECT_FALSE(read_bounds(parameters("since=5"), kNow).has_value());
}

TEST(QueryParameters, WantsTheEndBehindTheStart) {
  EXPECT_EQ(error_of(read_ordered_bounds(parameters("start=20&end=10"), kNow)),
            "end timestamp must not be before or equal to start time");
  EXPECT_TRUE(read_ordered_bounds(parameters("start=10&end=10"), kNow).has_value());
}

TEST(QueryParameters, ChoosesAStep) {
  EXPECT_EQ(*read_step({}, {0, 100 * kSecond}), kSecond);
  EXPECT_EQ(*read_step({}, {0, kHour}), 14 * kSecond);
  EXPECT_EQ(*read_step(parameters("step=15"), {0, kHour}), 15 * kSecond);
  EXPECT_EQ(*read_step(parameters("step=0.5"), {0, kMinute}), kSecond / 2);
  EXPECT_EQ(*read_step(parameters("step=250ms"), {0, kMinute}), kSecond / 4);
  EXPECT_EQ(error_of(read_step(parameters("step=0.5m"), {0, 1})),
            "cannot parse \"0.5m\" to a valid duration");
  EXPECT_EQ(error_of(read_step(parameters("step=1e300"), {0, 1})),
            "cannot parse \"1e300\" to a valid duration. It overflows int64");
  EXPECT_FALSE(read_step(parameters("step=nan"), {0, 1}).has_value());
  for (const char* step : {"step=0", "step=-1"}) {
    EXPECT_EQ(error_of(read_step(parameters(step), {0, 1})),
              "zero or negative query resolution step widths are not accepted. Try a positive "
              "integer");
  }
  EXPECT_TRUE(read_step(parameters("step=1"), {0, 11'000 * kSecond}).has_value());
  EXPECT_EQ(error_of(read_step(parameters("step=1"), {0, 11'001 * kSecond})),
            "exceeded maximum resolution of 11,000 points per time series. Try increasing the "
            "value of the step parameter");
  constexpr TimestampNs kMin = std::numeric_limits<TimestampNs>::min();
  constexpr TimestampNs kMax = std::numeric_limits<TimestampNs>::max();
  EXPECT_TRUE(read_step({}, {kMin, kMax}).has_value());
}

TEST(QueryParameters, ReadsLimitsIntervalsAndDirections) {
  EXPECT_EQ(*read_limit({}, "limit", 100), 100U);
  EXPECT_EQ(*read_limit(parameters("limit=7"), "limit", 100), 7U);
  EXPECT_EQ(error_of(read_limit(parameters("limit=0"), "limit", 100)),
            "limit must be a positive value");
  EXPECT_EQ(error_of(read_limit(parameters("limit=x"), "limit", 100)),
            "strconv.Atoi: parsing \"x\": invalid syntax");
  EXPECT_EQ(*read_interval({}), 0);
  EXPECT_EQ(*read_interval(parameters("interval=2s")), 2 * kSecond);
  EXPECT_EQ(error_of(read_interval(parameters("interval=-1"))), "interval must be >= 0");
  EXPECT_EQ(*read_direction({}), storage::Order::kBackward);
  EXPECT_EQ(*read_direction(parameters("direction=BACKWARD")), storage::Order::kBackward);
  EXPECT_EQ(*read_direction(parameters("direction=Forward")), storage::Order::kForward);
  EXPECT_EQ(error_of(read_direction(parameters("direction=up"))), "invalid direction 'up'");
}

}  // namespace
}  // namespace logpond::api::loki
