#include "core/record.h"

#include <algorithm>
#include <unordered_set>

#include "core/check.h"

namespace logpond {
namespace {

/// Room that a kept batch may waste: a quarter of what it uses.
template <typename Column>
void give_back(Column& column) {
  if (column.capacity() - column.size() > column.size() / 4 + 64) column.shrink_to_fit();
}

bool are_inside(const std::vector<Slice>& slices, std::uint64_t arena_bytes) {
  // No early exit: the loop is branch-free so that it runs at the speed of memory.
  std::uint64_t furthest = 0;
  for (const Slice& slice : slices) {
    furthest = std::max(furthest, std::uint64_t{slice.offset} + slice.size);
  }
  return furthest <= arena_bytes;
}

bool are_fields_sound(const RecordBatch::Columns& c) {
  std::uint64_t furthest = 0;
  std::uint32_t name_max = 0;
  std::uint8_t kind_max = 0;
  for (const RecordBatch::Field& field : c.fields) {
    furthest = std::max(furthest, std::uint64_t{field.value.offset} + field.value.size);
    name_max = std::max(name_max, field.name);
    kind_max = std::max(kind_max, static_cast<std::uint8_t>(field.kind));
  }
  return furthest <= c.arena.size() && (c.fields.empty() || name_max < c.field_names.size()) &&
         kind_max <= static_cast<std::uint8_t>(FieldKind::kJson);
}

bool are_begins_sound(const RecordBatch::Columns& c) {
  if (c.field_begins.size() != c.timestamps.size() + 1) return false;
  if (c.field_begins.front() != 0 || c.field_begins.back() != c.fields.size()) return false;
  bool is_ascending = true;
  for (std::size_t i = 1; i < c.field_begins.size(); ++i) {
    is_ascending &= c.field_begins[i - 1] <= c.field_begins[i];
  }
  return is_ascending;
}

bool are_distinct(const LargeText& arena, const std::vector<Slice>& slices) {
  constexpr std::size_t kFew = 8;  // a hash table costs more than comparing so few
  const auto text = [&](const Slice& slice) {
    return std::string_view(arena.data() + slice.offset, slice.size);
  };
  if (slices.size() <= kFew) {
    for (std::size_t i = 1; i < slices.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        if (text(slices[i]) == text(slices[k])) return false;
      }
    }
    return true;
  }
  std::unordered_set<std::string_view> seen;
  seen.reserve(slices.size());
  return std::all_of(slices.begin(), slices.end(),
                     [&](const Slice& slice) { return seen.insert(text(slice)).second; });
}

bool are_columns_sound(const RecordBatch::Columns& c) {
  const std::size_t records = c.timestamps.size();
  if (c.received.size() != records || c.record_streams.size() != records ||
      c.severities.size() != records || c.severity_texts.size() != records ||
      c.messages.size() != records || !are_begins_sound(c) || !are_fields_sound(c)) {
    return false;
  }
  std::uint32_t stream_max = 0;
  for (const std::uint32_t stream : c.record_streams) stream_max = std::max(stream_max, stream);
  if (records > 0 && stream_max >= c.streams.size()) return false;
  std::vector<Slice> streams;
  streams.reserve(c.streams.size());
  for (const RecordBatch::Stream& stream : c.streams) streams.push_back(stream.encoded);
  return are_inside(streams, c.arena.size()) && are_inside(c.field_names, c.arena.size()) &&
         are_inside(c.severity_texts, c.arena.size()) && are_inside(c.messages, c.arena.size()) &&
         are_distinct(c.arena, streams) && are_distinct(c.arena, c.field_names);
}

}  // namespace

void RecordBatch::reserve(std::size_t text_bytes, std::size_t records, std::size_t fields) {
  arena_.reserve(arena_.size() + text_bytes);
  const std::size_t count = timestamps_.size() + records;
  timestamps_.reserve(count);
  received_.reserve(count);
  record_streams_.reserve(count);
  severities_.reserve(count);
  severity_texts_.reserve(count);
  messages_.reserve(count);
  field_begins_.reserve(count + 1);
  if (fields > 0) fields_.reserve(fields_.size() + fields);
}

Slice RecordBatch::put(std::string_view text) {
  LOGPOND_CHECK(!is_full(text.size()));
  const Slice slice{static_cast<std::uint32_t>(arena_.size()),
                    static_cast<std::uint32_t>(text.size())};
  arena_.append(text);
  return slice;
}

RecordBatch::StreamIndex RecordBatch::intern_stream(const Labels& labels) {
  return intern_stream_encoded(labels.encode());
}

RecordBatch::StreamIndex RecordBatch::intern_stream_encoded(std::string_view encoded) {
  // Most batches carry one stream, or runs of the same: look at the last one first.
  if (!streams_.empty() && text(streams_.back().encoded) == encoded) {
    return static_cast<StreamIndex>(streams_.size() - 1);
  }
  if (stream_index_.size() != streams_.size()) index_again();
  const auto [at, is_new] =
      stream_index_.try_emplace(std::string(encoded), static_cast<StreamIndex>(streams_.size()));
  if (is_new) streams_.push_back({put(encoded)});
  return at->second;
}

std::uint32_t RecordBatch::intern_field_name(std::string_view name) {
  // Records of a batch mostly carry the same fields in the same order: the name after the last one
  // used is the likely next.
  if (!fields_.empty()) {
    const std::uint32_t next = fields_.back().name + 1;
    if (next < field_names_.size() && text(field_names_[next]) == name) return next;
  }
  if (!field_names_.empty() && text(field_names_.front()) == name) return 0;
  if (name_index_.size() != field_names_.size()) index_again();
  const auto [at, is_new] =
      name_index_.try_emplace(std::string(name), static_cast<std::uint32_t>(field_names_.size()));
  if (is_new) field_names_.push_back(put(name));
  return at->second;
}

void RecordBatch::add_field(std::string_view name, std::string_view value, FieldKind kind) {
  add_field(intern_field_name(name), value, kind);
}

void RecordBatch::add_field(std::uint32_t name, std::string_view value, FieldKind kind) {
  LOGPOND_CHECK(name < field_names_.size());
  const Slice slice = put(value);
  // Member by member: a Field made on the stack and copied whole stalls store forwarding.
  Field& field = fields_.emplace_back();
  field.name = name;
  field.kind = kind;
  field.value = slice;
}

void RecordBatch::finish_record(const Record& record) {
  LOGPOND_CHECK(record.stream < streams_.size());
  Slice& word = severity_words_[static_cast<std::size_t>(record.severity) % severity_words_.size()];
  if (text(word) != record.severity_text) word = put(record.severity_text);
  timestamps_.push_back(record.timestamp);
  received_.push_back(received_now_);
  record_streams_.push_back(record.stream);
  severities_.push_back(record.severity);
  severity_texts_.push_back(word);
  messages_.push_back(put(record.message));
  field_begins_.push_back(static_cast<std::uint32_t>(fields_.size()));
  message_bytes_ += record.message.size();
}

void RecordBatch::abandon_record() {
  fields_.resize(field_begins_.back());
}

void RecordBatch::append(const RecordBatch& other) {
  LOGPOND_CHECK(tenant_ == other.tenant_ && !is_full(other.arena_.size()));
  const TimestampNs received_before = received_now_;
  reserve(other.arena_.size(), other.size());
  std::vector<StreamIndex> stream_of(other.streams_.size());
  for (std::size_t i = 0; i < stream_of.size(); ++i) {
    stream_of[i] = intern_stream_encoded(other.text(other.streams_[i].encoded));
  }
  for (std::size_t i = 0; i < other.size(); ++i) {
    for (const Field& f : other.fields(i)) {
      add_field(other.text(other.field_names_[f.name]), other.text(f.value), f.kind);
    }
    received_now_ = other.received_[i];
    finish_record({other.timestamps_[i], stream_of[other.record_streams_[i]], other.severities_[i],
                   other.severity_text(i), other.message(i)});
  }
  received_now_ = received_before;
}

void RecordBatch::settle() {
  name_index_ = {};
  stream_index_ = {};
  give_back(arena_);
  give_back(streams_);
  give_back(field_names_);
  give_back(timestamps_);
  give_back(received_);
  give_back(record_streams_);
  give_back(severities_);
  give_back(severity_texts_);
  give_back(messages_);
  give_back(field_begins_);
  give_back(fields_);
}

void RecordBatch::index_again() {
  stream_index_.clear();
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    stream_index_.emplace(text(streams_[i].encoded), static_cast<StreamIndex>(i));
  }
  name_index_.clear();
  for (std::size_t i = 0; i < field_names_.size(); ++i) {
    name_index_.emplace(text(field_names_[i]), static_cast<std::uint32_t>(i));
  }
}

std::optional<RecordBatch> RecordBatch::from_columns(TenantId tenant, Columns columns) {
  if (!are_columns_sound(columns)) return std::nullopt;
  RecordBatch batch(std::move(tenant), columns.received.empty() ? 0 : columns.received.back());
  batch.arena_ = std::move(columns.arena);
  batch.streams_ = std::move(columns.streams);
  batch.field_names_ = std::move(columns.field_names);
  batch.timestamps_ = std::move(columns.timestamps);
  batch.received_ = std::move(columns.received);
  batch.record_streams_ = std::move(columns.record_streams);
  batch.severities_ = std::move(columns.severities);
  batch.severity_texts_ = std::move(columns.severity_texts);
  batch.messages_ = std::move(columns.messages);
  batch.field_begins_ = std::move(columns.field_begins);
  batch.fields_ = std::move(columns.fields);
  for (const Slice& message : batch.messages_) batch.message_bytes_ += message.size;
  return batch;
}

std::size_t RecordBatch::size_bytes() const {
  const auto bytes_of = [](const auto& column) {
    return column.capacity() * sizeof(*column.data());
  };
  // A hash table's entry: node, key, cached hash, and its share of the buckets.
  constexpr std::size_t kIndexEntryBytes = 96;
  return sizeof(*this) + bytes_of(arena_) + bytes_of(streams_) + bytes_of(field_names_) +
         bytes_of(timestamps_) + bytes_of(received_) + bytes_of(record_streams_) +
         bytes_of(severities_) + bytes_of(severity_texts_) + bytes_of(messages_) +
         bytes_of(field_begins_) + bytes_of(fields_) +
         (name_index_.size() + stream_index_.size()) * kIndexEntryBytes;
}

}  // namespace logpond
