#include "core/record.h"

#include "core/check.h"

namespace logpond {

void RecordBatch::reserve(std::size_t text_bytes, std::size_t records) {
  arena_.reserve(arena_.size() + text_bytes);
  const std::size_t count = timestamps_.size() + records;
  timestamps_.reserve(count);
  received_.reserve(count);
  record_streams_.reserve(count);
  severities_.reserve(count);
  severity_texts_.reserve(count);
  messages_.reserve(count);
  field_begins_.reserve(count + 1);
}

Slice RecordBatch::put(std::string_view text) {
  LOGPOND_CHECK(!is_full(text.size()));
  const Slice slice{static_cast<std::uint32_t>(arena_.size()),
                    static_cast<std::uint32_t>(text.size())};
  arena_.insert(arena_.end(), text.begin(), text.end());
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
  Slice word = last_severity_text_;
  if (text(word) != record.severity_text) {
    word = put(record.severity_text);
    last_severity_text_ = word;
  }
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

std::size_t RecordBatch::size_bytes() const {
  constexpr std::size_t kRowBytes = 2 * sizeof(TimestampNs) + sizeof(StreamIndex) +
                                    sizeof(Severity) + 2 * sizeof(Slice) + sizeof(std::uint32_t);
  return sizeof(*this) + arena_.capacity() + timestamps_.capacity() * kRowBytes +
         fields_.capacity() * sizeof(Field) + streams_.size() * 96 + field_names_.size() * 96;
}

}  // namespace logpond
