#include "storage/group_data.h"

#include <algorithm>
#include <numeric>

#include "codec/fuse_filter.h"
#include "column/column.h"

namespace logpond::storage {
namespace {

tl::unexpected<Error> missing(const Part& part) {
  return fail(ErrorCode::kCorruption,
              "part \"" + part.summary().name + "\" has a row group without a block it needs");
}

bool is_message(message::ShapeKind kind) {
  return kind <= message::ShapeKind::kRaw || kind == message::ShapeKind::kList;
}

/// Whether the table names shapes of messages as messages, and those of fields as fields.
bool names_right_shapes(const RowTable& table, const message::Directory& directory) {
  return std::all_of(table.shapes.begin(), table.shapes.end(),
                     [&](const RowShape& shape) {
                       return is_message(directory.shapes[shape.message_shape].kind);
                     }) &&
         std::all_of(table.fields.begin(), table.fields.end(), [&](const TableField& field) {
           return directory.shapes[field.shape].kind == message::ShapeKind::kField;
         });
}

std::vector<const BlockMeta*> pages_of(const GroupMeta& group) {
  std::vector<const BlockMeta*> pages;
  for (const BlockMeta& block : group.blocks) {
    if (block.kind == BlockKind::kPage) pages.push_back(&block);
  }
  return pages;
}

std::size_t size_of(const std::vector<std::uint32_t>& values) {
  return values.capacity() * 4;
}
std::size_t size_of(const SeriesColumn& values) {
  return values.memory_bytes();
}
std::size_t size_of(const std::string& bytes) {
  return bytes.capacity();
}
std::size_t size_of(const RowIndex& index) {
  return size_of(index.begins) + size_of(index.rows) + size_of(index.occurrences);
}

std::size_t size_of(const RowTable& table) {
  std::size_t bytes = table.shapes.size() * sizeof(RowShape) +
                      table.kinds.size() * (sizeof(RowKind) + 32) + table.fields.size() * 64;
  for (const auto& sender : table.senders) bytes += size_of(sender) + 32;
  return bytes;
}

}  // namespace

GroupData::GroupData(std::shared_ptr<const Part> part, const GroupMeta& group)
    : part_(std::move(part)),
      group_(group),
      bytes_read_(std::make_shared<std::atomic<std::uint64_t>>(0)) {}

Status GroupData::read_block(BlockKind kind, BlockBuffer& raw) {
  const BlockMeta* block = group_.find(kind);
  if (block == nullptr) return missing(*part_);
  *bytes_read_ += block->stored_bytes;
  return part_->read_block(group_, *block, raw);
}

Result<std::shared_ptr<GroupData>> GroupData::open(std::shared_ptr<const Part> part,
                                                   const GroupMeta& group) {
  std::shared_ptr<GroupData> data(new GroupData(std::move(part), group));
  BlockBuffer raw;
  LOGPOND_CHECK_OK(data->read_block(BlockKind::kDirectory, raw));
  auto load = [part = data->part_, &group, pages = pages_of(group),
               bytes_read = data->bytes_read_](std::uint32_t page) -> Result<std::string> {
    if (page >= pages.size()) return missing(*part);
    *bytes_read += pages[page]->stored_bytes;
    BlockBuffer bytes;
    LOGPOND_CHECK_OK(part->read_block(group, *pages[page], bytes));
    return std::string(bytes.view());
  };
  LOGPOND_TRY(data->messages_, message::MessageReader::open(raw.view(), std::move(load)));
  LOGPOND_CHECK_OK(data->read_block(BlockKind::kRowTable, raw));
  LOGPOND_TRY(data->table_,
              decode_row_table(raw.view(), group.streams.size(),
                               data->messages_->directory().shapes.size(), group.rows));
  if (!names_right_shapes(data->table_, data->messages_->directory())) {
    return missing(*data->part_);
  }
  data->rows_of_fields_ = std::vector<Slot<std::vector<std::uint32_t>>>(data->table_.fields.size());
  data->memory_bytes_ = size_of(data->table_);
  return data;
}

template <typename T, typename Make>
Result<const T*> GroupData::fill(Slot<T>& slot, Make make) {
  if (const T* ready = slot.ready.load(std::memory_order_acquire)) return ready;
  const std::lock_guard lock(fill_mutex_);
  if (const T* ready = slot.ready.load(std::memory_order_relaxed)) return ready;
  Result<T> made = make();
  if (!made) return tl::unexpected(made.error());
  slot.value = std::make_unique<const T>(*std::move(made));
  memory_bytes_ += size_of(*slot.value);
  slot.ready.store(slot.value.get(), std::memory_order_release);
  return slot.value.get();
}

Result<SeriesColumn> GroupData::read_series(BlockKind kind) {
  // Wide values on their way to narrow ones: megabytes, and fresh pages cost more than unpacking.
  thread_local std::vector<std::int64_t> values;
  BlockBuffer raw;
  LOGPOND_CHECK_OK(read_block(kind, raw));
  LOGPOND_CHECK_OK(
      column::read_series(raw.view(), static_cast<std::uint32_t>(group_.rows), values));
  return SeriesColumn(values);
}

Result<std::vector<std::uint32_t>> GroupData::read_numbers(BlockKind kind, std::size_t limit) {
  BlockBuffer raw;
  std::vector<std::uint32_t> values;
  LOGPOND_CHECK_OK(read_block(kind, raw));
  LOGPOND_CHECK_OK(
      column::read_numbers(raw.view(), static_cast<std::uint32_t>(group_.rows), limit, values));
  return values;
}

Result<const SeriesColumn*> GroupData::timestamps() {
  return fill(timestamps_, [this] { return read_series(BlockKind::kTimestamps); });
}
Result<const SeriesColumn*> GroupData::ids() {
  return fill(ids_, [this] { return read_series(BlockKind::kIds); });
}
Result<const SeriesColumn*> GroupData::received() {
  return fill(received_, [this] { return read_series(BlockKind::kReceived); });
}

Result<const std::vector<std::uint32_t>*> GroupData::row_shapes() {
  return fill(row_shapes_, [this]() -> Result<std::vector<std::uint32_t>> {
    LOGPOND_TRY(auto shapes, read_numbers(BlockKind::kRowShapes, table_.shapes.size()));
    // The table says how often each occurs: occurrences are numbered by that.
    std::vector<std::uint32_t> counts(table_.shapes.size(), 0);
    for (const std::uint32_t shape : shapes) ++counts[shape];
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] != table_.shapes[i].rows) return missing(*part_);
    }
    return shapes;
  });
}

Result<const std::vector<std::uint32_t>*> GroupData::stream_places() {
  return fill(stream_places_, [this]() -> Result<std::vector<std::uint32_t>> {
    LOGPOND_TRY(const auto* shapes, row_shapes());
    LOGPOND_TRY(auto places, read_numbers(BlockKind::kStreamPlaces, group_.streams.size()));
    for (std::size_t row = 0; row < places.size(); ++row) {
      const RowKind& kind = table_.kinds[table_.shapes[(*shapes)[row]].kind];
      if (places[row] >= table_.senders[kind.sender].size()) return missing(*part_);
    }
    return places;
  });
}

RowIndex GroupData::make_index(const std::vector<std::uint32_t>& row_shapes) const {
  RowIndex index;
  index.begins.assign(messages_->directory().shapes.size() + 1, 0);
  std::vector<std::uint32_t> message_shapes(table_.shapes.size());
  for (std::size_t i = 0; i < message_shapes.size(); ++i) {
    message_shapes[i] = table_.shapes[i].message_shape;
    index.begins[message_shapes[i] + 1] += table_.shapes[i].rows;
  }
  std::partial_sum(index.begins.begin(), index.begins.end(), index.begins.begin());
  index.rows.resize(row_shapes.size());
  index.occurrences.resize(row_shapes.size());
  std::vector<std::uint32_t> next(index.begins.begin(), index.begins.end() - 1);
  for (std::uint32_t row = 0; row < row_shapes.size(); ++row) {
    const std::uint32_t shape = message_shapes[row_shapes[row]];
    index.occurrences[row] = next[shape] - index.begins[shape];
    index.rows[next[shape]++] = row;
  }
  return index;
}

Result<const RowIndex*> GroupData::index() {
  return fill(index_, [this]() -> Result<RowIndex> {
    LOGPOND_TRY(const auto* shapes, row_shapes());
    return make_index(*shapes);
  });
}

std::vector<std::uint32_t> GroupData::values_of_kinds(std::uint32_t field) const {
  std::vector<std::uint32_t> values(table_.kinds.size(), 0);
  for (std::size_t i = 0; i < table_.kinds.size(); ++i) {
    values[i] = static_cast<std::uint32_t>(std::count(
        table_.kinds[i].fields.begin(), table_.kinds[i].fields.end(), RowField{field, false}));
  }
  return values;
}

Status GroupData::check_field(std::uint32_t field) const {
  const std::vector<std::uint32_t> values_of_kind = values_of_kinds(field);
  std::uint64_t values = 0;
  for (const RowShape& shape : table_.shapes) {
    values += std::uint64_t{shape.rows} * values_of_kind[shape.kind];
  }
  if (messages_->directory().shapes[table_.fields[field].shape].count != values) {
    return missing(*part_);
  }
  return {};
}

Result<const std::vector<std::uint32_t>*> GroupData::rows_of_field(std::uint32_t field) {
  return fill(rows_of_fields_[field], [&]() -> Result<std::vector<std::uint32_t>> {
    LOGPOND_CHECK_OK(check_field(field));
    LOGPOND_TRY(const auto* shapes, row_shapes());
    const std::vector<std::uint32_t> values_of_kind = values_of_kinds(field);
    std::vector<std::uint32_t> rows;
    for (std::uint32_t row = 0; row < shapes->size(); ++row) {
      const std::uint32_t kind = table_.shapes[(*shapes)[row]].kind;
      for (std::uint32_t n = values_of_kind[kind]; n > 0; --n) rows.push_back(row);
    }
    return rows;
  });
}

Result<bool> GroupData::may_have_id(std::uint64_t hash) {
  if (group_.find(BlockKind::kFilter) == nullptr) return true;
  LOGPOND_TRY(const std::string* filter, fill(filter_, [this]() -> Result<std::string> {
                BlockBuffer raw;
                LOGPOND_CHECK_OK(read_block(BlockKind::kFilter, raw));
                return std::string(raw.view());
              }));
  return codec::FuseFilter::may_contain(*filter, hash);
}

}  // namespace logpond::storage
