#include "storage/group_reader.h"

#include <algorithm>
#include <numeric>

namespace logpond::storage {
namespace {

tl::unexpected<Error> missing(const Part& part, const char* column) {
  return fail(ErrorCode::kCorruption, "part \"" + part.summary().name +
                                          "\" has a row group without its column of " + column);
}

}  // namespace

Status GroupReader::read(ColumnKind kind, std::string& raw) {
  const BlockMeta* block = group_.find(kind);
  if (block == nullptr) return missing(part_, "a required kind");
  bytes_read_ += block->stored_bytes;
  return part_.read_block(group_, *block, raw);
}

Status GroupReader::read_deltas(ColumnKind kind, std::optional<std::vector<std::int64_t>>& values) {
  if (values) return {};
  std::string raw;
  LOGPOND_CHECK_OK(read(kind, raw));
  std::vector<std::int64_t> decoded;
  LOGPOND_CHECK_OK(decode_deltas(raw, group_.rows, decoded));
  values = std::move(decoded);
  return {};
}

Result<const std::vector<TimestampNs>*> GroupReader::timestamps() {
  LOGPOND_CHECK_OK(read_deltas(ColumnKind::kTimestamps, timestamps_));
  return &*timestamps_;
}

Result<const std::vector<std::uint32_t>*> GroupReader::streams() {
  if (!streams_) {
    std::vector<std::uint32_t> values;
    if (group_.streams.size() == 1) {
      values.assign(group_.rows, 0);
    } else {
      std::string raw;
      LOGPOND_CHECK_OK(read(ColumnKind::kStreams, raw));
      LOGPOND_CHECK_OK(decode_indexes(raw, group_.rows, group_.streams.size(), values));
    }
    streams_ = std::move(values);
  }
  return &*streams_;
}

Result<const std::vector<Severity>*> GroupReader::severities() {
  if (!severities_) {
    std::string raw;
    LOGPOND_CHECK_OK(read(ColumnKind::kSeverities, raw));
    if (raw.size() != group_.rows) return missing(part_, "severities");
    std::vector<Severity> values(group_.rows);
    std::transform(raw.begin(), raw.end(), values.begin(),
                   [](char c) { return static_cast<Severity>(static_cast<unsigned char>(c)); });
    severities_ = std::move(values);
  }
  return &*severities_;
}

Result<const std::vector<std::uint32_t>*> GroupReader::message_ends() {
  if (!message_ends_) {
    std::string raw;
    LOGPOND_CHECK_OK(read(ColumnKind::kMessageSizes, raw));
    std::vector<std::uint32_t> ends;
    LOGPOND_CHECK_OK(decode_sizes(raw, group_.rows, group_.message_bytes, ends));
    message_ends_ = std::move(ends);
  }
  return &*message_ends_;
}

Result<std::string_view> GroupReader::messages() {
  if (!messages_) {
    std::string raw;
    LOGPOND_CHECK_OK(read(ColumnKind::kMessages, raw));
    if (raw.size() != group_.message_bytes) return missing(part_, "messages");
    messages_ = std::move(raw);
  }
  return std::string_view(*messages_);
}

Result<const FieldColumnView*> GroupReader::field(std::string_view name) {
  if (const auto at = fields_.find(name); at != fields_.end()) return &at->second.view;
  const BlockMeta* block = group_.find(ColumnKind::kField, name);
  if (block == nullptr) return nullptr;
  HeldField& held = fields_[std::string(name)];
  bytes_read_ += block->stored_bytes;
  LOGPOND_CHECK_OK(part_.read_block(group_, *block, held.raw));
  LOGPOND_TRY(held.view, decode_field_column(held.raw, group_.rows));
  return &held.view;
}

Result<const std::vector<LooseFieldView>*> GroupReader::loose_fields() {
  if (!loose_fields_) {
    std::vector<LooseFieldView> values;
    if (group_.find(ColumnKind::kLooseFields) != nullptr) {
      LOGPOND_CHECK_OK(read(ColumnKind::kLooseFields, loose_raw_));
      LOGPOND_TRY(values, decode_loose_fields(loose_raw_, group_.rows));
    }
    loose_fields_ = std::move(values);
  }
  return &*loose_fields_;
}

Status GroupReader::gather_severities(const std::vector<std::uint32_t>& rows) {
  LOGPOND_TRY(const auto* all, severities());
  LOGPOND_CHECK_OK(read(ColumnKind::kSeverityTexts, severity_texts_raw_));
  LOGPOND_TRY(const SeverityTexts texts, decode_severity_texts(severity_texts_raw_, group_.rows));
  out_severities_.clear();
  out_severity_texts_.clear();
  for (const std::uint32_t row : rows) {
    out_severities_.push_back((*all)[row]);
    out_severity_texts_.push_back(texts.words[texts.indexes[row]]);
  }
  return {};
}

Status GroupReader::gather_messages(const std::vector<std::uint32_t>& rows, Columns columns) {
  LOGPOND_TRY(const auto* ends, message_ends());
  std::string_view text;
  if (has_column(columns, Columns::kMessage)) {
    LOGPOND_TRY(text, messages());
  }
  out_messages_.clear();
  out_message_sizes_.clear();
  for (const std::uint32_t row : rows) {
    const std::uint32_t begin = row == 0 ? 0 : (*ends)[row - 1];
    const std::uint32_t size = (*ends)[row] - begin;
    if (has_column(columns, Columns::kMessage)) out_messages_.push_back(text.substr(begin, size));
    if (has_column(columns, Columns::kMessageSize)) out_message_sizes_.push_back(size);
  }
  return {};
}

/// Turns columns into rows: counts each selected row's fields first, then places them.
Status GroupReader::gather_fields(const std::vector<std::uint32_t>& rows) {
  constexpr std::uint32_t kNotSelected = UINT32_MAX;
  std::vector<std::uint32_t> place(group_.rows, kNotSelected);
  for (std::size_t i = 0; i < rows.size(); ++i) place[rows[i]] = static_cast<std::uint32_t>(i);

  struct Column {
    std::string_view name;
    const FieldColumnView* view;
  };
  std::vector<Column> columns;
  out_field_begins_.assign(rows.size() + 1, 0);
  for (const BlockMeta& block : group_.blocks) {
    if (block.kind != ColumnKind::kField) continue;
    LOGPOND_TRY(const FieldColumnView* view, field(block.name));
    columns.push_back({block.name, view});
    for (const std::uint32_t row : view->rows) {
      if (place[row] != kNotSelected) ++out_field_begins_[place[row] + 1];
    }
  }
  LOGPOND_TRY(const auto* loose, loose_fields());
  for (const LooseFieldView& field : *loose) {
    if (place[field.row] != kNotSelected) ++out_field_begins_[place[field.row] + 1];
  }
  std::partial_sum(out_field_begins_.begin(), out_field_begins_.end(), out_field_begins_.begin());

  out_fields_.resize(out_field_begins_.back());
  std::vector<std::uint32_t> next(out_field_begins_.begin(), out_field_begins_.end() - 1);
  for (const Column& column : columns) {
    for (std::size_t i = 0; i < column.view->rows.size(); ++i) {
      const std::uint32_t at = place[column.view->rows[i]];
      if (at != kNotSelected)
        out_fields_[next[at]++] = {column.name, column.view->values[i], column.view->kinds[i]};
    }
  }
  for (const LooseFieldView& field : *loose) {
    const std::uint32_t at = place[field.row];
    if (at != kNotSelected) out_fields_[next[at]++] = field.field;
  }
  return {};
}

Result<RecordBlock> GroupReader::block(const std::vector<std::uint32_t>& rows, Columns columns) {
  LOGPOND_TRY(const auto* times, timestamps());
  LOGPOND_TRY(const auto* stream_places, streams());
  LOGPOND_CHECK_OK(read_deltas(ColumnKind::kIds, ids_));
  if (out_stream_table_.empty()) {
    for (const GroupStream& stream : group_.streams)
      out_stream_table_.push_back(part_.streams()[stream.stream]);
  }
  out_timestamps_.clear();
  out_ids_.clear();
  out_streams_.clear();
  for (const std::uint32_t row : rows) {
    out_timestamps_.push_back((*times)[row]);
    out_ids_.push_back(static_cast<std::uint64_t>((*ids_)[row]));
    out_streams_.push_back((*stream_places)[row]);
  }
  RecordBlock block;
  block.size = rows.size();
  block.timestamps = out_timestamps_;
  block.ids = out_ids_;
  block.stream_indexes = out_streams_;
  block.streams = out_stream_table_;
  if (has_column(columns, Columns::kSeverity)) {
    LOGPOND_CHECK_OK(gather_severities(rows));
    block.severities = out_severities_;
    block.severity_texts = out_severity_texts_;
  }
  if (has_column(columns, Columns::kMessage | Columns::kMessageSize)) {
    LOGPOND_CHECK_OK(gather_messages(rows, columns));
    block.messages = out_messages_;
    block.message_sizes = out_message_sizes_;
  }
  if (has_column(columns, Columns::kReceived)) {
    LOGPOND_CHECK_OK(read_deltas(ColumnKind::kReceived, received_));
    out_received_.clear();
    for (const std::uint32_t row : rows) out_received_.push_back((*received_)[row]);
    block.received = out_received_;
  }
  if (has_column(columns, Columns::kFields)) {
    LOGPOND_CHECK_OK(gather_fields(rows));
    block.field_begins = out_field_begins_;
    block.fields = out_fields_;
  }
  return block;
}

}  // namespace logpond::storage
