#include "storage/row_buffer.h"

#include <algorithm>

#include "core/check.h"

namespace logpond::storage {

void RowBuffer::reserve(std::size_t rows, std::size_t message_bytes) {
  timestamps.reserve(rows);
  ids.reserve(rows);
  received.reserve(rows);
  stream_indexes.reserve(rows);
  severities.reserve(rows);
  severity_text_indexes.reserve(rows);
  message_ends.reserve(rows);
  messages.reserve(message_bytes);
}

std::uint32_t RowBuffer::intern_stream(const StreamPtr& stream) {
  const auto [at, is_new] =
      stream_index_.try_emplace(stream.get(), static_cast<std::uint32_t>(streams.size()));
  if (is_new) streams.push_back(stream);
  return at->second;
}

std::uint32_t RowBuffer::intern_severity_text(std::string_view word) {
  if (!severity_text_indexes.empty() && severity_texts[severity_text_indexes.back()] == word) {
    return severity_text_indexes.back();
  }
  // Senders have few words: a look along the first ones is quicker than a hash.
  const std::size_t few = std::min<std::size_t>(severity_texts.size(), 8);
  for (std::uint32_t i = 0; i < few; ++i) {
    if (severity_texts[i] == word) return i;
  }
  const auto [at, is_new] = severity_text_index_.try_emplace(
      std::string(word), static_cast<std::uint32_t>(severity_texts.size()));
  if (is_new) severity_texts.emplace_back(word);
  return at->second;
}

/// The column of a name; null when there are too many names.
FieldColumn* RowBuffer::column_of(std::string_view name) {
  const auto at = fields.find(name);
  if (at != fields.end()) return &at->second;
  if (fields.size() >= kFieldColumnsMax) return nullptr;
  return &fields.emplace(std::string(name), FieldColumn()).first->second;
}

void RowBuffer::add_field(FieldColumn* column, const FieldView& field) {
  const auto row = static_cast<std::uint32_t>(size());
  if (column == nullptr || (!column->rows.empty() && column->rows.back() == row)) {
    loose_fields.push_back({row, field.kind, std::string(field.name), std::string(field.value)});
    return;
  }
  column->rows.push_back(row);
  column->kinds.push_back(field.kind);
  column->bytes.append(field.value);
  column->ends.push_back(static_cast<std::uint32_t>(column->bytes.size()));
}

void RowBuffer::remember_batch(const StoredBatch& batch) {
  if (last_batch_ == &batch) return;
  last_batch_ = &batch;
  batch_streams_.assign(batch.streams.size(), UINT32_MAX);
  batch_columns_.assign(batch.batch.field_names().size(), nullptr);
}

void RowBuffer::end_row(TimestampNs timestamp, std::uint64_t id, TimestampNs received_at,
                        std::uint32_t stream, Severity severity, std::string_view severity_text,
                        std::string_view message_text) {
  LOGPOND_CHECK(messages.size() + message_text.size() <= UINT32_MAX);
  severity_text_indexes.push_back(intern_severity_text(severity_text));
  timestamps.push_back(timestamp);
  ids.push_back(id);
  received.push_back(received_at);
  stream_indexes.push_back(stream);
  severities.push_back(severity);
  messages.append(message_text);
  message_ends.push_back(static_cast<std::uint32_t>(messages.size()));
}

void RowBuffer::add(const StoredBatch& stored, std::size_t row) {
  const RecordBatch& batch = stored.batch;
  remember_batch(stored);
  for (const RecordBatch::Field& f : batch.fields(row)) {
    const FieldView view = batch.field(f);
    FieldColumn*& column = batch_columns_[f.name];
    if (column == nullptr) column = column_of(view.name);
    add_field(column, view);
  }
  const std::uint32_t batch_stream = batch.stream(row);
  std::uint32_t& stream = batch_streams_[batch_stream];
  if (stream == UINT32_MAX) stream = intern_stream(stored.streams[batch_stream]);
  end_row(batch.timestamp(row), stored.first_id.value + row, batch.received(row), stream,
          batch.severity(row), batch.severity_text(row), batch.message(row));
}

void RowBuffer::add(const RecordBlock& block) {
  for (std::size_t row = 0; row < block.size; ++row) {
    for (const FieldView& field : block.fields_of(row)) add_field(column_of(field.name), field);
    end_row(block.timestamps[row], block.ids[row], block.received[row],
            intern_stream(block.stream(row)), block.severities[row], block.severity_texts[row],
            block.messages[row]);
  }
}

}  // namespace logpond::storage
