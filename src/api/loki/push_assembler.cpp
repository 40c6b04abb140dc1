#include "api/loki/push_assembler.h"

#include <algorithm>
#include <array>
#include <limits>

#include "api/batch_room.h"
#include "core/limits.h"
#include "logql/engine.h"
#include "parse/level.h"

namespace logpond::api::loki {
namespace {

constexpr std::string_view kGivenLevel = "detected_level";

/// Labels that may name the service, best first: Loki's list.
constexpr std::array<std::string_view, 13> kServiceLabels{
    "service",     "application",    "app",
    "app_name",    "name",           "app_kubernetes_io_name",
    "container",   "container_name", "k8s_container_name",
    "component",   "workload",       "job",
    "k8s_job_name"};

/// Metadata pairs from which a name is looked up in a table instead of one by one.
constexpr std::size_t kWideRecord = 24;

bool is_identifier(std::string_view name) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// `span.kind` -> `span_kind`, `9x` -> `key_9x`.
std::string identifier_of(std::string_view name) {
  if (name.empty()) return {};
  std::string made = sanitize_label_name(name);
  if (name.front() >= '0' && name.front() <= '9') made.insert(0, "key");
  return made;
}

std::vector<Label> with_service_name(const Labels& labels) {
  std::vector<Label> all = labels.all();
  std::string_view service = "unknown_service";
  for (const std::string_view name : kServiceLabels) {
    if (labels.has(name)) {
      service = labels.get(name);
      break;
    }
  }
  all.push_back({"service_name", std::string(service)});
  return all;
}

/// Whole seconds, as Loki prints times in these texts.
std::string seconds_text(TimestampNs t) {
  const TimestampNs beyond = ((t % kSecond) + kSecond) % kSecond;
  return format_rfc3339(t < std::numeric_limits<TimestampNs>::min() + kSecond ? t : t - beyond);
}

TimestampNs saturating_add(TimestampNs a, DurationNs b) {
  TimestampNs sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? std::numeric_limits<TimestampNs>::max() : std::numeric_limits<TimestampNs>::min();
}

std::string text_of(std::size_t n) {
  return std::to_string(n);
}

}  // namespace

void Complaints::add(std::string text, std::string_view reason, std::size_t records) {
  count(reason, records);
  for (auto& [known, times] : texts_) {
    if (known == text) {
      ++times;
      return;
    }
  }
  if (texts_.size() < kComplaintsMax) texts_.emplace_back(std::move(text), 1);
}

void Complaints::count(std::string_view reason, std::size_t records) {
  for (auto& [known, total] : counts_) {
    if (known == reason) {
      total += records;
      return;
    }
  }
  counts_.emplace_back(reason, records);
}

std::string Complaints::to_text() const {
  if (texts_.size() == 1) return texts_.front().first;
  std::string out;
  for (const auto& [text, times] : texts_) {
    if (!out.empty()) out.append("; ");
    out.append(text_of(times)).append(" errors like: ").append(text);
  }
  return out;
}

PushAssembler::PushAssembler(const PushRules& rules, TenantId tenant, TimestampNs received)
    : rules_(rules),
      received_(received),
      result_{RecordBatch(std::move(tenant), received), 0, {}, 0, 0},
      duplicates_(static_cast<std::uint64_t>(received)) {
  refused_reason_ = "missing_labels";  // records before any stream belong nowhere
}

void PushAssembler::reserve(std::size_t body_bytes) {
  // Lines are most of a body; a record of a few dozen bytes is the short end of what comes.
  result_.batch.reserve(std::min(body_bytes, kBodyBytesMax),
                        std::min(body_bytes, kBodyBytesMax) / 96);
}

void PushAssembler::begin_stream(std::vector<Label> labels) {
  for (const Label& label : labels) {
    if (is_identifier(label.name)) continue;
    // The parser of label text says what is wrong with the name, in the words senders know.
    const std::string text = Labels(std::move(labels)).to_text();
    begin_stream(text);
    return;
  }
  accept_stream(Labels(std::move(labels)));
}

void PushAssembler::begin_stream(std::string_view label_text) {
  Result<Labels> labels = logql::parse_label_text(label_text);
  if (labels) {
    accept_stream(std::move(*labels));
    return;
  }
  constexpr std::string_view kPrefix = "couldn't parse labels: ";
  std::string text = std::move(labels.error().message);
  if (!text.starts_with(kPrefix)) text.insert(0, kPrefix);
  refuse_stream(std::move(text), "invalid_labels");
}

void PushAssembler::refuse_stream(std::string text, std::string_view reason) {
  ++result_.streams;
  refused_reason_ = reason;
  result_.complaints.add(std::move(text), reason, 0);
}

void PushAssembler::accept_stream(Labels labels) {
  if (labels.empty()) {
    refuse_stream("error at least one label pair is required per stream", "missing_labels");
    return;
  }
  const std::size_t given = labels.size();
  if (rules_.discover_service_name && !labels.has("service_name")) {
    labels = Labels(with_service_name(labels));
  }
  labels_text_.clear();
  labels_ = std::move(labels);
  if (!check_limits(labels_, given)) return;
  ++result_.streams;
  refused_reason_ = {};
  const std::string encoded = labels_.encode();
  if (!has_room(result_.batch, encoded.size())) {
    refused_reason_ = "batch_full";
    return;
  }
  stream_ = result_.batch.intern_stream_encoded(encoded);
  label_level_.clear();
  label_severity_ = Severity::kUnset;
  for (const Label& label : labels_.all()) {
    if (!parse::is_level_name(label.name)) continue;
    label_level_ = label.value;
    label_severity_ = severity_from_word(label.value);
    break;
  }
}

bool PushAssembler::check_limits(const Labels& labels, std::size_t given) {
  if (given > kLabelsMax) {
    refuse_stream("entry for stream '" + stream_text() + "' has " + text_of(given) +
                      " label names; limit " + text_of(kLabelsMax),
                  "max_label_names_per_series");
    return false;
  }
  for (const Label& label : labels.all()) {
    if (label.name.size() > kLabelNameBytesMax) {
      refuse_stream("stream '" + stream_text() + "' has label name too long: '" + label.name + "'",
                    "label_name_too_long");
      return false;
    }
    if (label.value.size() > kLabelValueBytesMax) {
      refuse_stream(
          "stream '" + stream_text() + "' has label value too long: '" + label.value + "'",
          "label_value_too_long");
      return false;
    }
  }
  return true;
}

const std::string& PushAssembler::stream_text() {
  if (labels_text_.empty()) labels_text_ = labels_.to_text();
  return labels_text_;
}

std::string_view PushAssembler::stored_name(std::string_view name) {
  if (is_identifier(name)) return name;
  const auto [at, is_new] = stored_names_.try_emplace(std::string(name));
  if (is_new) at->second = identifier_of(name);
  return at->second;
}

void PushAssembler::add_metadata(std::string_view name, std::string_view value) {
  if (value.empty() || name.empty() || !refused_reason_.empty()) return;
  metadata_bytes_ += name.size() + value.size();
  const std::string_view stored = stored_name(name);
  if (stored == kGivenLevel) {
    given_level_ = value;
    return;  // the severity says it
  }
  put_pair(stored, value);
}

void PushAssembler::put_pair(std::string_view name, std::string_view value) {
  // Of equal names the last wins, as in a JSON object.
  if (metadata_.size() < kWideRecord) {
    for (FieldView& known : metadata_) {
      if (known.name == name) {
        known.value = value;
        return;
      }
    }
  } else {
    if (wide_.empty()) {
      for (std::size_t i = 0; i < metadata_.size(); ++i) wide_.emplace(metadata_[i].name, i);
    }
    const auto [at, is_new] = wide_.try_emplace(name, metadata_.size());
    if (!is_new) {
      metadata_[at->second].value = value;
      return;
    }
  }
  metadata_.push_back({name, value, FieldKind::kString});
}

void PushAssembler::refuse_record(std::string text, std::string_view reason) {
  result_.complaints.add(std::move(text), reason, 1);
}

bool PushAssembler::check_record(TimestampNs timestamp, std::string_view line) {
  const TimestampNs oldest = saturating_add(received_, -rules_.reject_older_than);
  if (rules_.reject_older_than != 0 && timestamp < oldest) {
    refuse_record("entry for stream '" + stream_text() +
                      "' has timestamp too old: " + seconds_text(timestamp) +
                      ", oldest acceptable timestamp is: " + seconds_text(oldest),
                  "greater_than_max_sample_age");
    return false;
  }
  if (rules_.reject_newer_than != 0 &&
      timestamp > saturating_add(received_, rules_.reject_newer_than)) {
    refuse_record("entry for stream '" + stream_text() +
                      "' has timestamp too new: " + seconds_text(timestamp),
                  "too_far_in_future");
    return false;
  }
  if (line.size() > kMessageBytesMax) {
    refuse_record("max entry size '" + text_of(kMessageBytesMax) + "' bytes exceeded for stream '" +
                      stream_text() + "' while adding an entry with length '" +
                      text_of(line.size()) + "' bytes",
                  "line_too_long");
    return false;
  }
  if (metadata_bytes_ > kMetadataBytesMax) {
    refuse_record("stream '" + stream_text() + "' has structured metadata too large: '" +
                      text_of(metadata_bytes_) + "' bytes, limit: '" + text_of(kMetadataBytesMax) +
                      "' bytes",
                  "structured_metadata_too_large");
    return false;
  }
  if (metadata_.size() > kFieldsMax) {
    refuse_record("stream '" + stream_text() + "' has too many structured metadata labels: '" +
                      text_of(metadata_.size()) + "', limit: '" + text_of(kFieldsMax) + "'",
                  "structured_metadata_too_many");
    return false;
  }
  return true;
}

void PushAssembler::decide_severity(RecordBatch::Record& record) const {
  if (!given_level_.empty()) {
    record.severity = severity_from_word(given_level_);
    record.severity_text = given_level_;
    return;
  }
  if (!rules_.discover_log_levels) return;
  for (const FieldView& field : metadata_) {
    if (!parse::is_level_name(field.name)) continue;
    record.severity = severity_from_word(field.value);
    record.severity_text = field.value;
    return;
  }
  if (!label_level_.empty()) {
    record.severity = label_severity_;
    record.severity_text = label_level_;
    return;
  }
  const parse::DetectedLevel found = parse::detect_level(record.message);
  record.severity = found.severity;
  record.severity_text = found.word;
}

Status PushAssembler::add_record(TimestampNs timestamp, std::string_view line) {
  RecordBatch& batch = result_.batch;
  if (refused_reason_ == "batch_full" || !has_room(batch, line.size() + 2 * metadata_bytes_ + 64)) {
    return fail(ErrorCode::kLimitExceeded, "request body too large: its records take more than " +
                                               text_of(kBatchBytesMax) +
                                               " bytes, send fewer at once");
  }
  if (!refused_reason_.empty()) {
    result_.complaints.count(refused_reason_, 1);
  } else if (check_record(timestamp, line)) {
    if (duplicates_.is_repeated(batch, stream_, timestamp, line, metadata_)) {
      ++result_.duplicates;
    } else {
      RecordBatch::Record record{timestamp, stream_, Severity::kUnset, {}, line};
      decide_severity(record);
      for (const FieldView& field : metadata_) batch.add_field(field.name, field.value, field.kind);
      batch.finish_record(record);
    }
  }
  metadata_.clear();
  wide_.clear();
  metadata_bytes_ = 0;
  given_level_ = {};
  return {};
}

PushResult PushAssembler::finish() {
  return std::move(result_);
}

}  // namespace logpond::api::loki
