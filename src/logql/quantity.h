// Numbers, durations and byte counts as LogQL and Go write them, with Go's words for what is wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/time.h"

namespace logpond::logql {

/// A float as Go's strconv reads it: decimal, digit separators, inf and nan in any case.
/// Errors: kInvalidArgument, `strconv.ParseFloat: parsing "x": invalid syntax`.
Result<double> parse_float(std::string_view text);

/// A Go duration of the data side. Errors: kInvalidArgument, `time: invalid duration "oops"`.
Result<DurationNs> parse_duration(std::string_view text);

/// A byte count: number, optional blank, unit of powers of 1000 or 1024 in any case; no unit is
/// bytes. Errors: kInvalidArgument.
Result<std::uint64_t> parse_bytes(std::string_view text);

/// A duration of the query's text: Prometheus form first, then Go's.
std::optional<DurationNs> parse_duration_literal(std::string_view text);

/// What is wrong with the text between the brackets of a range; empty when it is a duration.
std::string range_duration_error(std::string_view text);

/// `26449h48m20s`, as Go prints durations.
std::string go_duration_text(DurationNs span);

/// Shortest text that a query can hold for `value`.
std::string float_text(double value);

}  // namespace logpond::logql
