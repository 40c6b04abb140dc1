// Rows gathered in memory, as columns, on their way into a row group.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/record.h"
#include "core/stream.h"
#include "storage/store.h"

namespace logpond::storage {

/// Values of one field over the rows of a group. Only rows that have the field take room.
struct FieldColumn {
  std::vector<std::uint32_t> rows;  ///< Ascending.
  std::vector<FieldKind> kinds;     ///< One a row in `rows`.
  std::vector<std::uint32_t> ends;  ///< End of each value in `bytes`.
  std::string bytes;

  std::string_view value(std::size_t i) const {
    const std::uint32_t begin = i == 0 ? 0 : ends[i - 1];
    return std::string_view(bytes).substr(begin, ends[i] - begin);
  }
};

/// A field that found no column: its name was already used in that row, or there are too many
/// names.
struct LooseField {
  std::uint32_t row = 0;
  FieldKind kind = FieldKind::kString;
  std::string name;
  std::string value;
};

/// Threads: one at a time.
struct RowBuffer {
  /// Columns of fields by name in one group; the fields beyond it share one column, row by row.
  static constexpr std::size_t kFieldColumnsMax = 1024;

  std::vector<TimestampNs> timestamps;
  std::vector<std::uint64_t> ids;
  std::vector<TimestampNs> received;
  std::vector<std::uint32_t> stream_indexes;  ///< Into `streams`.
  std::vector<StreamPtr> streams;
  std::vector<Severity> severities;
  std::vector<std::uint32_t> severity_text_indexes;  ///< Into `severity_texts`.
  std::vector<std::string> severity_texts;
  std::vector<std::uint32_t> message_ends;
  std::string messages;
  std::map<std::string, FieldColumn, std::less<>> fields;
  std::vector<LooseField> loose_fields;

  std::size_t size() const { return timestamps.size(); }
  bool empty() const { return timestamps.empty(); }
  std::string_view message(std::size_t row) const {
    const std::uint32_t begin = row == 0 ? 0 : message_ends[row - 1];
    return std::string_view(messages).substr(begin, message_ends[row] - begin);
  }

  /// Room for so many rows and bytes of messages.
  void reserve(std::size_t rows, std::size_t message_bytes);
  /// Copies one row of a batch. The batches given must live until clear(): places found for one
  /// row's stream and field names are remembered for the next.
  void add(const StoredBatch& batch, std::size_t row);
  /// Copies every row of a block that carries all columns.
  void add(const RecordBlock& block);
  void clear() { *this = RowBuffer(); }

 private:
  std::uint32_t intern_stream(const StreamPtr& stream);
  std::uint32_t intern_severity_text(std::string_view word);
  FieldColumn* column_of(std::string_view name);
  void add_field(FieldColumn* column, const FieldView& field);
  void remember_batch(const StoredBatch& batch);
  void end_row(TimestampNs timestamp, std::uint64_t id, TimestampNs received_at,
               std::uint32_t stream, Severity severity, std::string_view severity_text,
               std::string_view message_text);

  std::unordered_map<const Stream*, std::uint32_t> stream_index_;
  std::unordered_map<std::string, std::uint32_t> severity_text_index_;
  const StoredBatch* last_batch_ = nullptr;
  std::vector<std::uint32_t>
      batch_streams_;  ///< By the batch's stream index; UINT32_MAX: not asked yet.
  std::vector<FieldColumn*>
      batch_columns_;  ///< By the batch's name index; null: not asked, or none.
};

}  // namespace logpond::storage
