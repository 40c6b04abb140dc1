// What rows of a group have in common: one small number a row stands for all of it.
// Layout: docs/formats/part.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/record.h"
#include "core/result.h"
#include "core/severity.h"

namespace logpond::storage {

/// A structured field of the group: its name, kind, and the shape that holds its values.
struct TableField {
  std::string name;
  FieldKind kind = FieldKind::kString;
  std::uint32_t shape = 0;
};

/// A field of some rows: place of the field in RowTable::fields; `is_word`: its value is the row's
/// severity text and stored nowhere else.
struct RowField {
  std::uint32_t field = 0;
  bool is_word = false;
  bool operator==(const RowField&) const = default;
};

/// All of a row but its text, time, id and exact stream.
struct RowKind {
  std::uint32_t sender = 0;
  Severity severity = Severity::kUnset;
  std::uint32_t word = 0;  ///< Place in RowTable::words.
  std::vector<RowField> fields;
};

/// A kind of row with the shape of its message.
struct RowShape {
  std::uint32_t message_shape = 0;
  std::uint32_t kind = 0;
  std::uint32_t rows = 0;
};

struct RowTable {
  std::vector<std::string> words;
  std::vector<TableField> fields;
  std::vector<std::vector<std::uint32_t>> senders;  ///< Places in GroupMeta::streams, of each.
  std::vector<RowKind> kinds;
  std::vector<RowShape> shapes;  ///< Most frequent first.
};

/// The name under which a field's value goes whose own column would be one too many; see
/// GroupEncoder. Its values hold name, kind and value.
inline constexpr std::string_view kLooseFieldName = "";
inline constexpr std::uint8_t kLooseFieldTag = 255;
inline constexpr std::size_t kFieldColumnsMax = 2000;

void encode_row_table(const RowTable& table, std::string& out);
/// `streams`: of the group; `message_shapes`: of its directory. Every number in the result is in
/// range, and rows add up to `rows`. Errors: kCorruption.
Result<RowTable> decode_row_table(std::string_view bytes, std::size_t streams,
                                  std::size_t message_shapes, std::uint64_t rows);

}  // namespace logpond::storage
