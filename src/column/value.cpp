// Typing a text: shortest checks first, most of them on a mask that says which bytes are digits.
#include "column/value.h"

#include <array>
#include <bit>
#include <cstring>

#include "column/civil_time.h"
#include "column/digits.h"
#include "column/value_text.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace logpond::column {

namespace {

#if defined(__SSE2__)

__m128i load_vector(const char* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}
__m128i in_range(__m128i bytes, char first, char count) {
  const __m128i distance = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
  return _mm_cmpeq_epi8(_mm_min_epu8(distance, _mm_set1_epi8(static_cast<char>(count - 1))),
                        distance);
}
/// One bit a byte of 16: is it a decimal digit?
std::uint32_t digit_mask16(const char* at) {
  return static_cast<std::uint32_t>(_mm_movemask_epi8(in_range(load_vector(at), '0', 10)));
}
/// The same for lower-case hexadecimal digits.
std::uint32_t hex_mask16(const char* at) {
  const __m128i bytes = load_vector(at);
  return static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_or_si128(in_range(bytes, '0', 10), in_range(bytes, 'a', 6))));
}

#else

std::uint32_t digit_mask16(const char* at) {
  std::uint32_t mask = 0;
  for (unsigned i = 0; i < 16; ++i) mask |= (at[i] >= '0' && at[i] <= '9' ? 1U : 0U) << i;
  return mask;
}
std::uint32_t hex_mask16(const char* at) {
  std::uint32_t mask = digit_mask16(at);
  for (unsigned i = 0; i < 16; ++i) mask |= (at[i] >= 'a' && at[i] <= 'f' ? 1U : 0U) << i;
  return mask;
}

#endif

/// True when the first `size` (a multiple of 8) bytes are lower-case hexadecimal digits.
bool is_hex(const char* text, std::uint32_t size) {
  for (std::uint32_t i = 0; i < size; i += 16) {
    const std::uint32_t wanted = size - i >= 16 ? 0xFFFF : 0xFF;
    if ((hex_mask16(text + i) & wanted) != wanted) return false;
  }
  return true;
}

bool has_digit(const char* text, std::uint32_t size) {
  std::uint32_t any = 0;
  for (std::uint32_t i = 0; i < size; i += 16) {
    any |= digit_mask16(text + i) & (size - i >= 16 ? 0xFFFFU : 0xFFU);
  }
  return any != 0;
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// Folds 16 bytes at a time, the last 16 once more; for short texts two words.
std::uint64_t hash_text(const char* text, std::uint32_t size) {
  constexpr std::uint64_t kFirst = 0xA0761D6478BD642FULL;
  constexpr std::uint64_t kSecond = 0xE7037ED1A0B428DBULL;
  std::uint64_t hash = size * 0x9E3779B97F4A7C15ULL;
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  if (size >= 16) {
    for (std::uint32_t i = 0; i + 16 < size; i += 16) {
      hash = mix(load_word(text + i) ^ kFirst, load_word(text + i + 8) ^ kSecond ^ hash);
    }
    low = load_word(text + size - 16);
    high = load_word(text + size - 8);
  } else if (size >= 8) {
    low = load_word(text);
    high = load_word(text + size - 8);
  } else if (size > 0) {
    low = load_word(text) & (~0ULL >> (64 - 8 * size));
  }
  return mix(mix(low ^ kFirst, high ^ kSecond ^ hash), kFirst ^ size);
}

/// Two digits as a number; 100 or more when one of them is none.
unsigned two_digits(const char* at) {
  const auto tens = static_cast<unsigned char>(at[0] - '0');
  const auto ones = static_cast<unsigned char>(at[1] - '0');
  return tens > 9 || ones > 9 ? 100U : tens * 10U + ones;
}

/// Requires: at most 15 characters; `others` has a bit for each that is no digit, three in all.
bool type_ipv4(const char* text, std::uint32_t size, std::uint32_t others, std::uint64_t& bits) {
  others |= 1U << size;  // ends the last octet
  std::uint32_t address = 0;
  std::uint32_t begin = 0;
  for (int octet = 0; octet < 4; ++octet) {
    const auto end = static_cast<std::uint32_t>(std::countr_zero(others));
    others &= others - 1;
    const std::uint32_t digits = end - begin;
    if (digits - 1 > 2 || (digits > 1 && text[begin] == '0')) return false;
    if (octet < 3 && text[end] != '.') return false;
    const auto number = static_cast<std::uint32_t>(parse_digits8(text + begin, digits));
    if (number > 255) return false;
    address = address << 8 | number;
    begin = end + 1;
  }
  bits = address;
  return true;
}

bool has_three(std::uint32_t mask) {
  mask &= mask - 1;
  mask &= mask - 1;
  return mask != 0 && (mask & (mask - 1)) == 0;
}

bool is_date(CivilDate date) {
  constexpr std::array<std::uint8_t, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (date.year < 1970 || date.year > 2199) return false;
  if (date.month < 1 || date.month > 12 || date.day < 1) return false;
  const bool is_leap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0);
  return date.day <= kDays[date.month - 1] + (date.month == 2 && is_leap ? 1U : 0U);
}

/// Requires: 19 <= size <= 35. `digits` has a bit for each of the first 32 bytes.
bool type_time(const char* text, std::uint32_t size, std::uint32_t digits, Value& value) {
  // dddd-dd-dd?dd:dd:dd: the digits in one comparison.
  constexpr std::uint32_t kShape = 0b1101101101101101111;
  if ((digits & 0x7FFFF) != kShape || text[4] != '-' || text[7] != '-' || text[13] != ':' ||
      text[16] != ':' || (text[10] != 'T' && text[10] != ' ')) {
    return false;
  }
  const CivilDate date{two_digits(text) * 100 + two_digits(text + 2), two_digits(text + 5),
                       two_digits(text + 8)};
  const unsigned hour = two_digits(text + 11);
  const unsigned minute = two_digits(text + 14);
  const unsigned second = two_digits(text + 17);
  if (!is_date(date) || hour > 23 || minute > 59 || second > 59) return false;
  TimeSpelling spelling{.has_space = text[10] == ' '};
  std::uint32_t at = 19;
  std::uint64_t fraction = 0;
  if (at < size && (text[at] == '.' || text[at] == ',')) {
    spelling.has_comma = text[at] == ',';
    // The bits behind the 32nd are zero; a fraction never reaches it.
    const auto count = static_cast<std::uint32_t>(std::countr_one(digits >> 20));
    if (count == 0 || count > 9 || 20 + count > size) return false;
    fraction = parse_digits(text + 20, count);
    spelling.digits = static_cast<std::uint8_t>(count);
    at = 20 + count;
  }
  const std::uint32_t rest = size - at;
  if (rest == 1 && text[at] == 'Z') {
    spelling.ending = TimeSpelling::Ending::kZulu;
  } else if (rest == 6 && std::memcmp(text + at, "+00:00", 6) == 0) {
    spelling.ending = TimeSpelling::Ending::kZeroOffset;
  } else if (rest != 0) {
    return false;
  }
  const std::uint64_t seconds =
      days_of(date) * 86'400ULL + hour * 3600ULL + minute * 60ULL + second;
  value.bits = seconds * kPowers10[spelling.digits] + fraction;
  value.kind = ValueKind::kTime;
  value.aux = spelling.aux();
  return true;
}

bool is_uuid(const char* text) {
  // Both halves of the text without its four hyphens, in windows of 16.
  constexpr std::uint32_t kFirst = 0xFFFF & ~(1U << 8 | 1U << 13);
  constexpr std::uint32_t kSecond = 0xFFFF & ~(1U << 2 | 1U << 7);
  return text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-' &&
         (hex_mask16(text) & kFirst) == kFirst && (hex_mask16(text + 16) & kSecond) == kSecond &&
         (hex_mask16(text + 20) & 0xFFF0) == 0xFFF0;
}

/// Signed numbers of digits alone, or with one point. `others` has a bit for each byte behind the
/// sign that is no digit.
bool type_number(const char* text, std::uint32_t size, bool is_negative, std::uint32_t others,
                 Value& value) {
  const char* const first = text + (is_negative ? 1 : 0);
  const std::uint32_t count = size - (is_negative ? 1 : 0);
  if (others == 0) {
    if (count == 0 || count > 18) return false;
    const std::uint64_t number = parse_digits(first, count);
    if (*first == '0' && count > 1) {
      if (is_negative) return false;
      value.kind = ValueKind::kPadded;
      value.aux = static_cast<std::uint8_t>(count);
    } else {
      if (is_negative && number == 0) return false;
      value.kind = ValueKind::kInteger;
    }
    value.bits = is_negative ? 0 - number : number;
    return true;
  }
  const auto point = static_cast<std::uint32_t>(std::countr_zero(others));
  if (first[point] != '.' || point == 0 || point + 1 == count || count > 19 ||
      (*first == '0' && point > 1)) {
    return false;
  }
  const std::uint32_t fraction = count - point - 1;
  const std::uint64_t number =
      parse_digits(first, point) * kPowers10[fraction] + parse_digits(first + point + 1, fraction);
  if (is_negative && number == 0) return false;
  value.kind = ValueKind::kDecimal;
  value.aux = static_cast<std::uint8_t>(fraction);
  value.bits = is_negative ? 0 - number : number;
  return true;
}

/// Tries the kinds that a text of this size can be; false leaves `value` alone.
bool type_short(const char* text, std::uint32_t size, Value& value) {
  std::uint32_t digits = digit_mask16(text);
  if (size > 16) digits |= digit_mask16(text + 16) << 16;
  if (digits == 0) return false;
  if (size <= 20) {
    const bool is_negative = text[0] == '-';
    const std::uint32_t count = size - (is_negative ? 1 : 0);
    const std::uint32_t others = ~(digits >> (is_negative ? 1 : 0)) & ((1U << count) - 1);
    if ((others & (others - 1)) == 0) {
      if (type_number(text, size, is_negative, others, value)) return true;
    } else if (size >= 7 && size <= 15 && !is_negative && has_three(others) &&
               type_ipv4(text, size, others, value.bits)) {
      value.kind = ValueKind::kIpv4;
      return true;
    }
    if (size == 16 && is_hex(text, 16)) {
      value.kind = ValueKind::kHex;
      value.aux = 16;
      value.bits = hash_text(text, 16);
      return true;
    }
  }
  return size >= 19 && text[4] == '-' && type_time(text, size, digits, value);
}

bool type_identifier(const char* text, std::uint32_t size, Value& value) {
  if (size == 36) {
    if (!is_uuid(text)) return false;
    value.kind = ValueKind::kUuid;
  } else {
    if (size != 32 && size != 40 && size != 64) return false;
    if (!is_hex(text, size) || !has_digit(text, size)) return false;
    value.kind = ValueKind::kHex;
    value.aux = static_cast<std::uint8_t>(size);
  }
  value.bits = hash_text(text, size);
  return true;
}

/// Stores as a whole, for loads of a whole that follow.
Value whole(const Value& parts) {
  const std::uint64_t words[2] = {parts.bits, parts.offset |
                                                  static_cast<std::uint64_t>(parts.size) << 32 |
                                                  static_cast<std::uint64_t>(parts.kind) << 48 |
                                                  static_cast<std::uint64_t>(parts.aux) << 56};
  Value value;
  std::memcpy(static_cast<void*>(&value), words, sizeof value);
  return value;
}

}  // namespace

Value type_value(const char* base, std::uint32_t offset, std::uint32_t size) {
  const char* const text = base + offset;
  Value value;
  value.offset = offset;
  if (size >= kLongTextBytes) {
    value.bits = size;
    value.size = kLongTextBytes;
    value.kind = ValueKind::kLongText;
    return whole(value);
  }
  value.size = static_cast<std::uint16_t>(size);
  const bool is_typed = (size <= 35 && size > 0 && type_short(text, size, value)) ||
                        (size >= 32 && size <= 64 && type_identifier(text, size, value));
  if (!is_typed) value.bits = hash_text(text, size);
  return whole(value);
}

}  // namespace logpond::column
