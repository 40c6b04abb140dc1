#include "storage/batch_rows.h"

#include <algorithm>

#include "codec/varint.h"

namespace logpond::storage {
namespace {

/// Beyond, when most rows are a class of their own, classes save nothing.
constexpr std::size_t kClassesMin = 64;

bool is_named(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), sanitize_label_name(name)) != names.end();
}

}  // namespace

BatchRows::BatchRows(const StoredBatch& stored, const ScanRequest& request)
    : stored_(stored), columns_(request.columns) {
  if (!has_column(columns_, Columns::kFields)) return;
  names_fields_ = request.field_names.has_value();
  for (const Slice& name : stored.batch.field_names()) {
    wanted_.push_back(!names_fields_ || is_named(*request.field_names, stored.batch.text(name)));
  }
}

void BatchRows::add(std::size_t row) {
  const RecordBatch& batch = stored_.batch;
  timestamps_.push_back(batch.timestamp(row));
  ids_.push_back(stored_.first_id.value + row);
  streams_.push_back(batch.stream(row));
  if (has_column(columns_, Columns::kSeverity)) {
    severities_.push_back(batch.severity(row));
    severity_texts_.push_back(batch.severity_text(row));
  }
  if (has_column(columns_, Columns::kMessage)) messages_.push_back(batch.message(row));
  if (has_column(columns_, Columns::kMessageSize)) {
    message_sizes_.push_back(static_cast<std::uint32_t>(batch.message(row).size()));
  }
  if (has_column(columns_, Columns::kReceived)) received_.push_back(batch.received(row));
  if (has_column(columns_, Columns::kFields)) add_fields(row);
  if (has_classes_) add_class(row);
}

void BatchRows::add_fields(std::size_t row) {
  for (const RecordBatch::Field& f : stored_.batch.fields(row)) {
    if (wanted_[f.name]) fields_.push_back(stored_.batch.field(f));
  }
  field_begins_.push_back(static_cast<std::uint32_t>(fields_.size()));
}

void BatchRows::add_class(std::size_t row) {
  const RecordBatch& batch = stored_.batch;
  key_.clear();
  codec::put_varint(key_, batch.stream(row));
  key_.push_back(static_cast<char>(batch.severity(row)));
  codec::put_bytes(key_, batch.severity_text(row));
  std::span<const FieldView> fields;
  if (names_fields_) {
    fields = std::span(fields_).subspan(field_begins_[field_begins_.size() - 2]);
    for (const FieldView& field : fields) {
      key_.push_back(static_cast<char>(field.kind));
      codec::put_bytes(key_, field.name);
      codec::put_bytes(key_, field.value);
    }
  }
  const auto [at, is_new] =
      class_of_.try_emplace(key_, static_cast<std::uint32_t>(classes_.size()));
  if (is_new) {
    class_fields_.emplace_back(fields.begin(), fields.end());
    classes_.push_back(
        {batch.stream(row), batch.severity(row), batch.severity_text(row), class_fields_.back()});
    if (classes_.size() > kClassesMin && classes_.size() > timestamps_.size() / 2) drop_classes();
  }
  if (has_classes_) class_indexes_.push_back(at->second);
}

void BatchRows::drop_classes() {
  has_classes_ = false;
  class_indexes_.clear();
  classes_.clear();
}

RecordBlock BatchRows::block() const {
  RecordBlock out;
  out.size = timestamps_.size();
  out.timestamps = timestamps_;
  out.ids = ids_;
  out.stream_indexes = streams_;
  out.streams = stored_.streams;
  out.severities = severities_;
  out.severity_texts = severity_texts_;
  out.messages = messages_;
  out.message_sizes = message_sizes_;
  out.received = received_;
  out.class_indexes = class_indexes_;
  out.classes = classes_;
  if (!has_column(columns_, Columns::kFields)) return out;
  out.classes_have_fields = has_classes_ && names_fields_;
  if (out.classes_have_fields) return out;
  out.field_begins = field_begins_;
  out.fields = fields_;
  return out;
}

}  // namespace logpond::storage
