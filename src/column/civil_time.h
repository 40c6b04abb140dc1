// Calendar dates and the spelling of times that kTime values have.
#pragma once

#include <cstdint>

namespace logpond::column {

/// How a kTime value is spelt, packed into its aux: below kTimeSpellings.
struct TimeSpelling {
  enum class Ending : std::uint8_t { kNone, kZulu, kZeroOffset };  ///< none, `Z`, `+00:00`

  bool has_space = false;   ///< Space between date and time instead of `T`.
  bool has_comma = false;   ///< Comma before the fraction instead of a point.
  std::uint8_t digits = 0;  ///< Of the fraction, 0 to 9.
  Ending ending = Ending::kNone;

  std::uint8_t aux() const {
    return static_cast<std::uint8_t>(
        ((digits * 3 + static_cast<unsigned>(ending)) * 2 + (has_space ? 1 : 0)) * 2 +
        (has_comma ? 1 : 0));
  }
  static TimeSpelling of(std::uint8_t aux) {
    return {.has_space = (aux & 2) != 0,
            .has_comma = (aux & 1) != 0,
            .digits = static_cast<std::uint8_t>(aux / 12),
            .ending = static_cast<Ending>(aux / 4 % 3)};
  }
  unsigned text_size() const {
    constexpr unsigned kEndings[] = {0, 1, 6};
    return 19U + (digits == 0 ? 0U : 1U + digits) + kEndings[static_cast<unsigned>(ending)];
  }
};
inline constexpr unsigned kTimeSpellings = 120;

/// Times stop before 2200-01-01.
inline constexpr std::uint64_t kTimeSecondsEnd = 84'006ULL * 86'400;

struct CivilDate {
  unsigned year;
  unsigned month;
  unsigned day;
};

/// Days since 1970-01-01 of a date of 1970 or later. Source: Howard Hinnant, "chrono-compatible
/// low-level date algorithms", days_from_civil and civil_from_days.
inline std::uint32_t days_of(CivilDate date) {
  const unsigned year = date.year - (date.month <= 2 ? 1 : 0);
  const unsigned era = year / 400;
  const unsigned year_of_era = year - era * 400;
  const unsigned month = date.month > 2 ? date.month - 3 : date.month + 9;
  const unsigned day_of_year = (153 * month + 2) / 5 + date.day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

inline CivilDate date_of(std::uint32_t days) {
  const std::uint32_t shifted = days + 719'468;
  const std::uint32_t era = shifted / 146'097;
  const std::uint32_t day_of_era = shifted - era * 146'097;
  const std::uint32_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::uint32_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::uint32_t month = (5 * day_of_year + 2) / 153;
  const unsigned civil_month = month < 10 ? month + 3 : month - 9;
  return {year_of_era + era * 400 + (civil_month <= 2 ? 1 : 0), civil_month,
          day_of_year - (153 * month + 2) / 5 + 1};
}

}  // namespace logpond::column
