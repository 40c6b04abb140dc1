#include "core/time.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace logpond {
namespace {

/// Days since 1970-01-01 of a proleptic Gregorian date; after Howard Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms".
constexpr std::int64_t days_from_civil(std::int64_t year, unsigned month, unsigned day) {
  year -= month <= 2;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto year_of_era = static_cast<unsigned>(year - era * 400);
  const unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + static_cast<std::int64_t>(day_of_era) - 719468;
}

struct Civil {
  std::int64_t year;
  unsigned month;
  unsigned day;
};

constexpr Civil civil_from_days(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto day_of_era = static_cast<unsigned>(days - era * 146097);
  const unsigned year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const unsigned day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned shifted_month = (5 * day_of_year + 2) / 153;
  const unsigned day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const unsigned month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {static_cast<std::int64_t>(year_of_era) + era * 400 + (month <= 2), month, day};
}

constexpr unsigned days_in_month(std::int64_t year, unsigned month) {
  constexpr std::array<unsigned, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && is_leap ? 29 : kDays[month - 1];
}

/// Takes exactly `count` digits from the front.
bool take_digits(std::string_view& text, std::size_t count, unsigned& value) {
  if (text.size() < count) return false;
  value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto digit = static_cast<unsigned>(text[i] - '0');
    if (digit > 9) return false;
    value = value * 10 + digit;
  }
  text.remove_prefix(count);
  return true;
}

bool take_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// Nanoseconds of `.123`; digits past the ninth are dropped. False when no digit follows the point.
bool take_fraction(std::string_view& text, std::int64_t& nanos) {
  nanos = 0;
  if (!take_char(text, ".,")) return true;
  std::int64_t scale = kSecond;
  bool any = false;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    scale /= 10;
    nanos += scale * (text.front() - '0');
    text.remove_prefix(1);
    any = true;
  }
  return any;
}

/// `Z`, `+02:00`, `-0330` or nothing.
bool take_zone(std::string_view& text, std::int64_t& offset_seconds) {
  offset_seconds = 0;
  if (text.empty() || take_char(text, "Zz")) return true;
  const bool is_west = text.front() == '-';
  if (!take_char(text, "+-")) return false;
  unsigned hours = 0;
  unsigned minutes = 0;
  if (!take_digits(text, 2, hours)) return false;
  (void)take_char(text, ":");
  if (!take_digits(text, 2, minutes) || hours > 23 || minutes > 59) return false;
  offset_seconds = (is_west ? -1 : 1) * static_cast<std::int64_t>(hours * 3600 + minutes * 60);
  return true;
}

std::optional<TimestampNs> combine(std::int64_t seconds, std::int64_t nanos) {
  TimestampNs result = 0;
  if (__builtin_mul_overflow(seconds, kSecond, &result) ||
      __builtin_add_overflow(result, nanos, &result)) {
    return std::nullopt;
  }
  return result;
}

struct Unit {
  std::string_view name;
  DurationNs span;
};

constexpr std::array<Unit, 7> kPrometheusUnits{{{"y", 365 * kDay},
                                                {"w", 7 * kDay},
                                                {"d", kDay},
                                                {"h", kHour},
                                                {"m", kMinute},
                                                {"s", kSecond},
                                                {"ms", kMillisecond}}};
constexpr std::array<Unit, 8> kGoUnits{{{"ns", 1},
                                        {"us", kMicrosecond},
                                        {"\u00b5s", kMicrosecond},
                                        {"\u03bcs", kMicrosecond},
                                        {"ms", kMillisecond},
                                        {"s", kSecond},
                                        {"m", kMinute},
                                        {"h", kHour}}};

std::string_view take_unit(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && text[size] != '.' && (text[size] < '0' || text[size] > '9')) ++size;
  const std::string_view unit = text.substr(0, size);
  text.remove_prefix(size);
  return unit;
}

}  // namespace

std::int64_t utc_day(TimestampNs t) {
  return t >= 0 ? t / kDay : -((-(t + 1)) / kDay) - 1;
}

std::string format_day(std::int64_t day) {
  const Civil civil = civil_from_days(day);
  std::array<char, 32> buffer{};
  const int size = std::snprintf(buffer.data(), buffer.size(), "%04lld-%02u-%02u",
                                 static_cast<long long>(civil.year), civil.month, civil.day);
  return {buffer.data(), static_cast<std::size_t>(size)};
}

std::optional<TimestampNs> parse_rfc3339(std::string_view text) {
  unsigned year = 0;
  unsigned month = 0;
  unsigned day = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  std::int64_t nanos = 0;
  std::int64_t zone = 0;
  if (!take_digits(text, 4, year) || !take_char(text, "-") || !take_digits(text, 2, month) ||
      !take_char(text, "-") || !take_digits(text, 2, day) || !take_char(text, "Tt ") ||
      !take_digits(text, 2, hour) || !take_char(text, ":") || !take_digits(text, 2, minute) ||
      !take_char(text, ":") || !take_digits(text, 2, second) || !take_fraction(text, nanos) ||
      !take_zone(text, zone) || !text.empty()) {
    return std::nullopt;
  }
  if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) || hour > 23 ||
      minute > 59 || second > 60) {
    return std::nullopt;
  }
  const std::int64_t seconds = days_from_civil(year, month, day) * 86400 +
                               static_cast<std::int64_t>(hour * 3600 + minute * 60 + second) - zone;
  return combine(seconds, nanos);
}

std::string format_rfc3339(TimestampNs t) {
  const std::int64_t day = utc_day(t);
  // Unsigned subtraction: near the ends of the range day * kDay would overflow, the difference does
  // not.
  const auto of_day =
      static_cast<std::int64_t>(static_cast<std::uint64_t>(t) -
                                static_cast<std::uint64_t>(day) * static_cast<std::uint64_t>(kDay));
  const std::int64_t seconds = of_day / kSecond;
  std::array<char, 48> buffer{};
  int size = std::snprintf(buffer.data(), buffer.size(), "T%02d:%02d:%02d.%09d",
                           static_cast<int>(seconds / 3600), static_cast<int>(seconds / 60 % 60),
                           static_cast<int>(seconds % 60), static_cast<int>(of_day % kSecond));
  std::string out = format_day(day);
  while (buffer[static_cast<std::size_t>(size) - 1] == '0') --size;
  if (buffer[static_cast<std::size_t>(size) - 1] == '.') --size;
  out.append(buffer.data(), static_cast<std::size_t>(size));
  out.push_back('Z');
  return out;
}

std::optional<DurationNs> parse_prometheus_duration(std::string_view text) {
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  DurationNs total = 0;
  std::size_t next_unit = 0;
  while (!text.empty()) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() ||
        number > static_cast<std::uint64_t>(std::numeric_limits<DurationNs>::max())) {
      return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const std::string_view unit = take_unit(text);
    while (next_unit < kPrometheusUnits.size() && kPrometheusUnits[next_unit].name != unit)
      ++next_unit;
    if (next_unit == kPrometheusUnits.size()) return std::nullopt;
    DurationNs part = 0;
    if (__builtin_mul_overflow(static_cast<DurationNs>(number), kPrometheusUnits[next_unit].span,
                               &part) ||
        __builtin_add_overflow(total, part, &total)) {
      return std::nullopt;
    }
    ++next_unit;
  }
  return total;
}

std::optional<DurationNs> parse_go_duration(std::string_view text) {
  const bool is_negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  long double total = 0;
  while (!text.empty()) {
    std::size_t size = 0;
    std::size_t digits = 0;
    while (size < text.size() && (text[size] == '.' || (text[size] >= '0' && text[size] <= '9'))) {
      digits += text[size] != '.';
      ++size;
    }
    const std::string number(text.substr(0, size));
    if (digits == 0 || number.find('.') != number.rfind('.')) return std::nullopt;
    text.remove_prefix(size);
    const std::string_view unit = take_unit(text);
    const Unit* found = nullptr;
    for (const Unit& known : kGoUnits) {
      if (known.name == unit) found = &known;
    }
    if (found == nullptr) return std::nullopt;
    total += std::strtold(number.c_str(), nullptr) * static_cast<long double>(found->span);
  }
  if (total >= 9223372036854775807.0L) return std::nullopt;
  const auto span = static_cast<DurationNs>(total);
  return is_negative ? -span : span;
}

std::string format_duration(DurationNs span) {
  if (span == 0) return "0s";
  std::string out;
  auto rest = static_cast<std::uint64_t>(span);
  if (span < 0) {
    out.push_back('-');
    rest = ~rest + 1;
  }
  // Days, weeks and years print as hours would in Go, but Prometheus' units read better at night.
  for (const Unit& unit :
       {Unit{"d", kDay}, Unit{"h", kHour}, Unit{"m", kMinute}, Unit{"s", kSecond},
        Unit{"ms", kMillisecond}, Unit{"us", kMicrosecond}, Unit{"ns", 1}}) {
    const auto size = static_cast<std::uint64_t>(unit.span);
    if (rest < size) continue;
    out.append(std::to_string(rest / size)).append(unit.name);
    rest %= size;
  }
  return out;
}

}  // namespace logpond
