// Parameters of Loki's query endpoints, read exactly as Loki reads them.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/result.h"
#include "core/time.h"
#include "net/http_types.h"
#include "storage/store.h"

namespace logpond::api::loki {

inline constexpr DurationNs kDefaultSince = kHour;
inline constexpr std::size_t kDefaultLimit = 100;
/// Steps of one range query; beyond it the query is refused.
inline constexpr std::uint64_t kStepsMax = 11'000;

struct TimeBounds {
  TimestampNs start = 0;
  TimestampNs end = 0;
};

/// A time: with a `.` seconds, rounded to milliseconds; else an integer, of 10 characters or fewer
/// seconds, of more nanoseconds; else RFC 3339. Empty is `when_empty`.
/// Errors: kInvalidArgument, with Go's text of the integer parser.
Result<TimestampNs> read_time(std::string_view text, TimestampNs when_empty);

/// `start`, `end` and `since`. Errors: kInvalidArgument, `could not parse 'start' parameter: ...`.
Result<TimeBounds> read_bounds(const net::Parameters& parameters, TimestampNs now);

/// The same; additionally `end` may not lie before `start`.
Result<TimeBounds> read_ordered_bounds(const net::Parameters& parameters, TimestampNs now);

/// `step`, by default a 250th of the range and at least a second. Errors: kInvalidArgument when it
/// is no duration, not positive, or gives more than kStepsMax steps.
Result<DurationNs> read_step(const net::Parameters& parameters, TimeBounds bounds);

/// `15`, `0.5` (seconds) or a Prometheus duration. Errors: kInvalidArgument, `cannot parse ...`.
Result<DurationNs> read_seconds_or_duration(std::string_view text);

/// `interval`; absent is 0. Errors: kInvalidArgument.
Result<DurationNs> read_interval(const net::Parameters& parameters);

/// `limit`, or another name for it. Errors: kInvalidArgument.
Result<std::size_t> read_limit(const net::Parameters& parameters, std::string_view name,
                               std::size_t when_absent);

/// `direction`, any case; backward when absent. Errors: kInvalidArgument.
Result<storage::Order> read_direction(const net::Parameters& parameters);

}  // namespace logpond::api::loki
