#include "cli/input/time_argument.h"

#include <charconv>
#include <string>

namespace logpond::cli {
namespace {

constexpr std::size_t kSecondsDigits = 11;
constexpr std::size_t kMillisDigits = 14;
constexpr std::size_t kMicrosDigits = 17;
constexpr std::size_t kNanosDigits = 19;

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

tl::unexpected<Error> bad(std::string text) {
  return fail(ErrorCode::kInvalidArgument, std::move(text));
}

}  // namespace

std::optional<TimestampNs> parse_epoch(std::string_view text) {
  const std::size_t dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  if (!all_digits(whole) || whole.size() > kNanosDigits) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), number);
  if (error != std::errc{} || end != whole.data() + whole.size()) return std::nullopt;
  DurationNs unit = 1;
  if (whole.size() <= kSecondsDigits) {
    unit = kSecond;
  } else if (whole.size() <= kMillisDigits) {
    unit = kMillisecond;
  } else if (whole.size() <= kMicrosDigits) {
    unit = kMicrosecond;
  }
  TimestampNs time = 0;
  if (__builtin_mul_overflow(number, unit, &time)) return std::nullopt;
  if (dot == std::string_view::npos) return time;
  const std::string_view fraction = text.substr(dot + 1);
  if (unit != kSecond || !all_digits(fraction) || fraction.size() > 9) return std::nullopt;
  DurationNs place = kSecond;
  for (const char digit : fraction) {
    place /= 10;
    time += (digit - '0') * place;
  }
  return time;
}

Result<TimestampNs> parse_time_argument(std::string_view text, TimestampNs now) {
  std::string_view rest = text;
  if (rest == "now") return now;
  if (rest.starts_with("now-")) rest.remove_prefix(3);
  if (rest.starts_with('-')) {
    if (const auto span = parse_prometheus_duration(rest.substr(1))) return now - *span;
  }
  if (const auto epoch = parse_epoch(text)) return *epoch;
  if (const auto time = parse_rfc3339(text)) return *time;
  if (const auto day = parse_rfc3339(std::string(text) + "T00:00:00Z")) return *day;
  if (const auto minute = parse_rfc3339(std::string(text) + ":00Z")) return *minute;
  return bad("\"" + std::string(text) +
             "\" is not a time: write now-1h, 2026-11-21, 2026-11-21T08:00:00Z or epoch seconds");
}

Result<TimeRange> resolve_range(const TimeFlags& flags, TimestampNs now) {
  const auto parse = [&](std::string_view flag, std::string_view text) -> Result<TimestampNs> {
    auto time = parse_time_argument(text, now);
    if (!time) return fail_in(flag, std::move(time).error());
    return *time;
  };
  TimeRange range;
  range.end = now;
  if (!flags.to.empty()) {
    LOGPOND_TRY(range.end, parse("--to", flags.to));
  }
  if (!flags.from.empty()) {
    LOGPOND_TRY(range.start, parse("--from", flags.from));
  } else {
    const auto span = parse_prometheus_duration(flags.since);
    if (!span) {
      return bad("--since: \"" + std::string(flags.since) +
                 "\" is not a duration: write 5m, 1h30m or 7d");
    }
    range.start = range.end - *span;
  }
  if (range.start >= range.end) {
    return bad("the range is empty: it begins at " + format_rfc3339(range.start) + " and ends at " +
               format_rfc3339(range.end));
  }
  return range;
}

}  // namespace logpond::cli
