#include "api/loki/duplicate_filter.h"

#include <limits>

#include "codec/checksum.h"

namespace logpond::api::loki {
namespace {

constexpr std::size_t kTableMin = 64;  // a power of two, and so every later size

std::uint64_t hash_of(std::uint64_t seed, RecordBatch::StreamIndex stream, TimestampNs timestamp,
                      std::string_view line, std::span<const FieldView> fields) {
  std::uint64_t hash = seed ^ (static_cast<std::uint64_t>(timestamp) * 0x9E3779B97F4A7C15ULL);
  hash = codec::checksum(line, hash + stream);
  for (const FieldView& field : fields) {
    hash = codec::checksum(field.name, hash);
    hash = codec::checksum(field.value, hash);
  }
  return hash;
}

bool is_equal(const RecordBatch& batch, std::size_t row, RecordBatch::StreamIndex stream,
              TimestampNs timestamp, std::string_view line, std::span<const FieldView> fields) {
  if (batch.stream(row) != stream || batch.timestamp(row) != timestamp) return false;
  const auto stored = batch.fields(row);
  if (stored.size() != fields.size() || batch.message(row) != line) return false;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const FieldView one = batch.field(stored[i]);
    if (one.name != fields[i].name || one.value != fields[i].value) return false;
  }
  return true;
}

}  // namespace

bool DuplicateFilter::is_repeated(const RecordBatch& batch, RecordBatch::StreamIndex stream,
                                  TimestampNs timestamp, std::string_view line,
                                  std::span<const FieldView> fields) {
  constexpr TimestampNs kNone = std::numeric_limits<TimestampNs>::min();
  if (stream >= newest_.size()) newest_.resize(stream + 1, kNone);
  const bool rises = timestamp > newest_[stream];
  if (rises) newest_[stream] = timestamp;
  if (table_.empty()) {
    if (rises || batch.empty()) return false;
    index_all(batch);
  }
  const std::uint64_t hash = hash_of(seed_, stream, timestamp, line, fields);
  if (!rises) {
    const std::size_t mask = table_.size() - 1;
    for (std::size_t at = hash & mask; table_[at].used; at = (at + 1) & mask) {
      if (table_[at].hash == hash &&
          is_equal(batch, table_[at].record, stream, timestamp, line, fields)) {
        return true;
      }
    }
  }
  insert(hash, static_cast<std::uint32_t>(batch.size()));
  return false;
}

void DuplicateFilter::insert(std::uint64_t hash, std::uint32_t record) {
  if ((entries_ + 1) * 2 > table_.size()) grow();
  const std::size_t mask = table_.size() - 1;
  std::size_t at = hash & mask;
  while (table_[at].used) at = (at + 1) & mask;
  table_[at] = {hash, record, true};
  ++entries_;
}

void DuplicateFilter::index_all(const RecordBatch& batch) {
  table_.resize(kTableMin);
  for (std::size_t row = 0; row < batch.size(); ++row) {
    scratch_.clear();
    for (const auto& field : batch.fields(row)) scratch_.push_back(batch.field(field));
    insert(hash_of(seed_, batch.stream(row), batch.timestamp(row), batch.message(row), scratch_),
           static_cast<std::uint32_t>(row));
  }
}

void DuplicateFilter::grow() {
  std::vector<Entry> old(table_.size() * 2);
  old.swap(table_);
  entries_ = 0;
  for (const Entry& entry : old) {
    if (entry.used) insert(entry.hash, entry.record);
  }
}

}  // namespace logpond::api::loki
