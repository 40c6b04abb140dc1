// A column in memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "column/column.h"
#include "column/column_type.h"
#include "column/number_block.h"

namespace logpond::column {

/// Bytes that may be read behind the texts of a TypedValues.
inline constexpr std::size_t kBytesPadding = 16;

/// Values of one type. Which members hold something depends on the type.
struct TypedValues {
  ColumnType type;
  std::uint32_t count = 0;
  Numbers numbers;                     ///< Where type.is_number().
  std::string bytes;                   ///< Else: packed digits, or texts side by side.
  std::vector<std::uint32_t> offsets;  ///< Of texts, and of the end.
  std::uint32_t longest = 0;           ///< Size of the longest text.

  std::string_view text(std::uint32_t i) const {
    return std::string_view(bytes).substr(offsets[i], offsets[i + 1] - offsets[i]);
  }
  void append_text(std::uint32_t i, std::string& out) const;
  std::uint32_t text_size(std::uint32_t i) const;
  std::size_t memory_bytes() const;
};

/// Most bytes of a value that is not kText.
inline constexpr unsigned kTypedTextMax = 64;

/// Writes the text of value `i`, which is no kText and no reference; returns its end. Requires:
/// kTypedTextMax writable bytes.
char* write_typed_text(const TypedValues& values, std::uint32_t i, char* at);

/// Values, by way of codes where there is a dictionary.
struct ColumnPart {
  bool has_dictionary = false;
  std::uint32_t count = 0;
  Numbers codes;
  TypedValues values;

  std::uint32_t index(std::uint32_t i) const {
    return has_dictionary ? static_cast<std::uint32_t>(codes[i]) : i;
  }
};

/// All that a Column owns.
struct ColumnData {
  std::uint32_t size = 0;
  std::vector<ColumnPart> parts;     ///< One, or several where types are mixed.
  std::vector<std::uint8_t> plane;   ///< Part of each value, where there are several.
  std::vector<std::uint32_t> ranks;  ///< Place of each value in its part, where there are several.

  struct Spot {
    const TypedValues& values;
    std::uint32_t index;
  };
  Spot spot(std::uint32_t i) const {
    const bool is_mixed = parts.size() > 1;
    const ColumnPart& part = parts[is_mixed ? plane[i] : 0];
    return {part.values, part.index(is_mixed ? ranks[i] : i)};
  }
};

struct Column::Impl : ColumnData {
  explicit Impl(ColumnData&& data) : ColumnData(std::move(data)) {}
};

}  // namespace logpond::column
