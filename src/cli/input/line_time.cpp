#include "cli/input/line_time.h"

#include <array>
#include <cstdio>
#include <string>

#include "cli/input/time_argument.h"

namespace logpond::cli {
namespace {

constexpr std::size_t kTimeBytesMax = 40;  // the longest form with nanoseconds and an offset

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// How much of `line` is a date and time: digits and the marks between them, then a zone.
std::string_view date_time_part(std::string_view line) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (line.size() < kShape.size()) return {};
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const char c = line[i];
    const bool fits = kShape[i] == 'd'   ? is_digit(c)
                      : kShape[i] == 'T' ? c == 'T' || c == ' ' || c == 't'
                                         : c == kShape[i];
    if (!fits) return {};
  }
  std::size_t end = kShape.size();
  if (end + 1 < line.size() && (line[end] == '.' || line[end] == ',') && is_digit(line[end + 1])) {
    ++end;
    while (end < line.size() && is_digit(line[end])) ++end;
  }
  if (end < line.size() && (line[end] == 'Z' || line[end] == 'z')) return line.substr(0, end + 1);
  const bool has_offset = end + 6 <= line.size() && (line[end] == '+' || line[end] == '-') &&
                          is_digit(line[end + 1]) && line[end + 3] == ':';
  return line.substr(0, has_offset ? end + 6 : end);
}

std::optional<TimestampNs> iso_time(std::string_view line) {
  const std::string_view part = date_time_part(line);
  if (part.empty() || part.size() > kTimeBytesMax) return std::nullopt;
  std::string text(part);
  for (char& c : text) {
    if (c == ',') c = '.';
  }
  return parse_rfc3339(text);
}

std::optional<TimestampNs> syslog_time(std::string_view line, TimestampNs now) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr std::size_t kSize = sizeof("Jun 14 15:16:01") - 1;
  if (line.size() < kSize) return std::nullopt;
  std::size_t month = 0;
  while (month < kMonths.size() && line.substr(0, 3) != kMonths[month]) ++month;
  if (month == kMonths.size() || line[3] != ' ' || line[6] != ' ') return std::nullopt;
  const char tens = line[4] == ' ' ? '0' : line[4];
  // The line does not say its year: this one, unless that lies in the future.
  const std::string this_year = format_rfc3339(now).substr(0, 4);
  for (int year = std::stoi(this_year); year >= std::stoi(this_year) - 8; --year) {
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02zu-%c%cT%.8sZ", year, month + 1, tens, line[5],
                  std::string(line.substr(7, 8)).c_str());
    const auto time = parse_rfc3339(text.data());
    // Eight years back finds a leap day; anything else that does not parse never will.
    if (time && *time <= now + kDay) return time;
  }
  return std::nullopt;
}

std::optional<TimestampNs> epoch_time(std::string_view line) {
  const std::size_t end = line.find_first_of(" \t");
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view number = line.substr(0, end);
  constexpr std::size_t kSecondsDigits = 10;  // shorter numbers are counters, not times
  if (number.substr(0, number.find('.')).size() < kSecondsDigits) return std::nullopt;
  return parse_epoch(number);
}

}  // namespace

std::optional<TimestampNs> find_line_time(std::string_view line, TimestampNs now) {
  if (line.starts_with('[')) line.remove_prefix(1);
  if (line.empty()) return std::nullopt;
  if (const auto time = iso_time(line)) return time;
  if (is_digit(line.front())) return epoch_time(line);
  return syslog_time(line, now);
}

}  // namespace logpond::cli
