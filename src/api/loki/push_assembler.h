// What a Loki push becomes: the rules both body forms share, from labels to a batch of records.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/loki/duplicate_filter.h"
#include "core/record.h"
#include "core/result.h"

namespace logpond::api::loki {

struct PushRules {
  bool discover_service_name = true;
  bool discover_log_levels = true;
  DurationNs reject_older_than = 0;  ///< 0: any age is welcome.
  DurationNs reject_newer_than = 10 * kMinute;
};

/// Largest structured metadata of one record, names and values together. Loki's default is 64 KiB;
/// ours is higher, beyond it the record is refused by name.
inline constexpr std::size_t kMetadataBytesMax = std::size_t{1} << 20;

/// Different complaints kept for the answer; beyond it they are only counted.
inline constexpr std::size_t kComplaintsMax = 10;

/// Why records of a push were not taken, in Loki's words, grouped as Loki groups them.
class Complaints {
 public:
  void add(std::string text, std::string_view reason, std::size_t records);
  /// Counts records of a stream that was refused whole: the complaint is already there.
  void count(std::string_view reason, std::size_t records);
  bool empty() const { return texts_.empty(); }
  /// One text as it is; several as `2 errors like: ...; 1 errors like: ...`.
  std::string to_text() const;
  /// Records refused, by reason.
  const std::vector<std::pair<std::string_view, std::size_t>>& counts() const { return counts_; }

 private:
  std::vector<std::pair<std::string, std::size_t>> texts_;
  std::vector<std::pair<std::string_view, std::size_t>> counts_;
};

struct PushResult {
  RecordBatch batch;
  std::size_t streams = 0;  ///< Streams of the request, refused ones too.
  Complaints complaints;
  std::size_t duplicates = 0;  ///< Dropped silently.
  std::size_t repaired = 0;    ///< Texts in which invalid UTF-8 became U+FFFD.
};

/// Takes streams and their records in the order of the body and makes the batch.
///
/// A record that breaks a limit is left out with a complaint, the others are kept. An identical
/// (timestamp, line, metadata) triple in one stream counts once; the scope is the push: a
/// repetition in a later push is stored again, because finding it would need a read of the store.
///
/// Threads: one.
class PushAssembler {
 public:
  PushAssembler(const PushRules& rules, TenantId tenant, TimestampNs received);

  /// Room for a body of this size.
  void reserve(std::size_t body_bytes);
  /// The records that follow belong to the stream with these labels.
  void begin_stream(std::vector<Label> labels);
  /// The same from `{a="b"}`.
  void begin_stream(std::string_view label_text);
  /// A pair of the record that add_record() will end. Text must stay valid until then.
  void add_metadata(std::string_view name, std::string_view value);
  /// Errors: kLimitExceeded when the batch is full; the push is then refused whole.
  Status add_record(TimestampNs timestamp, std::string_view line);
  void count_repaired(std::size_t texts) { result_.repaired += texts; }
  PushResult finish();

 private:
  void refuse_stream(std::string text, std::string_view reason);
  void accept_stream(Labels labels);
  /// `given` labels came from the sender; one more may have been added by us.
  bool check_limits(const Labels& labels, std::size_t given);
  bool check_record(TimestampNs timestamp, std::string_view line);
  void refuse_record(std::string text, std::string_view reason);
  std::string_view stored_name(std::string_view name);
  void put_pair(std::string_view name, std::string_view value);
  void decide_severity(RecordBatch::Record& record) const;
  const std::string& stream_text();

  PushRules rules_;
  TimestampNs received_ = 0;
  PushResult result_;
  DuplicateFilter duplicates_;

  // The stream that records are being added to.
  Labels labels_;
  std::string labels_text_;          // of labels_, made when first asked for
  std::string_view refused_reason_;  // not empty: its records are only counted
  RecordBatch::StreamIndex stream_ = 0;
  std::string label_level_;  // its level by label; empty when none
  Severity label_severity_ = Severity::kUnset;

  // The record being put together.
  std::vector<FieldView> metadata_;
  std::size_t metadata_bytes_ = 0;
  std::string_view given_level_;                               // value of detected_level
  std::unordered_map<std::string, std::string> stored_names_;  // of names that are no identifiers
  std::unordered_map<std::string_view, std::size_t> wide_;     // places by name in a wide record
};

}  // namespace logpond::api::loki
