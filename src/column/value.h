// A piece of text with the type that its spelling shows: what columns are made of.
// Rules of each kind: docs/formats/column.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace logpond::column {

/// Text may be read this far beyond its end (any content): readers of text load whole vectors.
inline constexpr std::size_t kTextPadding = 64;

/// How a text is spelt. Every kind but kText gives the text back from `bits` and `aux` alone, byte
/// for byte; whatever does not is kText. Stored on disk: never renumber.
enum class ValueKind : std::uint8_t {
  kInteger = 0,  ///< `0`, `-17`: at most 18 digits, none leading zero, not `-0`. bits: int64.
  kDecimal =
      1,  ///< `12.345`: as above with a point; aux digits behind it; bits: int64 times 10^aux.
  kPadded = 2,  ///< `007`: at most 18 digits, the first a zero; aux digits. bits: the number.
  kIpv4 = 3,    ///< `10.0.0.1`, no leading zeros. bits: the address, first octet highest.
  kTime = 4,    ///< `2026-11-21T10:00:00.123Z` and siblings; aux: spelling. bits: ticks since 1970.
  kUuid = 5,    ///< 36 characters, lower case. bits: a hash.
  kHex = 6,     ///< 16, 32, 40 or 64 lower-case digits with a decimal one among them; aux: digits.
                ///< bits: a hash.
  kText = 7,    ///< Anything else. bits: a hash.
  kReference = 8,  ///< No text: bits is a number that means something to the caller.
  kLongText = 9,   ///< Text of 65,535 bytes or more. bits: its size.
};

/// 16 bytes; the text itself stays where it is. Write it as a whole: values assembled from bytes
/// stall the loads that follow.
struct Value {
  std::uint64_t bits = 0;
  std::uint32_t offset = 0;  ///< Of the text, from a base that the owner of the value knows.
  std::uint16_t size = 0;    ///< Of the text; 65,535 for kLongText.
  ValueKind kind = ValueKind::kText;
  std::uint8_t aux = 0;
};
static_assert(sizeof(Value) == 16);

inline constexpr std::uint32_t kLongTextBytes = 65'535;

/// Types `size` bytes at `base + offset`. Requires: kTextPadding readable bytes behind them.
Value type_value(const char* base, std::uint32_t offset, std::uint32_t size);

}  // namespace logpond::column
