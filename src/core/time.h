// Instants and spans: signed 64-bit nanoseconds since the Unix epoch, UTC (1677 to 2262).
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace logpond {

/// Nanoseconds since 1970-01-01T00:00:00Z.
using TimestampNs = std::int64_t;
/// A span in nanoseconds.
using DurationNs = std::int64_t;

inline constexpr DurationNs kMicrosecond = 1'000;
inline constexpr DurationNs kMillisecond = 1'000'000;
inline constexpr DurationNs kSecond = 1'000'000'000;
inline constexpr DurationNs kMinute = 60 * kSecond;
inline constexpr DurationNs kHour = 60 * kMinute;
inline constexpr DurationNs kDay = 24 * kHour;

/// Half-open: start is inside, end is not.
struct TimeRange {
  TimestampNs start = std::numeric_limits<TimestampNs>::min();
  TimestampNs end = std::numeric_limits<TimestampNs>::max();
  bool contains(TimestampNs t) const { return t >= start && t < end; }
  bool operator==(const TimeRange&) const = default;
};

/// UTC day number of an instant (floor division, so right before 1970 too).
std::int64_t utc_day(TimestampNs t);
/// `2026-11-21` of a day number.
std::string format_day(std::int64_t day);

/// RFC 3339 with `T` or a blank, any fraction, `Z` or an offset; without a zone it is UTC.
/// Nothing when `text` is not wholly such a time or lies outside what 64 bits hold.
std::optional<TimestampNs> parse_rfc3339(std::string_view text);
/// `2026-11-21T00:00:00.123456789Z`; trailing zeros of the fraction are dropped.
std::string format_rfc3339(TimestampNs t);

/// Prometheus duration: integers with units y w d h m s ms in descending order (`1h30m`).
std::optional<DurationNs> parse_prometheus_duration(std::string_view text);
/// Go duration: fractions, any order, leading sign (`1.5h`, `-5m`, `80ms`, `0`).
std::optional<DurationNs> parse_go_duration(std::string_view text);
/// Shortest Prometheus form: `1h30m`, `250ms`, `0s`. Nanoseconds below 1 ms print as Go does.
std::string format_duration(DurationNs span);

}  // namespace logpond
