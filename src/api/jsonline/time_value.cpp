#include "api/jsonline/time_value.h"

#include <array>
#include <cstring>

namespace logpond::api::jsonline {
namespace {

constexpr std::size_t kDateSize = 10;  // 2026-11-21

std::uint64_t load_eight(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// True when no byte is above its limit, which is 0x7F less the byte of `to_top` there.
bool is_each_byte_within(std::uint64_t bytes, std::uint64_t to_top) {
  return (((bytes + to_top) | bytes) & 0x8080'8080'8080'8080U) == 0;
}

/// Seconds since midnight of the `HH:MM:SS` at `at`; negative when it is no such time. A second 60
/// is none either.
std::int64_t time_of_day(const char* at) {
  // Byte i of the text is byte i of the word, counted from the lowest: x86-64 is little-endian.
  constexpr std::uint64_t kZeros = 0x3030'3A30'303A'3030U;        // "00:00:00"
  constexpr std::uint64_t kDigitLimits = 0x7676'7F76'767F'7676U;  // 9, and 0 for the colons
  const std::uint64_t x = load_eight(at) ^ kZeros;
  if (!is_each_byte_within(x, kDigitLimits)) return -1;
  const auto pair = [x](unsigned i) {
    return (x >> (8 * i) & 0xFF) * 10 + (x >> (8 * i + 8) & 0xFF);
  };
  const std::uint64_t hour = pair(0);
  const std::uint64_t minute = pair(3);
  const std::uint64_t second = pair(6);
  if (hour > 23 || minute > 59 || second > 59) return -1;
  return static_cast<std::int64_t>(hour * 3600 + minute * 60 + second);
}

/// The number that eight digits say, the first of them in the lowest byte, each from 0 to 9.
std::uint32_t eight_digits(std::uint64_t digits) {
  constexpr std::uint64_t kMask = 0x0000'00FF'0000'00FFU;
  const std::uint64_t pairs = digits * 10 + (digits >> 8);
  const std::uint64_t low = (pairs & kMask) * (100 + (std::uint64_t{1'000'000} << 32));
  const std::uint64_t high = ((pairs >> 16) & kMask) * (1 + (std::uint64_t{10'000} << 32));
  return static_cast<std::uint32_t>((low + high) >> 32);
}

/// Nanoseconds of `count` digits (1 to 9) at `at`; negative when one is none. Reads the bytes
/// before them too. Requires: seven readable bytes before `at`.
std::int64_t fraction_nanos(const char* at, std::size_t count) {
  constexpr std::uint64_t kZeros = 0x3030'3030'3030'3030U;
  constexpr std::uint64_t kDigitLimits = 0x7676'7676'7676'7676U;
  const std::size_t first = count < 8 ? count : 8;
  // Digits that are missing at the end become zeros.
  const std::uint64_t digits = (load_eight(at + first - 8) ^ kZeros) >> (8 * (8 - first));
  if (!is_each_byte_within(digits, kDigitLimits)) return -1;
  const std::int64_t nanos = std::int64_t{eight_digits(digits)} * 10;
  if (count < 9) return nanos;
  const char ninth = at[8];
  return ninth < '0' || ninth > '9' ? -1 : nanos + (ninth - '0');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::optional<TimestampNs> TimeReader::read_plainly(std::string_view text) {
  if (text.size() > kDateSize && text[4] == '-') return parse_rfc3339(text);
  return read_epoch(text);
}

TimestampNs TimeReader::read_usual(std::string_view text) {
  // YYYY-MM-DDTHH:MM:SS[.fraction]Z; whatever is not exactly that is left to parse_rfc3339.
  constexpr std::size_t kWithoutFraction = 20;
  constexpr std::size_t kLongest = 30;
  if (text.size() < kWithoutFraction || text.size() > kLongest || text.back() != 'Z' ||
      text[4] != '-') {
    return kNotUsual;
  }
  std::uint64_t head = 0;
  std::uint16_t tail = 0;
  std::memcpy(&head, text.data(), sizeof head);
  std::memcpy(&tail, text.data() + sizeof head, sizeof tail);
  if (head != date_head_ || tail != date_tail_) {
    std::array<char, kWithoutFraction> midnight{};
    std::memcpy(midnight.data(), text.data(), kDateSize);
    std::memcpy(midnight.data() + kDateSize, "T00:00:00Z", kWithoutFraction - kDateSize);
    const auto start = parse_rfc3339({midnight.data(), midnight.size()});
    if (!start) return kNotUsual;
    date_head_ = head;
    date_tail_ = tail;
    date_seconds_ = *start / kSecond;
  }
  const char* const at = text.data();
  const std::int64_t time = time_of_day(at + kDateSize + 1);
  if (time < 0 || at[kDateSize] != 'T') return kNotUsual;
  std::int64_t nanos = 0;
  if (text.size() > kWithoutFraction) {
    if (at[kWithoutFraction - 1] != '.' || text.size() == kWithoutFraction + 1) return kNotUsual;
    nanos = fraction_nanos(at + kWithoutFraction, text.size() - kWithoutFraction - 1);
    if (nanos < 0) return kNotUsual;
  }
  TimestampNs result = 0;
  const std::int64_t seconds = date_seconds_ + time;
  if (__builtin_mul_overflow(seconds, kSecond, &result) ||
      __builtin_add_overflow(result, nanos, &result)) {
    return kNotUsual;
  }
  return result;
}

std::optional<TimestampNs> read_epoch(std::string_view text) {
  const bool is_negative = !text.empty() && text.front() == '-';
  if (is_negative) text.remove_prefix(1);
  std::int64_t whole = 0;
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) {
    if (__builtin_mul_overflow(whole, std::int64_t{10}, &whole) ||
        __builtin_add_overflow(whole, std::int64_t{text[digits] - '0'}, &whole)) {
      return {};
    }
    ++digits;
  }
  if (digits == 0) return {};
  constexpr std::int64_t kSecondsBelow = 100'000'000'000;
  const std::int64_t unit = whole < kSecondsBelow               ? kSecond
                            : whole < kSecondsBelow * 1'000     ? kMillisecond
                            : whole < kSecondsBelow * 1'000'000 ? kMicrosecond
                                                                : 1;
  std::int64_t nanos = 0;
  text.remove_prefix(digits);
  if (!text.empty()) {
    if (text.front() != '.' || text.size() == 1) return {};
    std::int64_t scale = unit;
    for (const char c : text.substr(1)) {
      if (!is_digit(c)) return {};
      scale /= 10;
      nanos += (c - '0') * scale;
    }
  }
  TimestampNs result = 0;
  if (__builtin_mul_overflow(whole, unit, &result) ||
      __builtin_add_overflow(result, nanos, &result)) {
    return {};
  }
  return is_negative ? -result : result;
}

}  // namespace logpond::api::jsonline
