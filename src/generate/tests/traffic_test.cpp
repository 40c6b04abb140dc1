#include "generate/traffic.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "generate/catalogue.h"

namespace logpond::generate {
namespace {

constexpr TimestampNs kMidnight = 20'000 * kDay;

TEST(Traffic, IsBusierInTheEveningThanInTheMorning) {
  double evening = 0;
  double morning = 0;
  for (int minute = 0; minute < 60; ++minute) {
    evening += traffic_at(kMidnight + 19 * kHour + minute * kMinute, 1);
    morning += traffic_at(kMidnight + 7 * kHour + minute * kMinute, 1);
  }
  EXPECT_GT(evening, 1.5 * morning);
}

TEST(Traffic, HasIncidentsSometimes) {
  int troubled = 0;
  constexpr int kMinutes = 24 * 60;
  for (int minute = 0; minute < kMinutes; ++minute) {
    if (incident_at(kMidnight + minute * kMinute, 1)) ++troubled;
  }
  EXPECT_GT(troubled, kMinutes / 60);
  EXPECT_LT(troubled, kMinutes / 5);
}

RC_GTEST_PROP(TrafficProperty, StaysInItsBounds, (std::int64_t t, std::uint64_t seed)) {
  const double rate = traffic_at(t, seed);
  RC_ASSERT(rate > 0.1 && rate < 4.0);
}

RC_GTEST_PROP(TrafficProperty, AnIncidentHoldsAtEachOfItsInstants, (std::uint64_t seed)) {
  const TimestampNs t = kMidnight + *rc::gen::inRange<std::int64_t>(0, kDay);
  const auto incident = incident_at(t, seed);
  if (!incident) return;
  RC_ASSERT(incident->service < catalogue().size());
  const auto first = incident_at(incident->start, seed);
  const auto last = incident_at(incident->end - 1, seed);
  RC_ASSERT(first && first->end == incident->end);
  RC_ASSERT(last && last->start == incident->start);
  RC_ASSERT(!incident_at(incident->end, seed) ||
            incident_at(incident->end, seed)->start != incident->start);
}

}  // namespace
}  // namespace logpond::generate
