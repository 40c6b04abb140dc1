#include "column/number_search.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <optional>
#include <string>

#include "column/digit_search.h"
#include "column/digits.h"
#include "column/value_text.h"

namespace logpond::column {

namespace {

using Hits = std::vector<std::uint8_t>;

/// Numbers, as int64, from `first` to `last`.
struct NumberRange {
  std::int64_t first;
  std::int64_t last;
};

template <typename T>
void mark_distances(const T* distances, std::uint32_t count, T first, T width, std::uint8_t* hits) {
  for (std::uint32_t i = 0; i < count; ++i) {
    hits[i] |= static_cast<T>(distances[i] - first) <= width ? 1 : 0;
  }
}

/// Calls `f` with the distances in their own width; not when all are zero.
template <typename F>
void with_distances(const Numbers& numbers, F f) {
  switch (numbers.element_bytes()) {
    case 1:
      f(numbers.distances<std::uint8_t>());
      break;
    case 2:
      f(numbers.distances<std::uint16_t>());
      break;
    case 4:
      f(numbers.distances<std::uint32_t>());
      break;
    case 8:
      f(numbers.distances<std::uint64_t>());
      break;
    default:
      break;
  }
}

void mark_range(const Numbers& numbers, NumberRange range, Hits& hits) {
  const auto base = static_cast<std::int64_t>(numbers.base());
  const auto top = static_cast<std::int64_t>(numbers.base() + numbers.distance_max());
  range.first = std::max(range.first, base);
  range.last = std::min(range.last, top);
  if (range.first > range.last) return;
  if (numbers.element_bytes() == 0) {
    std::fill(hits.begin(), hits.end(), std::uint8_t{1});
    return;
  }
  const std::uint64_t first = static_cast<std::uint64_t>(range.first) - numbers.base();
  const std::uint64_t width =
      static_cast<std::uint64_t>(range.last) - static_cast<std::uint64_t>(range.first);
  with_distances(numbers, [&]<typename T>(const T* distances) {
    mark_distances(distances, numbers.size(), static_cast<T>(first), static_cast<T>(width),
                   hits.data());
  });
}

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The only number of the type that is spelt so.
std::optional<std::int64_t> number_spelt(ColumnType type, std::string_view literal) {
  if (literal.size() > kNumberTextMax) return std::nullopt;
  std::string padded(literal);
  padded.append(kTextPadding, '\0');
  const Value value = type_value(padded.data(), 0, static_cast<std::uint32_t>(literal.size()));
  const auto number = static_cast<std::int64_t>(value.bits);
  const bool is_integer = value.kind == ValueKind::kInteger;
  switch (type.family) {
    case TypeFamily::kInteger:
      // Damaged columns can hold numbers of 19 digits, which type_value() does not.
      if (literal.size() > 18) break;
      return is_integer ? std::optional(number) : std::nullopt;
    case TypeFamily::kPadded:
      if (literal.size() != type.aux || !is_digits(literal)) return std::nullopt;
      return number;
    case TypeFamily::kIpv4:
      return value.kind == ValueKind::kIpv4 ? std::optional(number) : std::nullopt;
    case TypeFamily::kTime:
      return value.kind == ValueKind::kTime && value.aux == type.aux ? std::optional(number)
                                                                     : std::nullopt;
    default:
      break;
  }
  return std::nullopt;
}

/// Numbers without a sign that begin with the digits `literal`: as many ranges as they can have
/// further digits.
template <typename Mark>
void each_prefix_range(std::string_view literal, Mark mark) {
  if (literal.size() > 19 || !is_digits(literal)) return;
  std::uint64_t first = 0;
  for (const char c : literal) first = first * 10 + static_cast<std::uint64_t>(c - '0');
  if (literal[0] == '0') {
    if (literal.size() == 1) mark(NumberRange{0, 0});
    return;
  }
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  std::uint64_t last = first;
  while (first <= kMax) {
    mark(NumberRange{static_cast<std::int64_t>(first),
                     static_cast<std::int64_t>(std::min(last, kMax))});
    if (first > kMax / 10) return;
    first *= 10;
    last = last > kMax / 10 ? kMax : last * 10 + 9;
  }
}

void mark_integer_prefix(const Numbers& numbers, std::string_view literal, Hits& hits) {
  if (literal.empty() || literal[0] != '-') {
    each_prefix_range(literal, [&](NumberRange range) { mark_range(numbers, range, hits); });
  } else if (literal.size() == 1) {
    mark_range(numbers, {std::numeric_limits<std::int64_t>::min(), -1}, hits);
  } else if (literal[1] != '0') {
    each_prefix_range(literal.substr(1), [&](NumberRange range) {
      mark_range(numbers, {-range.last, -range.first}, hits);
    });
  }
}

/// Numbers of a fixed length: those that begin with the literal are side by side.
void mark_fixed_prefix(const TypedValues& values, std::string_view literal, Hits& hits) {
  const Numbers& numbers = values.numbers;
  const auto text_below = [&](std::uint64_t distance, bool or_begins) {
    TypedValues one;
    one.type = values.type;
    one.numbers = Numbers::constant(numbers.base() + distance, 1);
    char buffer[kTypedTextMax];
    const char* const end = write_typed_text(one, 0, buffer);
    const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
    return text.substr(0, literal.size()) < literal || (or_begins && text.starts_with(literal));
  };
  const auto partition = [&](bool or_begins) {
    std::uint64_t low = 0;
    std::uint64_t high = numbers.distance_max() + 1;
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      if (text_below(middle, or_begins)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };
  const std::uint64_t first = partition(false);
  const std::uint64_t end = partition(true);
  if (first == end) return;
  mark_range(numbers,
             {static_cast<std::int64_t>(numbers.base() + first),
              static_cast<std::int64_t>(numbers.base() + end - 1)},
             hits);
}

/// Numbers that end in the digits `literal`: those whose distance from it is divisible by a power
/// of ten. Source of the test by a product: Granlund and Montgomery, "Division by Invariant
/// Integers using Multiplication" (1994), section 9.
void mark_suffix(const Numbers& numbers, std::string_view literal, Hits& hits) {
  const auto size = static_cast<unsigned>(literal.size());
  std::uint64_t ending = 0;
  for (const char c : literal) ending = ending * 10 + static_cast<std::uint64_t>(c - '0');
  const std::uint64_t least = size == 1 ? 0 : kPowers10[size - 1];
  std::uint64_t inverse = 1;
  const std::uint64_t odd = kPowers10[size] >> size;
  for (int i = 0; i < 6; ++i) inverse *= 2 - odd * inverse;
  const std::uint64_t quotient_max = ~0ULL / kPowers10[size];
  const auto holds = [&](std::uint64_t bits) {
    const std::uint64_t number = static_cast<std::int64_t>(bits) < 0 ? 0 - bits : bits;
    return (number >= least) & (number >= ending) &
           (std::rotr((number - ending) * inverse, static_cast<int>(size)) <= quotient_max);
  };
  if (numbers.element_bytes() == 0) {
    std::fill(hits.begin(), hits.end(), holds(numbers.base()) ? 1 : 0);
  }
  with_distances(numbers, [&](const auto* distances) {
    for (std::uint32_t i = 0; i < numbers.size(); ++i) {
      hits[i] = holds(numbers.base() + distances[i]) ? 1 : 0;
    }
  });
}

bool number_contains(std::uint64_t number, std::string_view literal) {
  char buffer[kNumberTextMax];
  const char* const end = write_digits(buffer, number);
  return std::string_view(buffer, static_cast<std::size_t>(end - buffer)).find(literal) !=
         std::string_view::npos;
}

/// Cuts a number of more than eight digits.
void put_pieces(std::uint64_t number, DigitCount count, std::uint32_t i, DigitBlock& block) {
  const std::uint64_t high = number / kPowers10[8];
  block.low[2 * i] = static_cast<std::uint32_t>(number - high * kPowers10[8]);
  if (count == DigitCount::kSixteen) {
    block.low[2 * i + 1] = static_cast<std::uint32_t>(high);
    return;
  }
  const std::uint64_t top = high / kPowers10[8];
  block.low[2 * i + 1] = static_cast<std::uint32_t>(high - top * kPowers10[8]);
  block.high[2 * i] = static_cast<std::uint32_t>(top);
  block.high[2 * i + 1] = 0;
}

template <typename T>
void mark_digits(const T* distances, const Numbers& numbers, std::string_view literal, Hits& hits) {
  constexpr std::size_t kPatternMax = 16;
  const DigitPattern pattern(literal.substr(0, kPatternMax));
  const std::uint64_t base = numbers.base();
  const std::uint64_t top = base + numbers.distance_max();
  const DigitCount digits = top < kPowers10[8]    ? DigitCount::kEight
                            : top < kPowers10[16] ? DigitCount::kSixteen
                                                  : DigitCount::kMore;
  DigitBlock block{};
  std::array<std::uint8_t, kDigitBlock> found;
  for (std::uint32_t begin = 0; begin < numbers.size(); begin += kDigitBlock) {
    const std::uint32_t count = std::min<std::uint32_t>(kDigitBlock, numbers.size() - begin);
    if (digits == DigitCount::kEight) {
      for (std::uint32_t i = 0; i < count; ++i) {
        block.low[i] = static_cast<std::uint32_t>(base + distances[begin + i]);
      }
    } else {
      for (std::uint32_t i = 0; i < count; ++i) {
        put_pieces(base + distances[begin + i], digits, i, block);
      }
    }
    find_digits(block, digits, pattern, found.data());
    std::copy_n(found.begin(), count, hits.begin() + begin);
    if (literal.size() <= kPatternMax) continue;
    for (std::uint32_t i = begin; i < begin + count; ++i) {
      if (hits[i] != 0) hits[i] = number_contains(base + distances[i], literal) ? 1 : 0;
    }
  }
}

/// Requires: no number is negative.
void mark_containing(const Numbers& numbers, std::string_view literal, Hits& hits) {
  if (numbers.element_bytes() == 0) {
    std::fill(hits.begin(), hits.end(), number_contains(numbers.base(), literal) ? 1 : 0);
  }
  with_distances(numbers,
                 [&](const auto* distances) { mark_digits(distances, numbers, literal, hits); });
}

bool mark_integers(const Numbers& numbers, Place place, std::string_view literal, Hits& hits) {
  if (place == Place::kPrefix) {
    mark_integer_prefix(numbers, literal, hits);
    return true;
  }
  // A sign stands at the begin alone.
  if (literal[0] == '-') {
    if (place == Place::kContains) {
      mark_integer_prefix(numbers, literal, hits);
      return true;
    }
    return false;
  }
  constexpr std::size_t kDigitsMax = 19;
  if (!is_digits(literal) || literal.size() > kDigitsMax) return true;
  if (place == Place::kSuffix) {
    if (literal.size() == kDigitsMax) return false;
    mark_suffix(numbers, literal, hits);
    return true;
  }
  if (static_cast<std::int64_t>(numbers.base()) < 0) return false;
  mark_containing(numbers, literal, hits);
  return true;
}

/// Which octets can stand for a part of a literal that is cut at its points.
using OctetSet = std::array<std::uint8_t, 256>;

OctetSet octets_that(Place place, std::string_view part) {
  OctetSet octets{};
  for (unsigned octet = 0; octet < 256; ++octet) {
    const std::string text = std::to_string(octet);
    const bool holds = place == Place::kEqual    ? text == part
                       : place == Place::kPrefix ? text.starts_with(part)
                       : place == Place::kSuffix ? text.ends_with(part)
                                                 : text.find(part) != std::string::npos;
    octets[octet] = holds ? 1 : 0;
  }
  return octets;
}

void mark_addresses(const Numbers& numbers, Place place, std::string_view literal, Hits& hits) {
  std::vector<std::string_view> parts;
  for (std::string_view rest = literal;;) {
    const std::size_t point = rest.find('.');
    parts.push_back(rest.substr(0, point));
    if (point == std::string_view::npos) break;
    rest.remove_prefix(point + 1);
  }
  if (parts.size() > 4) return;
  const auto count = static_cast<unsigned>(parts.size());
  const bool is_open_first = place == Place::kSuffix || place == Place::kContains;
  const bool is_open_last = place == Place::kPrefix || place == Place::kContains;
  std::vector<OctetSet> sets;
  for (unsigned k = 0; k < count; ++k) {
    const bool is_open_left = k == 0 && is_open_first;
    const bool is_open_right = k + 1 == count && is_open_last;
    sets.push_back(octets_that(is_open_left ? (is_open_right ? Place::kContains : Place::kSuffix)
                                            : (is_open_right ? Place::kPrefix : Place::kEqual),
                               parts[k]));
  }
  const unsigned first = is_open_first && !is_open_last ? 4 - count : 0;
  const unsigned last = is_open_first ? 4 - count : 0;
  for (std::uint32_t i = 0; i < numbers.size(); ++i) {
    const std::uint64_t address = numbers[i];
    unsigned holds = 0;
    for (unsigned begin = first; begin <= last; ++begin) {
      unsigned all = 1;
      for (unsigned k = 0; k < count; ++k) {
        all &= sets[k][(address >> (24 - 8 * (begin + k))) & 0xFF];
      }
      holds |= all;
    }
    hits[i] = static_cast<std::uint8_t>(holds);
  }
}

}  // namespace

bool mark_numbers(const TypedValues& values, Place place, std::string_view literal, Hits& hits) {
  if (literal.empty()) return false;
  const ColumnType type = values.type;
  if (place == Place::kEqual) {
    const bool is_one_number = type.family != TypeFamily::kShortest &&
                               type.family != TypeFamily::kDecimal &&
                               !(type.family == TypeFamily::kInteger && literal.size() > 18);
    if (!is_one_number) return false;
    if (const auto number = number_spelt(type, literal)) {
      mark_range(values.numbers, {*number, *number}, hits);
    }
    return true;
  }
  switch (type.family) {
    case TypeFamily::kInteger:
      return mark_integers(values.numbers, place, literal, hits);
    case TypeFamily::kIpv4:
      mark_addresses(values.numbers, place, literal, hits);
      return true;
    case TypeFamily::kTime:
    case TypeFamily::kPadded:
      if (place == Place::kPrefix) {
        mark_fixed_prefix(values, literal, hits);
        return true;
      }
      // A run of digits that begins with none of the zeros in front.
      if (type.family == TypeFamily::kPadded && place == Place::kContains && is_digits(literal) &&
          literal[0] != '0' && literal.size() <= 18) {
        mark_containing(values.numbers, literal, hits);
        return true;
      }
      return false;
    default:
      return false;
  }
}

}  // namespace logpond::column
