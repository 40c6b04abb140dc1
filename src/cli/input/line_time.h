// The time at the beginning of a log line, in the forms that are common and cannot be mistaken.
#pragma once

#include <optional>
#include <string_view>

#include "core/time.h"

namespace logpond::cli {

/// Finds the time that `line` begins with:
///   `2026-11-21T08:00:00.123Z`, with a blank for the `T`, with an offset, without a zone (UTC);
///   `2015-10-18 18:01:47,978`; `[...]` around any of these; `Jun 14 15:16:01` (UTC, of the year
///   that ends less than a day after `now`); epoch seconds, milli-, micro- or nanoseconds followed
///   by a blank.
/// JSON objects: see inspect_json_line(). Nothing when the line begins with no such time.
std::optional<TimestampNs> find_line_time(std::string_view line, TimestampNs now);

}  // namespace logpond::cli
