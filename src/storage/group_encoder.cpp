#include "storage/group_encoder.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "codec/checksum.h"
#include "codec/compression.h"
#include "codec/fuse_filter.h"
#include "codec/varint.h"
#include "column/column.h"
#include "core/check.h"
#include "storage/block_buffer.h"

namespace logpond::storage {
namespace {

constexpr std::uint32_t kNone = 0xFFFF'FFFF;
constexpr std::size_t kSlotsMin = 1024;
constexpr std::size_t kFieldKinds = 4;
/// Directories and tables are small and full of repeated text: more effort is worth it there.
constexpr int kTableLevel = 5;
/// A filter is worth its bytes when it can save reading this many ids.
constexpr std::size_t kFilteredIdsMin = 256;

constexpr std::array<std::string_view, 8> kSenderLabels = {
    "service_name", "service", "app", "application", "job", "container", "component", "unit"};

std::uint64_t mix(std::uint64_t h, std::uint64_t value) {
  h = (h ^ value) * 0x9E3779B97F4A7C15ULL;
  return h ^ (h >> 29);
}

std::uint64_t hash_of_kind(std::uint32_t sender, Severity severity, std::uint32_t word,
                           const std::vector<RowField>& fields) {
  std::uint64_t h = mix(sender, (std::uint64_t{word} << 8) | static_cast<std::uint64_t>(severity));
  for (const RowField& field : fields) h = mix(h, field.field * 2U + (field.is_word ? 1 : 0));
  return h;
}

std::uint64_t hash_of_shape(std::uint32_t message_shape, std::uint32_t kind) {
  return mix(message_shape, kind + 1);
}

/// Heads are large and were written a while ago: their text comes from memory, not from a cache.
constexpr std::size_t kRowsAhead = 12;
constexpr std::size_t kCacheLine = 64;

/// A record's fields and words lie right before its message.
void prefetch(const RecordBatch& batch, std::size_t row) {
  if (row >= batch.size()) return;
  const char* const text = batch.message(row).data();
  __builtin_prefetch(text - kCacheLine);
  __builtin_prefetch(text);
  __builtin_prefetch(text + kCacheLine);
}

/// A table of slots twice as large, filled anew with `count` entries.
template <typename HashOf>
void grow_slots(std::vector<std::uint32_t>& slots, std::size_t count, HashOf hash_of) {
  slots.assign(slots.size() * 2, kNone);
  const std::size_t mask = slots.size() - 1;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::size_t slot = hash_of(i) & mask;
    while (slots[slot] != kNone) slot = (slot + 1) & mask;
    slots[slot] = i;
  }
}

}  // namespace

std::string_view sender_of(const Labels& labels) {
  for (const std::string_view name : kSenderLabels) {
    if (const std::string_view value = labels.get(name); !value.empty()) return value;
  }
  return {};
}

GroupEncoder::GroupEncoder(int zstd_level) : level_(zstd_level), messages_(zstd_level) {
  clear();
}

void GroupEncoder::clear() {
  messages_.clear();
  table_ = {};
  streams_.clear();
  stream_index_.clear();
  sender_index_.clear();
  word_index_.clear();
  field_index_.clear();
  kind_slots_.assign(kSlotsMin, kNone);
  shape_slots_.assign(kSlotsMin, kNone);
  recent_shapes_.clear();
  message_bytes_ = 0;
  fields_count_ = 0;
  timestamps_.clear();
  ids_.clear();
  received_.clear();
  row_streams_.clear();
  row_shapes_.clear();
  batch_ = nullptr;
  row_fields_.clear();
}

bool GroupEncoder::is_heavy() const {
  return message_bytes_ >= kGroupMessageBytesMax || messages_.size_bytes() >= kGroupMemoryMax ||
         fields_count_ >= kGroupFieldsMax;
}

// ---- Interning ---------------------------------------------------------------------------------

std::uint32_t GroupEncoder::intern_stream(const StreamPtr& stream) {
  const auto [at, is_new] =
      stream_index_.try_emplace(stream.get(), static_cast<std::uint32_t>(streams_.size()));
  if (!is_new) return at->second;
  std::string key = stream->tenant.value;
  key.push_back('\0');
  key.append(sender_of(stream->labels));
  const auto [sender, is_new_sender] =
      sender_index_.try_emplace(key, static_cast<std::uint32_t>(table_.senders.size()));
  if (is_new_sender) table_.senders.emplace_back();
  table_.senders[sender->second].push_back(static_cast<std::uint32_t>(streams_.size()));
  streams_.push_back({stream, sender->second, 0, 0});
  return at->second;
}

std::uint32_t GroupEncoder::intern_word(std::string_view word) {
  // There are a handful of words; a place by length and ends finds nearly all at the first look.
  const std::size_t hint = word.empty()
                               ? 0
                               : (word.size() + 5U * static_cast<unsigned char>(word.front()) +
                                  11U * static_cast<unsigned char>(word.back())) %
                                     recent_words_.size();
  std::uint32_t& recent = recent_words_[hint];
  if (recent < table_.words.size() && table_.words[recent] == word) return recent;
  const auto [at, is_new] =
      word_index_.try_emplace(std::string(word), static_cast<std::uint32_t>(table_.words.size()));
  if (is_new) table_.words.emplace_back(word);
  recent = at->second;
  return recent;
}

/// Past kFieldColumnsMax names, values go to one column with their names.
std::uint32_t GroupEncoder::intern_field(std::string_view name, FieldKind kind) {
  std::string key(1, static_cast<char>(kind));
  key.append(name);
  if (const auto at = field_index_.find(key); at != field_index_.end()) return at->second;
  auto tag = static_cast<std::uint8_t>(kind);
  const bool is_loose = table_.fields.size() >= kFieldColumnsMax;
  if (is_loose) {
    name = kLooseFieldName;
    tag = kLooseFieldTag;
    key.assign(1, static_cast<char>(tag));
    if (const auto at = field_index_.find(key); at != field_index_.end()) return at->second;
  }
  const auto number = static_cast<std::uint32_t>(table_.fields.size());
  table_.fields.push_back(
      {std::string(name), static_cast<FieldKind>(tag), messages_.field_shape(name, tag)});
  field_index_.emplace(std::move(key), number);
  return number;
}

std::uint32_t GroupEncoder::intern_kind(std::uint32_t sender, Severity severity,
                                        std::uint32_t word) {
  const std::size_t mask = kind_slots_.size() - 1;
  std::size_t slot = hash_of_kind(sender, severity, word, row_fields_) & mask;
  for (; kind_slots_[slot] != kNone; slot = (slot + 1) & mask) {
    const RowKind& kind = table_.kinds[kind_slots_[slot]];
    if (kind.sender == sender && kind.severity == severity && kind.word == word &&
        kind.fields == row_fields_) {
      return kind_slots_[slot];
    }
  }
  const auto number = static_cast<std::uint32_t>(table_.kinds.size());
  table_.kinds.push_back({sender, severity, word, row_fields_});
  kind_slots_[slot] = number;
  if (table_.kinds.size() * 2 > kind_slots_.size()) {
    grow_slots(kind_slots_, table_.kinds.size(), [this](std::uint32_t i) {
      const RowKind& kind = table_.kinds[i];
      return hash_of_kind(kind.sender, kind.severity, kind.word, kind.fields);
    });
  }
  return number;
}

std::uint32_t GroupEncoder::intern_row_shape(std::uint32_t message_shape, std::uint32_t kind) {
  // Most messages of a shape come with the same kind as the last one.
  if (message_shape >= recent_shapes_.size()) recent_shapes_.resize(2 * message_shape + 64);
  RecentShape& recent = recent_shapes_[message_shape];
  if (recent.kind != kind) recent = {kind, find_row_shape(message_shape, kind)};
  return recent.row_shape;
}

std::uint32_t GroupEncoder::find_row_shape(std::uint32_t message_shape, std::uint32_t kind) {
  const std::size_t mask = shape_slots_.size() - 1;
  std::size_t slot = hash_of_shape(message_shape, kind) & mask;
  for (; shape_slots_[slot] != kNone; slot = (slot + 1) & mask) {
    const RowShape& shape = table_.shapes[shape_slots_[slot]];
    if (shape.message_shape == message_shape && shape.kind == kind) return shape_slots_[slot];
  }
  const auto number = static_cast<std::uint32_t>(table_.shapes.size());
  table_.shapes.push_back({message_shape, kind, 0});
  shape_slots_[slot] = number;
  if (table_.shapes.size() * 2 > shape_slots_.size()) {
    grow_slots(shape_slots_, table_.shapes.size(), [this](std::uint32_t i) {
      return hash_of_shape(table_.shapes[i].message_shape, table_.shapes[i].kind);
    });
  }
  return number;
}

// ---- Adding rows -------------------------------------------------------------------------------

void GroupEncoder::begin_batch(const StoredBatch& stored) {
  batch_ = &stored;
  batch_streams_.assign(stored.streams.size(), kNone);
  batch_fields_.assign(stored.batch.field_names().size() * kFieldKinds, kNone);
}

void GroupEncoder::add_field(std::uint32_t field, const FieldView& view, std::string_view word) {
  const TableField& entry = table_.fields[field];
  const bool is_loose = static_cast<std::uint8_t>(entry.kind) == kLooseFieldTag;
  const bool is_word = !is_loose && !word.empty() && view.value == word;
  row_fields_.push_back({field, is_word});
  if (is_word) return;
  if (!is_loose) {
    messages_.add_field(entry.shape, view.value);
    return;
  }
  loose_.clear();
  codec::put_bytes(loose_, view.name);
  loose_.push_back(static_cast<char>(view.kind));
  loose_.append(view.value);
  messages_.add_field(entry.shape, loose_);
}

void GroupEncoder::end_row(const Row& row) {
  StreamEntry& stream = streams_[row.stream];
  ++stream.rows;
  stream.message_bytes += row.message.size();
  message_bytes_ += row.message.size();
  fields_count_ += row_fields_.size();
  const std::uint32_t word = intern_word(row.severity_text);
  const std::uint32_t kind = intern_kind(stream.sender, row.severity, word);
  const std::uint32_t message_shape = messages_.add(stream.sender, row.message);
  const std::uint32_t shape = intern_row_shape(message_shape, kind);
  ++table_.shapes[shape].rows;
  timestamps_.push_back(row.timestamp);
  ids_.push_back(static_cast<std::int64_t>(row.id));
  received_.push_back(row.received);
  row_streams_.push_back(row.stream);
  row_shapes_.push_back(shape);
  row_fields_.clear();
}

void GroupEncoder::add(const StoredBatch& stored, std::size_t row) {
  if (batch_ != &stored) begin_batch(stored);
  const RecordBatch& batch = stored.batch;
  prefetch(batch, row + kRowsAhead);
  const std::string_view word = batch.severity_text(row);
  for (const RecordBatch::Field& f : batch.fields(row)) {
    const FieldView view = batch.field(f);
    std::uint32_t& field = batch_fields_[f.name * kFieldKinds + static_cast<std::size_t>(f.kind)];
    if (field == kNone) field = intern_field(view.name, view.kind);
    add_field(field, view, word);
  }
  std::uint32_t& stream = batch_streams_[batch.stream(row)];
  if (stream == kNone) stream = intern_stream(stored.streams[batch.stream(row)]);
  end_row({batch.timestamp(row), stored.first_id.value + row, batch.received(row), stream,
           batch.severity(row), word, batch.message(row)});
}

void GroupEncoder::add(const RecordBlock& block, std::size_t row) {
  batch_ = nullptr;
  for (const FieldView& field : block.fields_of(row)) {
    add_field(intern_field(field.name, field.kind), field, block.severity_text_of(row));
  }
  end_row({block.timestamps[row], block.ids[row], block.received[row],
           intern_stream(block.stream(row)), block.severity_of(row), block.severity_text_of(row),
           block.messages[row]});
}

// ---- Writing -----------------------------------------------------------------------------------

class GroupEncoder::BlockWriter {
 public:
  BlockWriter(GroupMeta& meta, std::string& out) : meta_(meta), out_(out) {}

  /// `level` 0: the bytes are packed already.
  void put(BlockKind kind, std::string_view raw, int level) {
    BlockMeta block;
    block.kind = kind;
    block.offset = out_.size() - meta_.offset;
    block.raw_bytes = raw.size();
    std::string_view stored = raw;
    if (level > 0) {
      const std::span<char> room = packed_.make(codec::zstd_bound(raw.size()));
      const std::string_view frame(room.data(), codec::zstd_compress_into(raw, level, room));
      if (frame.size() < raw.size()) {
        stored = frame;
        block.coding = BlockCoding::kZstd;
      }
    }
    block.stored_bytes = stored.size();
    block.checksum = codec::checksum(stored);
    out_.append(stored);
    meta_.blocks.push_back(block);
  }

 private:
  GroupMeta& meta_;
  std::string& out_;
  BlockBuffer packed_;
};

/// Numbers row shapes by frequency: most rows then have small numbers, which pack well.
void GroupEncoder::rank_row_shapes() {
  std::vector<std::uint32_t> order(table_.shapes.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) {
    return table_.shapes[a].rows > table_.shapes[b].rows;
  });
  std::vector<std::uint32_t> rank(order.size());
  std::vector<RowShape> ranked(order.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    rank[order[i]] = i;
    ranked[i] = table_.shapes[order[i]];
  }
  table_.shapes = std::move(ranked);
  for (std::uint32_t& shape : row_shapes_) shape = rank[shape];
}

/// Each row's place among the streams of its sender, the busiest first.
std::vector<std::uint32_t> GroupEncoder::place_streams() {
  std::vector<std::uint32_t> places(streams_.size());
  for (auto& sender : table_.senders) {
    std::stable_sort(sender.begin(), sender.end(), [this](std::uint32_t a, std::uint32_t b) {
      return streams_[a].rows > streams_[b].rows;
    });
    for (std::uint32_t i = 0; i < sender.size(); ++i) places[sender[i]] = i;
  }
  std::vector<std::uint32_t> of_rows(row_streams_.size());
  for (std::size_t row = 0; row < of_rows.size(); ++row) of_rows[row] = places[row_streams_[row]];
  return of_rows;
}

void GroupEncoder::write_blocks(GroupMeta& meta, std::string& out) {
  BlockWriter writer(meta, out);
  std::string raw;
  const auto put_series = [&](BlockKind kind, std::span<const std::int64_t> values) {
    raw.clear();
    column::write_series(values, level_, raw);
    writer.put(kind, raw, 0);
  };
  const auto put_numbers = [&](BlockKind kind, std::span<const std::uint32_t> values) {
    raw.clear();
    column::write_numbers(values, level_, raw);
    writer.put(kind, raw, 0);
  };
  put_series(BlockKind::kIds, ids_);
  put_series(BlockKind::kTimestamps, timestamps_);
  put_series(BlockKind::kReceived, received_);
  rank_row_shapes();
  const std::vector<std::uint32_t> places = place_streams();
  raw.clear();
  encode_row_table(table_, raw);
  writer.put(BlockKind::kRowTable, raw, kTableLevel);
  put_numbers(BlockKind::kRowShapes, row_shapes_);
  put_numbers(BlockKind::kStreamPlaces, places);
  messages_.finish(encoded_);
  writer.put(BlockKind::kDirectory, encoded_.directory, kTableLevel);
  for (std::size_t i = 0; i < encoded_.pages.size(); ++i) {
    const std::size_t begin = encoded_.pages[i].begin;
    const std::size_t end =
        i + 1 < encoded_.pages.size() ? encoded_.pages[i + 1].begin : encoded_.page_bytes.size();
    writer.put(BlockKind::kPage, std::string_view(encoded_.page_bytes).substr(begin, end - begin),
               encoded_.pages[i].is_packed ? 0 : level_);
  }
  if (encoded_.id_hashes.size() >= kFilteredIdsMin) {
    writer.put(BlockKind::kFilter, codec::FuseFilter::build(encoded_.id_hashes), 0);
  }
}

GroupMeta GroupEncoder::finish(const std::function<std::uint32_t(const StreamPtr&)>& part_stream,
                               std::string& out) {
  LOGPOND_CHECK(!empty());
  GroupMeta meta;
  meta.rows = size();
  meta.offset = out.size();
  const auto [time_min, time_max] = std::minmax_element(timestamps_.begin(), timestamps_.end());
  const auto [id_min, id_max] = std::minmax_element(ids_.begin(), ids_.end());
  meta.time_min = *time_min;
  meta.time_max = *time_max;
  meta.id_min = static_cast<std::uint64_t>(*id_min);
  meta.id_max = static_cast<std::uint64_t>(*id_max);
  meta.message_bytes = message_bytes_;
  for (const StreamEntry& entry : streams_) {
    meta.streams.push_back({part_stream(entry.stream), entry.rows, entry.message_bytes});
  }
  write_blocks(meta, out);
  meta.bytes = out.size() - meta.offset;
  clear();
  return meta;
}

}  // namespace logpond::storage
