#include "logql/tests/memory_store.h"

#include <algorithm>
#include <set>

namespace logpond::logql::testing {

using storage::Columns;

StreamPtr MemoryStore::intern(const TenantId& tenant, const Labels& labels) {
  for (const StreamPtr& stream : streams_) {
    if (stream->tenant == tenant && stream->labels == labels) return stream;
  }
  streams_.push_back(std::make_shared<const Stream>(Stream{tenant, labels}));
  return streams_.back();
}

void MemoryStore::append(RecordBatch batch, storage::AppendCallback done) {
  storage::AppendReceipt receipt;
  {
    const std::lock_guard lock(mutex_);
    receipt = {RecordId{records_.size() + 1}, batch.size()};
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto& stream = batch.streams()[batch.stream(i)];
      Record record{.id = records_.size() + 1,
                    .stream = intern(batch.tenant(), *Labels::decode(batch.text(stream.encoded))),
                    .timestamp = batch.timestamp(i),
                    .received = batch.received(i),
                    .severity = batch.severity(i),
                    .severity_text = std::string(batch.severity_text(i)),
                    .message = std::string(batch.message(i))};
      for (const RecordBatch::Field& f : batch.fields(i)) {
        const FieldView view = batch.field(f);
        record.fields.push_back({std::string(view.name), std::string(view.value), view.kind});
      }
      records_.push_back(std::move(record));
    }
  }
  done(receipt);
}

bool MemoryStore::matches(const Record& record, const storage::ScanRequest& request) {
  if (record.stream->tenant != request.tenant) return false;
  if (!request.range.contains(record.timestamp)) return false;
  if (!request.selector.matches(record.stream->labels)) return false;
  for (const codec::LineFilter& filter : request.line_filters) {
    if (!filter.keeps(record.message)) return false;
  }
  const auto value_of = [&](const std::string& name) -> std::string_view {
    for (const Field& field : record.fields) {
      if (sanitize_label_name(field.name) == name) return field.value;
    }
    if (name == "detected_level" && record.severity != Severity::kUnset) {
      return severity_word(record.severity);
    }
    return record.stream->labels.get(name);
  };
  return std::all_of(request.field_filters.begin(), request.field_filters.end(),
                     [&](const storage::Matcher& m) { return m.matches(value_of(m.name())); });
}

bool MemoryStore::give(const std::vector<const Record*>& rows, Columns columns,
                       storage::ScanSink& sink) {
  const auto has = [columns](Columns one) { return storage::has_column(columns, one); };
  std::vector<TimestampNs> timestamps;
  std::vector<std::uint64_t> ids;
  std::vector<std::uint32_t> stream_indexes;
  std::vector<StreamPtr> streams;
  std::vector<Severity> severities;
  std::vector<std::string_view> severity_texts;
  std::vector<std::string_view> messages;
  std::vector<std::uint32_t> sizes;
  std::vector<TimestampNs> received;
  std::vector<std::uint32_t> field_begins;
  std::vector<FieldView> fields;
  for (const Record* record : rows) {
    timestamps.push_back(record->timestamp);
    ids.push_back(record->id);
    auto at = std::find(streams.begin(), streams.end(), record->stream);
    stream_indexes.push_back(static_cast<std::uint32_t>(at - streams.begin()));
    if (at == streams.end()) streams.push_back(record->stream);
    if (has(Columns::kSeverity)) {
      severities.push_back(record->severity);
      severity_texts.push_back(record->severity_text);
    }
    if (has(Columns::kMessage)) messages.push_back(record->message);
    if (has(Columns::kMessageSize)) {
      sizes.push_back(static_cast<std::uint32_t>(record->message.size()));
    }
    if (has(Columns::kReceived)) received.push_back(record->received);
    if (!has(Columns::kFields)) continue;
    field_begins.push_back(static_cast<std::uint32_t>(fields.size()));
    for (const Field& f : record->fields) fields.push_back({f.name, f.value, f.kind});
  }
  if (has(Columns::kFields)) field_begins.push_back(static_cast<std::uint32_t>(fields.size()));
  rows_given_ += rows.size();
  return sink.accept({.size = rows.size(),
                      .timestamps = timestamps,
                      .ids = ids,
                      .stream_indexes = stream_indexes,
                      .streams = streams,
                      .severities = severities,
                      .severity_texts = severity_texts,
                      .messages = messages,
                      .message_sizes = sizes,
                      .received = received,
                      .field_begins = field_begins,
                      .fields = fields});
}

Result<storage::ScanStats> MemoryStore::scan(const storage::ScanRequest& request,
                                             storage::ScanSink& sink) {
  const std::lock_guard lock(mutex_);
  last_request_ = request;
  // Groups of neighbours in arrival, as a real store has them; then in the order asked for.
  struct Group {
    std::vector<const Record*> rows;
    TimestampNs first = 0;
    TimestampNs last = 0;
  };
  std::vector<Group> groups;
  for (std::size_t i = 0; i < records_.size(); ++i) {
    const Record& record = records_[i];
    if (i % rows_per_block_ == 0) groups.push_back({{}, record.timestamp, record.timestamp});
    Group& group = groups.back();
    group.first = std::min(group.first, record.timestamp);
    group.last = std::max(group.last, record.timestamp);
    group.rows.push_back(&record);
  }
  std::stable_sort(groups.begin(), groups.end(), [&](const Group& a, const Group& b) {
    if (request.order == storage::Order::kForward) return a.first < b.first;
    return request.order == storage::Order::kBackward && a.last > b.last;
  });
  storage::ScanStats stats{.groups = groups.size()};
  for (const Group& group : groups) {
    LOGPOND_CHECK_OK(request.cancel.check());
    const TimeRange wanted = sink.wanted();
    if (group.last < std::max(wanted.start, request.range.start) ||
        group.first >= std::min(wanted.end, request.range.end)) {
      ++stats.groups_pruned;
      continue;
    }
    std::vector<const Record*> rows;
    for (const Record* record : group.rows) {
      ++stats.rows_scanned;
      stats.bytes_scanned += record->message.size();
      if (wanted.contains(record->timestamp) && matches(*record, request)) rows.push_back(record);
    }
    stats.rows_matched += rows.size();
    if (!rows.empty() && !give(rows, request.columns, sink)) break;
  }
  return stats;
}

Result<std::vector<StreamPtr>> MemoryStore::series(const TenantId& tenant, TimeRange range,
                                                   const storage::Selector& selector) {
  LOGPOND_TRY(const auto volumes, volume(tenant, range, selector, {}));
  std::vector<StreamPtr> streams;
  for (const storage::StreamVolume& v : volumes) streams.push_back(v.stream);
  return streams;
}

Result<std::vector<storage::StreamVolume>> MemoryStore::volume(
    const TenantId& tenant, TimeRange range, const storage::Selector& selector,
    const platform::CancelToken& cancel) {
  LOGPOND_CHECK_OK(cancel.check());
  const std::lock_guard lock(mutex_);
  std::vector<storage::StreamVolume> volumes;
  for (const Record& record : records_) {
    if (record.stream->tenant != tenant || !range.contains(record.timestamp) ||
        !selector.matches(record.stream->labels)) {
      continue;
    }
    auto at = std::find_if(volumes.begin(), volumes.end(),
                           [&](const auto& v) { return v.stream == record.stream; });
    if (at == volumes.end()) at = volumes.insert(volumes.end(), {record.stream, 0, 0});
    ++at->records;
    at->bytes += record.message.size();
  }
  std::sort(volumes.begin(), volumes.end(),
            [](const auto& a, const auto& b) { return a.stream->labels < b.stream->labels; });
  return volumes;
}

storage::StoreStats MemoryStore::stats() const {
  const std::lock_guard lock(mutex_);
  storage::StoreStats stats{.records = records_.size(), .head_records = records_.size()};
  for (const Record& record : records_) stats.message_bytes += record.message.size();
  return stats;
}

}  // namespace logpond::logql::testing
