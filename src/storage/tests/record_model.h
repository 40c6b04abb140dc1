// A plain, obvious twin of a store: records in a vector, every test applied to each. The oracle of
// the contract and property tests.
#pragma once

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "storage/store.h"

namespace logpond::storage::testing {

struct ModelField {
  std::string name;
  std::string value;
  FieldKind kind = FieldKind::kString;
  auto operator<=>(const ModelField&) const = default;
};

struct ModelRecord {
  std::uint64_t id = 0;
  TenantId tenant;
  TimestampNs timestamp = 0;
  TimestampNs received = 0;
  Labels labels;
  Severity severity = Severity::kUnset;
  std::string severity_text;
  std::string message;
  std::vector<ModelField> fields;  // sorted: a store may give them in another order
  auto operator<=>(const ModelRecord&) const = default;
};

inline void PrintTo(const ModelRecord& record, std::ostream* out) {
  *out << '#' << record.id << ' ' << format_rfc3339(record.timestamp) << ' ' << record.tenant.value
       << ' ' << record.labels.to_text() << ' ' << severity_word(record.severity) << " \""
       << record.message << '"';
  for (const ModelField& field : record.fields) *out << ' ' << field.name << '=' << field.value;
}

inline RecordBatch make_batch(const std::vector<ModelRecord>& records) {
  RecordBatch batch(records.front().tenant, records.front().received);
  for (const ModelRecord& record : records) {
    for (const ModelField& field : record.fields)
      batch.add_field(field.name, field.value, field.kind);
    batch.finish_record({record.timestamp, batch.intern_stream(record.labels), record.severity,
                         record.severity_text, record.message});
  }
  return batch;
}

/// Keeps everything a scan hands out, checking what every block must hold.
class CollectingSink : public ScanSink {
 public:
  explicit CollectingSink(std::size_t blocks_max = SIZE_MAX) : blocks_max_(blocks_max) {}
  bool accept(const RecordBlock& block) override {
    for (std::size_t row = 0; row < block.size; ++row) {
      ModelRecord record;
      record.id = block.ids[row];
      record.tenant = block.stream(row)->tenant;
      record.timestamp = block.timestamps[row];
      record.received = block.received[row];
      record.labels = block.stream(row)->labels;
      record.severity = block.severity_of(row);
      record.severity_text = block.severity_text_of(row);
      record.message = block.messages[row];
      if (block.message_sizes[row] != record.message.size()) sizes_agree = false;
      for (const FieldView& f : block.fields_of(row)) {
        record.fields.push_back({std::string(f.name), std::string(f.value), f.kind});
      }
      std::sort(record.fields.begin(), record.fields.end());
      records.push_back(std::move(record));
    }
    return ++blocks_ < blocks_max_;
  }
  std::vector<ModelRecord> records;
  bool sizes_agree = true;

 private:
  std::size_t blocks_max_;
  std::size_t blocks_ = 0;
};

class RecordModel {
 public:
  void add(std::vector<ModelRecord> records, RecordId first_id) {
    for (ModelRecord& record : records) {
      record.id = first_id.value++;
      std::sort(record.fields.begin(), record.fields.end());
      records_.push_back(std::move(record));
    }
  }
  std::vector<ModelRecord> find(const ScanRequest& request) const {
    std::vector<ModelRecord> found;
    for (const ModelRecord& record : records_) {
      if (matches(record, request)) found.push_back(record);
    }
    return found;
  }
  const std::vector<ModelRecord>& all() const { return records_; }

 private:
  static bool matches(const ModelRecord& record, const ScanRequest& request) {
    if (record.tenant != request.tenant || !request.range.contains(record.timestamp)) return false;
    if (!request.selector.matches(record.labels)) return false;
    for (const auto& filter : request.line_filters) {
      if (!filter.keeps(record.message)) return false;
    }
    return std::all_of(
        request.field_filters.begin(), request.field_filters.end(), [&](const Matcher& matcher) {
          if (record.labels.has(matcher.name())) {
            return matcher.matches(record.labels.get(matcher.name()));
          }
          for (const ModelField& field : record.fields) {
            if (!field.value.empty() && sanitize_label_name(field.name) == matcher.name())
              return matcher.matches(field.value);
          }
          const bool is_level = matcher.name() == "detected_level";
          return matcher.matches(is_level ? severity_word(record.severity) : "");
        });
  }
  std::vector<ModelRecord> records_;
};

inline std::vector<ModelRecord> sorted_by_id(std::vector<ModelRecord> records) {
  std::sort(records.begin(), records.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  return records;
}

}  // namespace logpond::storage::testing
