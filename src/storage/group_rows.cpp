#include "storage/group_rows.h"

#include <algorithm>
#include <numeric>

#include "codec/varint.h"
#include "core/check.h"

namespace logpond::storage {
namespace {

/// Beyond, a table of all kinds and streams would be larger than the rows that fill few of its
/// places.
constexpr std::uint64_t kClassSlotsMax = std::uint64_t{1} << 22;

bool is_loose(const TableField& field) {
  return static_cast<std::uint8_t>(field.kind) == kLooseFieldTag;
}

}  // namespace

GroupRows::GroupRows(GroupData& data, Columns columns,
                     const std::optional<std::vector<std::string>>& field_names)
    : data_(data), columns_(columns), field_names_(field_names) {
  choose_fields();
  const RowTable& table = data_.table();
  std::uint64_t slots = 0;
  for (const RowKind& kind : table.kinds) {
    kind_slots_.push_back(static_cast<std::uint32_t>(slots));
    slots += table.senders[kind.sender].size();
  }
  if (slots > kClassSlotsMax) return;
  class_slots_.reset(static_cast<std::uint32_t*>(std::calloc(slots, sizeof(std::uint32_t))));
  LOGPOND_CHECK(slots == 0 || class_slots_ != nullptr);
}

/// The class of a row, made when it is the first; for groups without a table of them.
std::uint32_t GroupRows::sparse_class(std::uint32_t kind, std::uint32_t place) {
  std::uint32_t& slot = sparse_class_slots_[std::uint64_t{kind} << 32 | place];
  if (slot == 0)
    slot = class_of(data_.table().senders[data_.table().kinds[kind].sender][place], kind) + 1;
  return slot - 1;
}

bool GroupRows::is_wanted(const TableField& field) const {
  if (!field_names_ || is_loose(field)) return true;
  return std::find(field_names_->begin(), field_names_->end(), sanitize_label_name(field.name)) !=
         field_names_->end();
}

void GroupRows::choose_fields() {
  const RowTable& table = data_.table();
  if (!has_column(columns_, Columns::kFields)) return;
  for (const TableField& field : table.fields) wanted_.push_back(is_wanted(field));
  fields_by_class_ = true;
  for (const RowKind& kind : table.kinds) {
    const bool has = std::any_of(kind.fields.begin(), kind.fields.end(),
                                 [&](const RowField& f) { return wanted_[f.field] && !f.is_word; });
    fields_by_class_ = fields_by_class_ && !has;
  }
}

/// The class of rows of a kind in a stream; made when first met.
std::uint32_t GroupRows::class_of(std::uint32_t stream, std::uint32_t kind) {
  const RowTable& table = data_.table();
  const auto [place, is_new] =
      stream_places_.try_emplace(stream, static_cast<std::uint32_t>(streams_.size()));
  if (is_new) {
    streams_.push_back(data_.part().streams()[data_.group().streams[stream].stream]);
  }
  RecordClass made;
  made.stream_index = place->second;
  made.severity = table.kinds[kind].severity;
  made.severity_text = table.words[table.kinds[kind].word];
  if (fields_by_class_) {
    std::vector<FieldView>& fields = class_fields_.emplace_back();
    for (const RowField& field : table.kinds[kind].fields) {
      if (!wanted_[field.field]) continue;
      const TableField& entry = table.fields[field.field];
      fields.push_back({entry.name, made.severity_text, entry.kind});
    }
    made.fields = fields;
  }
  classes_.push_back(made);
  return static_cast<std::uint32_t>(classes_.size() - 1);
}

Status GroupRows::gather_streams(std::span<const std::uint32_t> rows) {
  const RowTable& table = data_.table();
  LOGPOND_TRY(const auto* row_shapes, data_.row_shapes());
  LOGPOND_TRY(const auto* places, data_.stream_places());
  // Of many rows the way from shape to kind to slots is worth a table.
  if (shape_slots_.empty() && rows.size() >= table.shapes.size()) {
    for (const RowShape& shape : table.shapes) shape_slots_.push_back(kind_slots_[shape.kind]);
  }
  row_classes_.resize(rows.size());
  // Locals: what is written below might alias the members, which would be read anew each time.
  const std::uint32_t* const shape_of = row_shapes->data();
  const std::uint32_t* const place_of = places->data();
  const std::uint32_t* const by_shape = shape_slots_.empty() ? nullptr : shape_slots_.data();
  std::uint32_t* const slots = class_slots_.get();
  std::uint32_t* const classes = row_classes_.data();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint32_t row = rows[i];
    const std::uint32_t shape = shape_of[row];
    if (slots == nullptr) {
      classes[i] = sparse_class(table.shapes[shape].kind, place_of[row]);
      continue;
    }
    const std::uint32_t first =
        by_shape != nullptr ? by_shape[shape] : kind_slots_[table.shapes[shape].kind];
    std::uint32_t& slot = slots[first + place_of[row]];
    if (slot == 0) [[unlikely]] {
      const std::uint32_t kind = table.shapes[shape].kind;
      slot = class_of(table.senders[table.kinds[kind].sender][place_of[row]], kind) + 1;
    }
    classes[i] = slot - 1;
  }
  return {};
}

Status GroupRows::gather_messages(std::span<const std::uint32_t> rows) {
  const RowTable& table = data_.table();
  LOGPOND_TRY(const auto* row_shapes, data_.row_shapes());
  LOGPOND_TRY(const RowIndex* index, data_.index());
  text_.clear();
  text_ends_.clear();
  for (const std::uint32_t row : rows) {
    const std::uint32_t shape = table.shapes[(*row_shapes)[row]].message_shape;
    LOGPOND_CHECK_OK(data_.messages().append_text(shape, index->occurrences[row], text_));
    // The header counted these bytes: what a block takes is bounded by what the group has.
    if (text_.size() > data_.group().message_bytes) {
      return fail(ErrorCode::kCorruption, "messages are longer than their row group says");
    }
    text_ends_.push_back(text_.size());
  }
  messages_.clear();
  std::size_t begin = 0;
  for (const std::size_t end : text_ends_) {
    messages_.push_back(std::string_view(text_).substr(begin, end - begin));
    begin = end;
  }
  return {};
}

Status GroupRows::gather_sizes(std::span<const std::uint32_t> rows) {
  sizes_.clear();
  if (has_column(columns_, Columns::kMessage)) {
    for (const std::string_view message : messages_) {
      sizes_.push_back(static_cast<std::uint32_t>(message.size()));
    }
    return {};
  }
  const RowTable& table = data_.table();
  LOGPOND_TRY(const auto* row_shapes, data_.row_shapes());
  LOGPOND_TRY(const RowIndex* index, data_.index());
  for (const std::uint32_t row : rows) {
    const std::uint32_t shape = table.shapes[(*row_shapes)[row]].message_shape;
    LOGPOND_TRY(const std::uint64_t size,
                data_.messages().text_size(shape, index->occurrences[row]));
    sizes_.push_back(static_cast<std::uint32_t>(size));
  }
  return {};
}

// ---- Fields ------------------------------------------------------------------------------------

void GroupRows::count_fields(std::span<const std::uint32_t> rows,
                             const std::vector<std::uint32_t>& row_shapes) {
  const RowTable& table = data_.table();
  std::vector<std::uint32_t> fields_of_kind;
  for (const RowKind& kind : table.kinds) {
    fields_of_kind.push_back(static_cast<std::uint32_t>(
        std::count_if(kind.fields.begin(), kind.fields.end(),
                      [this](const RowField& field) { return wanted_[field.field]; })));
  }
  field_begins_.resize(rows.size() + 1);
  field_begins_[0] = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    field_begins_[i + 1] =
        field_begins_[i] + fields_of_kind[table.shapes[row_shapes[rows[i]]].kind];
  }
}

/// Appends the values of one field in the rows to field_text_; one slice a value, in order of rows.
Status GroupRows::render_field(std::uint32_t field, std::span<const std::uint32_t> rows,
                               std::vector<Slice>& slices) {
  LOGPOND_TRY(const auto* field_rows, data_.rows_of_field(field));
  const auto& directory = data_.messages().directory();
  const auto& shape = directory.shapes[data_.table().fields[field].shape];
  if (shape.hole_count != 1) return fail(ErrorCode::kCorruption, "shape of a field is damaged");
  const std::uint32_t lane = directory.hole_lanes[shape.first_hole];
  auto at = std::lower_bound(field_rows->begin(), field_rows->end(), rows.front());
  const bool is_few = rows.size() < field_rows->size() / 16;
  for (const std::uint32_t row : rows) {
    if (is_few) {
      at = std::lower_bound(at, field_rows->end(), row);
    } else {
      while (at != field_rows->end() && *at < row) ++at;
    }
    for (; at != field_rows->end() && *at == row; ++at) {
      const std::size_t begin = field_text_.size();
      LOGPOND_CHECK_OK(data_.messages().append_lane_text(
          lane, static_cast<std::uint32_t>(at - field_rows->begin()), field_text_));
      if (field_text_.size() > kBlockBytesMax) {
        return fail(ErrorCode::kCorruption, "fields are longer than a row group can be");
      }
      slices.push_back({static_cast<std::uint32_t>(begin),
                        static_cast<std::uint32_t>(field_text_.size() - begin)});
    }
  }
  return {};
}

Status GroupRows::gather_fields(std::span<const std::uint32_t> rows) {
  const RowTable& table = data_.table();
  LOGPOND_TRY(const auto* row_shapes, data_.row_shapes());
  count_fields(rows, *row_shapes);
  field_text_.clear();
  std::vector<std::vector<Slice>> slices(table.fields.size());
  for (std::uint32_t field = 0; field < table.fields.size(); ++field) {
    if (!wanted_[field] || rows.empty()) continue;
    if (data_.messages().directory().shapes[table.fields[field].shape].count == 0) {
      LOGPOND_CHECK_OK(data_.check_field(field));
      continue;
    }
    LOGPOND_CHECK_OK(render_field(field, rows, slices[field]));
  }
  fields_.resize(field_begins_.back());
  std::vector<std::size_t> next(table.fields.size(), 0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const RowKind& kind = table.kinds[table.shapes[(*row_shapes)[rows[i]]].kind];
    std::uint32_t to = field_begins_[i];
    for (const RowField& field : kind.fields) {
      if (!wanted_[field.field]) continue;
      const TableField& entry = table.fields[field.field];
      FieldView& view = fields_[to++];
      view = {entry.name, table.words[kind.word], entry.kind};
      if (field.is_word) continue;
      const Slice slice = slices[field.field][next[field.field]++];
      view.value = std::string_view(field_text_).substr(slice.offset, slice.size);
      if (!is_loose(entry)) continue;
      codec::Reader reader(view.value);
      view.name = reader.sized_bytes();
      const auto kind_of_value = reader.fixed<std::uint8_t>();
      if (!reader.ok() || kind_of_value > static_cast<std::uint8_t>(FieldKind::kJson)) {
        return fail(ErrorCode::kCorruption, "column of loose fields is damaged");
      }
      view.kind = static_cast<FieldKind>(kind_of_value);
      view.value = reader.rest();
    }
  }
  return {};
}

Result<RecordBlock> GroupRows::block(std::span<const std::uint32_t> rows) {
  LOGPOND_TRY(const SeriesColumn* times, data_.timestamps());
  LOGPOND_TRY(const SeriesColumn* ids, data_.ids());
  LOGPOND_CHECK_OK(gather_streams(rows));
  timestamps_.resize(rows.size());
  ids_.resize(rows.size());
  times->gather(rows, timestamps_);
  ids->gather(rows, ids_);
  RecordBlock block;
  block.size = rows.size();
  block.timestamps = timestamps_;
  block.ids = {reinterpret_cast<const std::uint64_t*>(ids_.data()), ids_.size()};
  block.streams = streams_;
  block.class_indexes = row_classes_;
  block.classes = classes_;
  if (has_column(columns_, Columns::kMessage)) {
    LOGPOND_CHECK_OK(gather_messages(rows));
    block.messages = messages_;
  }
  if (has_column(columns_, Columns::kMessageSize)) {
    LOGPOND_CHECK_OK(gather_sizes(rows));
    block.message_sizes = sizes_;
  }
  if (has_column(columns_, Columns::kReceived)) {
    LOGPOND_TRY(const SeriesColumn* received, data_.received());
    received_.clear();
    for (const std::uint32_t row : rows) received_.push_back(received->at(row));
    block.received = received_;
  }
  if (has_column(columns_, Columns::kFields)) {
    block.classes_have_fields = fields_by_class_;
    if (!fields_by_class_) {
      LOGPOND_CHECK_OK(gather_fields(rows));
      block.field_begins = field_begins_;
      block.fields = fields_;
    }
  }
  return block;
}

}  // namespace logpond::storage
