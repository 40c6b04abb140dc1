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
  const Labels& labels = record.stream->labels;
  const auto value_of = [&](const std::string& name) -> std::string_view {
    if (labels.has(name)) return labels.get(name);
    for (const Field& field : record.fields) {
      if (!field.value.empty() && sanitize_label_name(field.name) == name) return field.value;
    }
    return name == "detected_level" ? severity_word(record.severity) : std::string_view();
  };
  return std::all_of(request.field_filters.begin(), request.field_filters.end(),
                     [&](const storage::Matcher& m) { return m.matches(value_of(m.name())); });
}

/// The columns of one block.
class MemoryStore::BlockMaker {
 public:
  BlockMaker(const storage::ScanRequest& request, const MemoryStoreOptions& options,
             std::uint64_t seed)
      : request_(request),
        drops_fields_(options.drops_fields && request.field_names),
        mode_(options.classes),
        dice_(seed * 0x9E37'79B9'7F4A'7C15 + 1) {
    if (mode_ == ClassMode::kMixed) mode_ = static_cast<ClassMode>(roll(3));
    // Nothing says that a class has rows, or that the first row is of the first class.
    if (mode_ != ClassMode::kNone && roll(2) == 0) add_class({}, {});
  }

  void add(const Record& record) {
    timestamps_.push_back(record.timestamp);
    ids_.push_back(record.id);
    auto at = std::find(streams_.begin(), streams_.end(), record.stream);
    stream_indexes_.push_back(static_cast<std::uint32_t>(at - streams_.begin()));
    if (at == streams_.end()) streams_.push_back(record.stream);
    if (has(Columns::kSeverity)) {
      severities_.push_back(record.severity);
      severity_texts_.push_back(record.severity_text);
    }
    if (has(Columns::kMessage)) messages_.push_back(record.message);
    if (has(Columns::kMessageSize)) {
      sizes_.push_back(static_cast<std::uint32_t>(record.message.size()));
    }
    if (has(Columns::kReceived)) received_.push_back(record.received);
    std::vector<FieldView> fields;
    for (const Field& f : record.fields) {
      if (has(Columns::kFields) && is_wanted(f.name)) fields.push_back({f.name, f.value, f.kind});
    }
    field_begins_.push_back(static_cast<std::uint32_t>(fields_.size()));
    fields_.insert(fields_.end(), fields.begin(), fields.end());
    if (mode_ != ClassMode::kNone) class_indexes_.push_back(class_of(record, std::move(fields)));
  }

  storage::RecordBlock block() {
    storage::RecordBlock block{.size = timestamps_.size(),
                               .timestamps = timestamps_,
                               .ids = ids_,
                               .stream_indexes = stream_indexes_,
                               .streams = streams_,
                               .severities = severities_,
                               .severity_texts = severity_texts_,
                               .messages = messages_,
                               .message_sizes = sizes_,
                               .received = received_};
    block.classes_have_fields = mode_ == ClassMode::kWithFields;
    if (has(Columns::kFields) && !block.classes_have_fields) {
      field_begins_.push_back(static_cast<std::uint32_t>(fields_.size()));
      block.field_begins = field_begins_;
      block.fields = fields_;
    }
    if (mode_ == ClassMode::kNone) return block;
    for (std::size_t i = 0; i < classes_.size(); ++i) classes_[i].fields = class_fields_[i];
    block.class_indexes = class_indexes_;
    block.classes = classes_;
    if (roll(2) == 0) {  // the classes say it
      block.severities = {};
      block.severity_texts = {};
    }
    return block;
  }

 private:
  bool has(Columns one) const { return storage::has_column(request_.columns, one); }
  std::uint64_t roll(std::uint64_t below) {
    dice_ ^= dice_ << 13;
    dice_ ^= dice_ >> 7;
    dice_ ^= dice_ << 17;
    return dice_ % below;
  }
  bool is_wanted(const std::string& field) const {
    if (!drops_fields_) return true;
    const auto& names = *request_.field_names;
    return std::find(names.begin(), names.end(), sanitize_label_name(field)) != names.end();
  }

  std::uint32_t add_class(storage::RecordClass one, std::vector<FieldView> fields) {
    classes_.push_back(one);
    class_fields_.push_back(std::move(fields));
    return static_cast<std::uint32_t>(classes_.size() - 1);
  }

  std::uint32_t class_of(const Record& record, std::vector<FieldView> fields) {
    storage::RecordClass wanted{.stream_index = stream_indexes_.back()};
    if (has(Columns::kSeverity)) {
      wanted.severity = record.severity;
      wanted.severity_text = record.severity_text;
    }
    if (mode_ == ClassMode::kWithoutFields) fields.clear();
    for (std::uint32_t i = 0; i < classes_.size(); ++i) {
      if (is_same(classes_[i], wanted) && is_same(class_fields_[i], fields) && roll(4) != 0)
        return i;
    }
    return add_class(wanted, std::move(fields));
  }
  static bool is_same(const storage::RecordClass& a, const storage::RecordClass& b) {
    return a.stream_index == b.stream_index && a.severity == b.severity &&
           a.severity_text == b.severity_text;
  }
  static bool is_same(const std::vector<FieldView>& a, const std::vector<FieldView>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const FieldView& x, const FieldView& y) {
                        return x.name == y.name && x.value == y.value && x.kind == y.kind;
                      });
  }

  const storage::ScanRequest& request_;
  bool drops_fields_;
  ClassMode mode_;
  std::uint64_t dice_;
  std::vector<TimestampNs> timestamps_;
  std::vector<std::uint64_t> ids_;
  std::vector<std::uint32_t> stream_indexes_;
  std::vector<StreamPtr> streams_;
  std::vector<Severity> severities_;
  std::vector<std::string_view> severity_texts_;
  std::vector<std::string_view> messages_;
  std::vector<std::uint32_t> sizes_;
  std::vector<TimestampNs> received_;
  std::vector<std::uint32_t> field_begins_;
  std::vector<FieldView> fields_;
  std::vector<std::uint32_t> class_indexes_;
  std::vector<storage::RecordClass> classes_;
  std::vector<std::vector<FieldView>> class_fields_;
};

bool MemoryStore::give(const std::vector<const Record*>& rows, const storage::ScanRequest& request,
                       storage::ScanSink& sink) {
  BlockMaker maker(request, options_, rows.front()->id + rows.size());
  for (const Record* record : rows) maker.add(*record);
  rows_given_ += rows.size();
  return sink.accept(maker.block());
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
    if (i % options_.rows_per_block == 0)
      groups.push_back({{}, record.timestamp, record.timestamp});
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
    if (!rows.empty() && !give(rows, request, sink)) break;
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
