#include "api/loki/query_parameters.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace logpond::api::loki {
namespace {

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

/// An integer with an optional sign, as Go's strconv reads it; `function` is named in errors.
Result<std::int64_t> read_integer(std::string_view text, const char* function) {
  const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  std::int64_t value = 0;
  const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const char* const why = error == std::errc::result_out_of_range ? "value out of range"
                          : error != std::errc{} || rest != digits.data() + digits.size() ||
                                  digits.starts_with('+') ||
                                  (text.starts_with('+') && digits.starts_with('-'))
                              ? "invalid syntax"
                              : nullptr;
  if (why == nullptr) return value;
  return fail(ErrorCode::kInvalidArgument,
              std::string("strconv.") + function + ": parsing " + quoted(text) + ": " + why);
}

std::optional<double> read_float(std::string_view text) {
  const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  double value = 0;
  const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || rest != digits.data() + digits.size()) return std::nullopt;
  return value;
}

/// Whole nanoseconds of so many seconds; nothing when 64 bits do not hold them.
std::optional<std::int64_t> nanoseconds(double seconds) {
  const double nanos = seconds * static_cast<double>(kSecond);
  constexpr double kLimit = 9.2e18;
  if (!(nanos > -kLimit && nanos < kLimit)) return std::nullopt;
  return static_cast<std::int64_t>(nanos);
}

/// Seconds with a fraction, rounded to milliseconds.
std::optional<TimestampNs> read_float_seconds(std::string_view text) {
  const auto value = read_float(text);
  if (!value || !nanoseconds(*value)) return std::nullopt;
  double whole = 0;
  const double fraction = std::modf(*value, &whole);
  const auto milliseconds = static_cast<std::int64_t>(std::llround(fraction * 1000));
  return static_cast<std::int64_t>(whole) * kSecond + milliseconds * kMillisecond;
}

Error parameter_error(std::string_view name, Error error) {
  return {error.code, "could not parse '" + std::string(name) + "' parameter: " + error.message};
}

std::string_view text_of(const net::Parameters& parameters, std::string_view name) {
  return parameters.get(name).value_or(std::string_view());
}

/// a - b, at most to the ends of time.
TimestampNs minus(TimestampNs a, DurationNs b) {
  TimestampNs difference = 0;
  if (!__builtin_sub_overflow(a, b, &difference)) return difference;
  return b > 0 ? std::numeric_limits<TimestampNs>::min() : std::numeric_limits<TimestampNs>::max();
}

}  // namespace

Result<TimestampNs> read_time(std::string_view text, TimestampNs when_empty) {
  constexpr std::size_t kSecondsDigitsMax = 10;
  if (text.empty()) return when_empty;
  if (text.find('.') != std::string_view::npos) {
    if (const auto seconds = read_float_seconds(text)) return *seconds;
  }
  const Result<std::int64_t> number = read_integer(text, "ParseInt");
  if (!number) {
    if (const auto time = parse_rfc3339(text)) return *time;
    return tl::unexpected<Error>(number.error());
  }
  return text.size() <= kSecondsDigitsMax ? *number * kSecond : *number;
}

Result<TimeBounds> read_bounds(const net::Parameters& parameters, TimestampNs now) {
  DurationNs since = kDefaultSince;
  if (const std::string_view text = text_of(parameters, "since"); !text.empty()) {
    const auto given = parse_prometheus_duration(text);
    if (!given) {
      return fail(ErrorCode::kInvalidArgument,
                  "could not parse 'since' parameter: "
                  "not a valid duration string: " +
                      quoted(text));
    }
    since = *given;
  }
  const Result<TimestampNs> end = read_time(text_of(parameters, "end"), now);
  if (!end) return tl::unexpected<Error>(parameter_error("end", end.error()));
  const TimestampNs until = std::min(*end, now);
  const Result<TimestampNs> start = read_time(text_of(parameters, "start"), minus(until, since));
  if (!start) return tl::unexpected<Error>(parameter_error("start", start.error()));
  return TimeBounds{*start, *end};
}

Result<TimeBounds> read_ordered_bounds(const net::Parameters& parameters, TimestampNs now) {
  LOGPOND_TRY(const TimeBounds bounds, read_bounds(parameters, now));
  if (bounds.end < bounds.start) {
    return fail(ErrorCode::kInvalidArgument,
                "end timestamp must not be before or equal to start time");
  }
  return bounds;
}

Result<DurationNs> read_seconds_or_duration(std::string_view text) {
  if (const auto seconds = read_float(text)) {
    if (const auto span = nanoseconds(*seconds)) return *span;
    return fail(ErrorCode::kInvalidArgument,
                "cannot parse " + quoted(text) + " to a valid duration. It overflows int64");
  }
  if (const auto span = parse_prometheus_duration(text)) return *span;
  return fail(ErrorCode::kInvalidArgument, "cannot parse " + quoted(text) + " to a valid duration");
}

Result<DurationNs> read_step(const net::Parameters& parameters, TimeBounds bounds) {
  // Both ends are any 64-bit number: only the unsigned difference holds their distance.
  const auto span =
      static_cast<std::uint64_t>(bounds.end) - static_cast<std::uint64_t>(bounds.start);
  DurationNs step = kSecond;
  if (const std::string_view text = text_of(parameters, "step"); !text.empty()) {
    LOGPOND_TRY(step, read_seconds_or_duration(text));
  } else {
    constexpr std::uint64_t kStepsByDefault = 250;
    const auto seconds = static_cast<std::int64_t>(span / std::uint64_t{kSecond} / kStepsByDefault);
    step = std::max<std::int64_t>(1, seconds) * kSecond;
  }
  if (step <= 0) {
    return fail(ErrorCode::kInvalidArgument,
                "zero or negative query resolution step widths are not accepted. Try a positive "
                "integer");
  }
  if (span / static_cast<std::uint64_t>(step) > kStepsMax) {
    return fail(ErrorCode::kInvalidArgument,
                "exceeded maximum resolution of 11,000 points per time series. Try increasing the "
                "value of the step parameter");
  }
  return step;
}

Result<DurationNs> read_interval(const net::Parameters& parameters) {
  const std::string_view text = text_of(parameters, "interval");
  if (text.empty()) return 0;
  LOGPOND_TRY(const DurationNs interval, read_seconds_or_duration(text));
  if (interval < 0) return fail(ErrorCode::kInvalidArgument, "interval must be >= 0");
  return interval;
}

Result<std::size_t> read_limit(const net::Parameters& parameters, std::string_view name,
                               std::size_t when_absent) {
  const std::string_view text = text_of(parameters, name);
  if (text.empty()) return when_absent;
  LOGPOND_TRY(const std::int64_t limit, read_integer(text, "Atoi"));
  if (limit <= 0) return fail(ErrorCode::kInvalidArgument, "limit must be a positive value");
  return static_cast<std::size_t>(limit);
}

Result<storage::Order> read_direction(const net::Parameters& parameters) {
  const std::string_view text = text_of(parameters, "direction");
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (lower.empty() || lower == "backward") return storage::Order::kBackward;
  if (lower == "forward") return storage::Order::kForward;
  return fail(ErrorCode::kInvalidArgument, "invalid direction '" + std::string(text) + "'");
}

}  // namespace logpond::api::loki
