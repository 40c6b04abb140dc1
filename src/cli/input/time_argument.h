// Times as people type them.
#pragma once

#include <optional>
#include <string_view>

#include "core/result.h"
#include "core/time.h"

namespace logpond::cli {

/// `now`, `now-1h30m`, `-1h` (before now), RFC 3339 with or without zone (UTC), `2026-11-21`, epoch
/// seconds, or milli-, micro- or nanoseconds by the number of digits. Errors: kInvalidArgument.
Result<TimestampNs> parse_time_argument(std::string_view text, TimestampNs now);

/// Epoch number: up to 11 digits are seconds (a fraction too), then milli-, micro-, nanoseconds.
std::optional<TimestampNs> parse_epoch(std::string_view text);

/// What `--since`, `--from` and `--to` say together. `from` wins over `since`.
struct TimeFlags {
  std::string_view since;
  std::string_view from;
  std::string_view to;
};
/// Errors: kInvalidArgument, naming the flag.
Result<TimeRange> resolve_range(const TimeFlags& flags, TimestampNs now);

}  // namespace logpond::cli
