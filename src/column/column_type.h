// What a packed column says of its values in a byte. Layout: docs/formats/column.md.
#pragma once

#include <cstdint>
#include <optional>

#include "column/civil_time.h"

namespace logpond::column {

/// First bytes of columns that are more than values of one type.
enum class ColumnForm : std::uint8_t {
  kConstantText = 0,
  kConstantInteger = 1,
  kConstantReference = 2,
  kShort = 3,       ///< Fewer than kShortColumn values, as texts.
  kMixed = 4,       ///< Several types, and which value is of which.
  kDictionary = 5,  ///< Distinct values, and a code each value.
};

inline constexpr std::uint32_t kShortColumn = 8;
/// More values are not packed, nor believed.
inline constexpr std::uint32_t kColumnValuesMax = 1U << 24;

/// How values are packed: finer than their kind.
enum class TypeFamily : std::uint8_t {
  kInteger,
  kShortest,  ///< Scaled by 10^aux; spelt without last zeros: integers and decimals together.
  kDecimal,   ///< Scaled by 10^aux; spelt with all of the digits.
  kPadded,    ///< aux digits.
  kIpv4,
  kTime,  ///< aux: its spelling.
  kReference,
  kUuid,
  kHex,  ///< aux digits.
  kText,
};

struct ColumnType {
  TypeFamily family = TypeFamily::kText;
  std::uint8_t aux = 0;

  bool operator==(const ColumnType&) const = default;

  /// Stored as numbers, not as bytes.
  bool is_number() const { return family <= TypeFamily::kReference; }
  /// The text follows from a number.
  bool is_written_number() const { return family <= TypeFamily::kTime; }

  /// The byte that says it; above every ColumnForm.
  std::uint8_t code() const {
    switch (family) {
      case TypeFamily::kInteger:
        return 16;
      case TypeFamily::kIpv4:
        return 17;
      case TypeFamily::kUuid:
        return 18;
      case TypeFamily::kText:
        return 19;
      case TypeFamily::kReference:
        return 20;
      case TypeFamily::kHex:
        return static_cast<std::uint8_t>(kHexCode + aux / 8);
      case TypeFamily::kShortest:
        return static_cast<std::uint8_t>(kShortestCode + aux);
      case TypeFamily::kDecimal:
        return static_cast<std::uint8_t>(kDecimalCode + aux);
      case TypeFamily::kPadded:
        return static_cast<std::uint8_t>(kPaddedCode + aux);
      case TypeFamily::kTime:
        return static_cast<std::uint8_t>(kTimeCode + aux);
    }
    return 0;
  }

  static std::optional<ColumnType> of(std::uint8_t code) {
    const auto within = [code](unsigned base, unsigned first, unsigned last) {
      return code >= base + first && code <= base + last;
    };
    const auto with = [code](TypeFamily family, unsigned base) {
      return ColumnType{family, static_cast<std::uint8_t>(code - base)};
    };
    if (code == 16) return ColumnType{TypeFamily::kInteger, 0};
    if (code == 17) return ColumnType{TypeFamily::kIpv4, 0};
    if (code == 18) return ColumnType{TypeFamily::kUuid, 0};
    if (code == 19) return ColumnType{TypeFamily::kText, 0};
    if (code == 20) return ColumnType{TypeFamily::kReference, 0};
    if (within(kHexCode, 1, 8)) {
      return ColumnType{TypeFamily::kHex, static_cast<std::uint8_t>((code - kHexCode) * 8)};
    }
    if (within(kShortestCode, 1, 18)) return with(TypeFamily::kShortest, kShortestCode);
    if (within(kDecimalCode, 1, 18)) return with(TypeFamily::kDecimal, kDecimalCode);
    if (within(kPaddedCode, 2, 18)) return with(TypeFamily::kPadded, kPaddedCode);
    if (within(kTimeCode, 0, kTimeSpellings - 1)) return with(TypeFamily::kTime, kTimeCode);
    return std::nullopt;
  }

 private:
  static constexpr unsigned kHexCode = 22;
  static constexpr unsigned kShortestCode = 32;
  static constexpr unsigned kDecimalCode = 64;
  static constexpr unsigned kPaddedCode = 96;
  static constexpr unsigned kTimeCode = 128;
};

/// Scaled decimals stay below it, so that scaling never overflows.
inline constexpr std::int64_t kScaledMax = 4'000'000'000'000'000'000;

}  // namespace logpond::column
