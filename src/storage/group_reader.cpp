#include "storage/group_reader.h"

#include <algorithm>
#include <numeric>

namespace logpond::storage {
namespace {

tl::unexpected<Error> missing(const Part& part, const char* column) {
  return fail(ErrorCode::kCorruption, "part \"" + part.summary().name +
                                          "\" has a row group without its column of " + column);
}

/// Calls `hit(i, place)` for each selected row `rows[i]` that the column has at `place`. Both lists
/// ascend. Few selected rows are looked up one by one, many are walked beside the column.
template <typename Hit>
void for_each_common(const std::vector<std::uint32_t>& rows,
                     const std::vector<std::uint32_t>& column_rows, Hit hit) {
  constexpr std::size_t kFew = 16;  // a look-up costs about as much as that many steps
  if (rows.empty()) return;
  auto at = std::lower_bound(column_rows.begin(), column_rows.end(), rows.front());
  const bool is_few = rows.size() < column_rows.size() / kFew;
  for (std::size_t i = 0; i < rows.size() && at != column_rows.end(); ++i) {
    if (is_few) {
      at = std::lower_bound(at, column_rows.end(), rows[i]);
    } else {
      while (at != column_rows.end() && *at < rows[i]) ++at;
    }
    if (at == column_rows.end()) return;
    if (*at == rows[i]) hit(i, static_cast<std::size_t>(at - column_rows.begin()));
  }
}

}  // namespace

Status GroupReader::read(ColumnKind kind, BlockBuffer& raw) {
  const BlockMeta* block = group_.find(kind);
  if (block == nullptr) return missing(part_, "a required kind");
  bytes_read_ += block->stored_bytes;
  return part_.read_block(group_, *block, raw);
}

Status GroupReader::read_deltas(ColumnKind kind, std::optional<std::vector<std::int64_t>>& values) {
  if (values) return {};
  LOGPOND_CHECK_OK(read(kind, scratch_));
  std::vector<std::int64_t> decoded;
  LOGPOND_CHECK_OK(decode_deltas(scratch_.view(), group_.rows, decoded));
  values = std::move(decoded);
  return {};
}

Result<const std::vector<TimestampNs>*> GroupReader::timestamps() {
  if (group_.find(ColumnKind::kTimestampsInUnits) == nullptr) {  // an older part
    LOGPOND_CHECK_OK(read_deltas(ColumnKind::kTimestamps, timestamps_));
  } else if (!timestamps_) {
    LOGPOND_CHECK_OK(read(ColumnKind::kTimestampsInUnits, scratch_));
    std::vector<TimestampNs> decoded;
    LOGPOND_CHECK_OK(decode_timestamps(scratch_.view(), group_.rows, decoded));
    timestamps_ = std::move(decoded);
  }
  return &*timestamps_;
}

Result<const std::vector<std::uint32_t>*> GroupReader::streams() {
  if (!streams_) {
    std::vector<std::uint32_t> values;
    if (group_.streams.size() == 1) {
      values.assign(group_.rows, 0);
    } else {
      LOGPOND_CHECK_OK(read(ColumnKind::kStreams, scratch_));
      LOGPOND_CHECK_OK(decode_indexes(scratch_.view(), group_.rows, group_.streams.size(), values));
    }
    streams_ = std::move(values);
  }
  return &*streams_;
}

Result<const std::vector<Severity>*> GroupReader::severities() {
  if (!severities_) {
    LOGPOND_CHECK_OK(read(ColumnKind::kSeverities, scratch_));
    const std::string_view raw = scratch_.view();
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
    LOGPOND_CHECK_OK(read(ColumnKind::kMessageSizes, scratch_));
    std::vector<std::uint32_t> ends;
    LOGPOND_CHECK_OK(decode_sizes(scratch_.view(), group_.rows, group_.message_bytes, ends));
    message_ends_ = std::move(ends);
  }
  return &*message_ends_;
}

Result<std::string_view> GroupReader::messages() {
  if (!messages_) {
    BlockBuffer raw;
    LOGPOND_CHECK_OK(read(ColumnKind::kMessages, raw));
    if (raw.size() != group_.message_bytes) return missing(part_, "messages");
    messages_ = std::move(raw);
  }
  return messages_->view();
}

Result<std::string_view> GroupReader::field_bytes(std::string_view name) {
  if (const auto at = fields_.find(name); at != fields_.end()) return at->second.raw.view();
  const BlockMeta* block = group_.find(ColumnKind::kField, name);
  if (block == nullptr) return std::string_view();
  BlockBuffer raw;
  bytes_read_ += block->stored_bytes;
  LOGPOND_CHECK_OK(part_.read_block(group_, *block, raw));
  HeldField& held = fields_[std::string(name)];
  held.raw = std::move(raw);
  return held.raw.view();
}

Result<const FieldColumnView*> GroupReader::field(std::string_view name) {
  LOGPOND_TRY(const std::string_view raw, field_bytes(name));
  const auto at = fields_.find(name);
  if (at == fields_.end()) return nullptr;
  if (!at->second.view) {
    LOGPOND_TRY(at->second.view, decode_field_column(raw, group_.rows));
  }
  return &*at->second.view;
}

Result<const std::vector<LooseFieldView>*> GroupReader::loose_fields() {
  if (!loose_fields_) {
    std::vector<LooseFieldView> values;
    if (group_.find(ColumnKind::kLooseFields) != nullptr) {
      LOGPOND_CHECK_OK(read(ColumnKind::kLooseFields, loose_raw_));
      LOGPOND_TRY(values, decode_loose_fields(loose_raw_.view(), group_.rows));
    }
    loose_fields_ = std::move(values);
  }
  return &*loose_fields_;
}

Result<const SeverityTexts*> GroupReader::severity_texts() {
  if (!severity_texts_) {
    LOGPOND_CHECK_OK(read(ColumnKind::kSeverityTexts, severity_texts_raw_));
    LOGPOND_TRY(severity_texts_, decode_severity_texts(severity_texts_raw_.view(), group_.rows));
  }
  return &*severity_texts_;
}

Status GroupReader::gather_severities(const std::vector<std::uint32_t>& rows) {
  LOGPOND_TRY(const auto* all, severities());
  LOGPOND_TRY(const auto* texts, severity_texts());
  out_severities_.clear();
  out_severity_texts_.clear();
  for (const std::uint32_t row : rows) {
    out_severities_.push_back((*all)[row]);
    out_severity_texts_.push_back(texts->words[texts->indexes[row]]);
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
    for_each_common(rows, view->rows,
                    [this](std::size_t i, std::size_t) { ++out_field_begins_[i + 1]; });
  }
  LOGPOND_TRY(const auto* loose, loose_fields());
  const auto place_of = [&rows](std::uint32_t row) {
    const auto at = std::lower_bound(rows.begin(), rows.end(), row);
    const auto place = static_cast<std::size_t>(at - rows.begin());
    return at != rows.end() && *at == row ? place : rows.size();
  };
  for (const LooseFieldView& field : *loose) {
    if (const std::size_t i = place_of(field.row); i < rows.size()) ++out_field_begins_[i + 1];
  }
  std::partial_sum(out_field_begins_.begin(), out_field_begins_.end(), out_field_begins_.begin());

  out_fields_.resize(out_field_begins_.back());
  std::vector<std::uint32_t> next(out_field_begins_.begin(), out_field_begins_.end() - 1);
  for (const Column& column : columns) {
    const FieldColumnView& view = *column.view;
    for_each_common(rows, view.rows, [&](std::size_t i, std::size_t place) {
      out_fields_[next[i]++] = {column.name, view.value(place), view.kind(place)};
    });
  }
  for (const LooseFieldView& field : *loose) {
    if (const std::size_t i = place_of(field.row); i < rows.size())
      out_fields_[next[i]++] = field.field;
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
