// How busy the imaginary shop is and when it is in trouble: functions of time and seed alone, so
// that a backfill and a live run agree.
#pragma once

#include <cstdint>
#include <optional>

#include "core/time.h"

namespace logpond::generate {

/// A service in trouble for a minute or two.
struct Incident {
  std::size_t service = 0;  ///< Index into catalogue().
  TimestampNs start = 0;
  TimestampNs end = 0;
};

/// Rate relative to the average: quiet at night, busy in the evening (UTC), with bursts of some
/// tens of seconds. Always above 0.1 and below 4.
double traffic_at(TimestampNs t, std::uint64_t seed);

/// The incident that `t` falls into. About every second quarter of an hour has one.
std::optional<Incident> incident_at(TimestampNs t, std::uint64_t seed);

}  // namespace logpond::generate
