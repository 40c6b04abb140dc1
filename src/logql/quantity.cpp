#include "logql/quantity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "codec/go_string.h"

namespace logpond::logql {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string quoted(std::string_view text) {
  std::string out;
  codec::append_go_quoted(out, text);
  return out;
}

tl::unexpected<Error> float_error(std::string_view text, std::string_view why) {
  return fail(ErrorCode::kInvalidArgument,
              "strconv.ParseFloat: parsing " + quoted(text) + ": " + std::string(why));
}

/// inf, infinity and nan with an optional sign, in any case.
std::optional<double> special_float(std::string_view text) {
  double sign = 1;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    sign = text.front() == '-' ? -1 : 1;
    text.remove_prefix(1);
  }
  if (text.size() > 8) return std::nullopt;
  std::string word(text);
  std::transform(word.begin(), word.end(), word.begin(), lower);
  if (word == "inf" || word == "infinity") return sign * std::numeric_limits<double>::infinity();
  if (word == "nan") return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

/// Digits with single separators between them, an optional point and exponent.
bool is_plain_float(std::string_view text) {
  bool digits = false;
  std::size_t i = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
  const auto run = [&] {
    bool any = false;
    while (i < text.size()) {
      const bool separator = text[i] == '_' && any && text[i - 1] != '_' && i + 1 < text.size() &&
                             is_digit(text[i + 1]);
      if (!is_digit(text[i]) && !separator) break;
      any = true;
      ++i;
    }
    return any;
  };
  digits = run();
  if (i < text.size() && text[i] == '.') {
    ++i;
    digits = run() || digits;
  }
  if (!digits) return false;
  if (i < text.size() && lower(text[i]) == 'e') {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (!run()) return false;
  }
  return i == text.size();
}

struct Unit {
  std::string_view name;
  double factor;
};
constexpr std::array kByteUnits = {
    Unit{"", 1},        Unit{"b", 1},        Unit{"k", 1e3},     Unit{"kb", 1e3},
    Unit{"m", 1e6},     Unit{"mb", 1e6},     Unit{"g", 1e9},     Unit{"gb", 1e9},
    Unit{"t", 1e12},    Unit{"tb", 1e12},    Unit{"p", 1e15},    Unit{"pb", 1e15},
    Unit{"e", 1e18},    Unit{"eb", 1e18},    Unit{"ki", 0x1p10}, Unit{"kib", 0x1p10},
    Unit{"mi", 0x1p20}, Unit{"mib", 0x1p20}, Unit{"gi", 0x1p30}, Unit{"gib", 0x1p30},
    Unit{"ti", 0x1p40}, Unit{"tib", 0x1p40}, Unit{"pi", 0x1p50}, Unit{"pib", 0x1p50},
    Unit{"ei", 0x1p60}, Unit{"eib", 0x1p60},
};

/// Go's sentence for a text that is no duration.
std::string go_duration_error(std::string_view text) {
  const std::string whole = quoted(text);
  std::string_view rest = text;
  if (!rest.empty() && (rest.front() == '+' || rest.front() == '-')) rest.remove_prefix(1);
  if (rest.empty()) return "time: invalid duration " + whole;
  while (!rest.empty()) {
    bool digits = false;
    std::size_t i = 0;
    while (i < rest.size() && (is_digit(rest[i]) || rest[i] == '.')) {
      digits = digits || is_digit(rest[i]);
      ++i;
    }
    const auto points =
        std::count(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(i), '.');
    if (!digits || points > 1) return "time: invalid duration " + whole;
    rest.remove_prefix(i);
    for (i = 0; i < rest.size() && !is_digit(rest[i]) && rest[i] != '.'; ++i) {
    }
    if (i == 0) return "time: missing unit in duration " + whole;
    const std::string_view unit = rest.substr(0, i);
    constexpr std::array<std::string_view, 8> kUnits = {"ns", "us", "\u00B5s", "\u03BCs",
                                                        "ms", "s",  "m",       "h"};
    if (std::find(kUnits.begin(), kUnits.end(), unit) == kUnits.end()) {
      return "time: unknown unit " + quoted(unit) + " in duration " + whole;
    }
    rest.remove_prefix(i);
  }
  return "time: invalid duration " + whole;
}

}  // namespace

Result<double> parse_float(std::string_view text) {
  if (const auto special = special_float(text)) return *special;
  if (!is_plain_float(text)) return float_error(text, "invalid syntax");
  std::string large;
  std::string_view digits = text;
  if (digits.front() == '+') digits.remove_prefix(1);
  if (digits.find('_') != std::string_view::npos) {
    large = digits;
    large.erase(std::remove(large.begin(), large.end(), '_'), large.end());
    digits = large;
  }
  double value = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (code == std::errc::result_out_of_range) {
    // Too small is zero in Go, too large is an error: the library tells them apart only by value.
    const std::size_t exponent = digits.find_first_of("eE");
    const bool tiny =
        exponent != std::string_view::npos && digits.find('-', exponent) != std::string_view::npos;
    if (tiny || std::abs(value) < 1) return 0.0;
    return float_error(text, "value out of range");
  }
  if (code != std::errc() || end != digits.data() + digits.size()) {
    return float_error(text, "invalid syntax");
  }
  return value;
}

Result<DurationNs> parse_duration(std::string_view text) {
  if (const auto value = parse_go_duration(text)) return *value;
  return fail(ErrorCode::kInvalidArgument, go_duration_error(text));
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() &&
         (is_digit(text[digits]) || text[digits] == '.' || text[digits] == ',')) {
    ++digits;
  }
  std::string number(text.substr(0, digits));
  number.erase(std::remove(number.begin(), number.end(), ','), number.end());
  LOGPOND_TRY(const double value, parse_float(number));
  std::string_view rest = text.substr(digits);
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
  while (!rest.empty() && (rest.back() == ' ' || rest.back() == '\t')) rest.remove_suffix(1);
  std::string unit(rest);
  std::transform(unit.begin(), unit.end(), unit.begin(), lower);
  const auto at = std::find_if(kByteUnits.begin(), kByteUnits.end(),
                               [&](const Unit& u) { return u.name == unit; });
  if (at == kByteUnits.end()) {
    return fail(ErrorCode::kInvalidArgument, "unhandled size name: " + unit);
  }
  const double bytes = value * at->factor;
  if (bytes >= 0x1p64) return fail(ErrorCode::kInvalidArgument, "too large: " + std::string(text));
  return static_cast<std::uint64_t>(bytes);
}

std::optional<DurationNs> parse_duration_literal(std::string_view text) {
  if (const auto value = parse_prometheus_duration(text)) return value;
  return parse_go_duration(text);
}

std::string range_duration_error(std::string_view text) {
  if (text == "0" || parse_prometheus_duration(text)) return "";
  if (text.empty()) return "empty duration string";
  const std::string bad = "not a valid duration string: " + quoted(text);
  std::string_view rest = text;
  while (!rest.empty()) {
    std::size_t i = 0;
    while (i < rest.size() && is_digit(rest[i])) ++i;
    if (i == 0 || i > 19) return bad;
    rest.remove_prefix(i);
    for (i = 0; i < rest.size() && !is_digit(rest[i]); ++i) {
    }
    if (i == 0) return bad;
    const std::string_view unit = rest.substr(0, i);
    constexpr std::array<std::string_view, 7> kUnits = {"ms", "s", "m", "h", "d", "w", "y"};
    if (std::find(kUnits.begin(), kUnits.end(), unit) == kUnits.end()) {
      return "unknown unit " + quoted(unit) + " in duration " + quoted(text);
    }
    rest.remove_prefix(i);
  }
  return bad;
}

std::string go_duration_text(DurationNs span) {
  if (span == 0) return "0s";
  const bool negative = span < 0;
  const auto whole =
      negative ? ~static_cast<std::uint64_t>(span) + 1 : static_cast<std::uint64_t>(span);
  const auto with_fraction = [](std::uint64_t value, std::uint64_t one) {
    std::string text = std::to_string(value / one);
    std::string fraction = std::to_string(one + value % one).substr(1);
    while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
    return fraction.empty() ? text : text + "." + fraction;
  };
  std::string out = negative ? "-" : "";
  if (whole < 1'000) return out + std::to_string(whole) + "ns";
  if (whole < 1'000'000) return out + with_fraction(whole, 1'000) + "\u00B5s";
  if (whole < 1'000'000'000) return out + with_fraction(whole, 1'000'000) + "ms";
  const std::uint64_t minute = static_cast<std::uint64_t>(kMinute);
  const std::uint64_t hours = whole / static_cast<std::uint64_t>(kHour);
  const std::uint64_t minutes = whole / minute % 60;
  if (hours > 0) out += std::to_string(hours) + "h";
  if (hours > 0 || minutes > 0) out += std::to_string(minutes) + "m";
  return out + with_fraction(whole % minute, 1'000'000'000) + "s";
}

std::string float_text(double value) {
  std::array<char, 32> buffer{};
  const auto [end, code] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return code == std::errc() ? std::string(buffer.data(), end) : "0";
}

}  // namespace logpond::logql
