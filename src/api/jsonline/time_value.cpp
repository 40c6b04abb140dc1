#include "api/jsonline/time_value.h"

#include <array>
#include <cstring>
#include <limits>

namespace logpond::api::jsonline {
namespace {

constexpr std::size_t kDateSize = 10;  // 2026-11-21

/// Two digits at `at`; more than 99 when they are not digits.
unsigned two_digits(const char* at) {
  const auto tens = static_cast<unsigned>(static_cast<unsigned char>(at[0])) - '0';
  const auto ones = static_cast<unsigned>(static_cast<unsigned char>(at[1])) - '0';
  return tens > 9 || ones > 9 ? 1000 : tens * 10 + ones;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::optional<TimestampNs> TimeReader::read(std::string_view text) {
  if (text.size() > kDateSize && text[4] == '-') {
    if (const auto usual = read_usual(text)) return usual;
    return parse_rfc3339(text);
  }
  return read_epoch(text);
}

std::optional<TimestampNs> TimeReader::read_usual(std::string_view text) {
  // YYYY-MM-DDTHH:MM:SS[.fraction]Z; whatever is not exactly that is left to parse_rfc3339.
  constexpr std::size_t kWithoutFraction = 20;
  constexpr std::size_t kLongest = 30;
  if (text.size() < kWithoutFraction || text.size() > kLongest || text.back() != 'Z') return {};
  std::uint64_t head = 0;
  std::uint16_t tail = 0;
  std::memcpy(&head, text.data(), sizeof head);
  std::memcpy(&tail, text.data() + sizeof head, sizeof tail);
  if (head != date_head_ || tail != date_tail_) {
    std::array<char, kWithoutFraction> midnight{};
    std::memcpy(midnight.data(), text.data(), kDateSize);
    std::memcpy(midnight.data() + kDateSize, "T00:00:00Z", kWithoutFraction - kDateSize);
    const auto start = parse_rfc3339({midnight.data(), midnight.size()});
    if (!start) return {};
    date_head_ = head;
    date_tail_ = tail;
    date_seconds_ = *start / kSecond;
  }
  const char* const at = text.data();
  const unsigned hour = two_digits(at + 11);
  const unsigned minute = two_digits(at + 14);
  const unsigned second = two_digits(at + 17);
  if (hour > 23 || minute > 59 || second > 59 || at[10] != 'T' || at[13] != ':' || at[16] != ':') {
    return {};
  }
  std::int64_t nanos = 0;
  if (text.size() > kWithoutFraction) {
    if (at[19] != '.') return {};
    std::int64_t scale = kSecond;
    for (std::size_t i = 20; i + 1 < text.size(); ++i) {
      if (!is_digit(at[i])) return {};
      scale /= 10;
      nanos += (at[i] - '0') * scale;
    }
    if (scale == kSecond) return {};
  }
  TimestampNs result = 0;
  const std::int64_t seconds = date_seconds_ + hour * 3600 + minute * 60 + second;
  if (__builtin_mul_overflow(seconds, kSecond, &result) ||
      __builtin_add_overflow(result, nanos, &result)) {
    return {};
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
