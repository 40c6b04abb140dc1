// The seam that everything leans on: keeps records durable and finds them again.
// Every implementation passes storage/tests/store_contract.h.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/line_filter.h"
#include "core/record.h"
#include "core/result.h"
#include "core/stream.h"
#include "core/time.h"
#include "platform/cancel_token.h"
#include "storage/delete_request.h"
#include "storage/selector.h"

namespace logpond::storage {

/// Columns a scan must deliver besides timestamp, id and stream, which always come. Bits.
enum class Columns : unsigned {
  kNone = 0,
  kSeverity = 1,     ///< severity and severity_text.
  kMessage = 2,      ///< message; without it only message_size may be asked.
  kMessageSize = 4,  ///< message_size.
  kFields = 8,       ///< fields.
  kReceived = 16,    ///< received.
  kAll = 31,
};
constexpr Columns operator|(Columns a, Columns b) {
  return static_cast<Columns>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool has_column(Columns set, Columns one) {
  return (static_cast<unsigned>(set) & static_cast<unsigned>(one)) != 0;
}

enum class Order {
  kAny,       ///< Whatever is cheapest; rows may come in any order.
  kForward,   ///< Groups of rows by their earliest possible time, ascending (see ScanSink).
  kBackward,  ///< Groups of rows by their latest possible time, descending.
};

/// What to look for. Immutable while a scan runs.
struct ScanRequest {
  TenantId tenant;
  TimeRange range;
  Selector selector;
  /// All must keep the message. Always applied by the store.
  std::vector<codec::LineFilter> line_filters;
  /// All must hold for what a query sees under the matcher's name before it changes any label:
  ///  1. the stream's label of that name, if it has one; fields and severity do not matter then;
  ///  2. else the first field, in the order in which the store hands the record's fields out, whose
  ///     value is not empty and whose name, made a label name (sanitize_label_name), is that name;
  ///  3. else, for `detected_level` only, the severity's word (none for Severity::kUnset);
  ///  4. else "".
  /// Fields left out for `field_names` count all the same. Always applied by the store.
  std::vector<Matcher> field_filters;
  Columns columns = Columns::kAll;
  /// With kFields: the fields, by label name (see sanitize_label_name), that somebody will look at;
  /// a store may leave out all others. None: every field.
  std::optional<std::vector<std::string>> field_names;
  Order order = Order::kAny;
  platform::CancelToken cancel;
};

/// What rows have in common, so that a consumer works once a class and not once a row.
struct RecordClass {
  std::uint32_t stream_index = 0;        ///< Into RecordBlock::streams.
  Severity severity = Severity::kUnset;  ///< Meaningful with kSeverity, as the word is.
  std::string_view severity_text;
  std::span<const FieldView> fields;  ///< All fields asked for, when classes_have_fields.
};

/// Matching rows, as columns of equal length. Borrowed: valid during ScanSink::accept only,
/// but for the streams, which live as long as someone holds them.
struct RecordBlock {
  std::size_t size = 0;
  std::span<const TimestampNs> timestamps;
  std::span<const std::uint64_t> ids;  ///< RecordId values.
  /// Into `streams`. May be empty where the classes tell: see stream_index().
  std::span<const std::uint32_t> stream_indexes;
  std::span<const StreamPtr> streams;
  /// Both empty unless kSeverity; with it they may be empty too where the classes tell.
  std::span<const Severity> severities;
  std::span<const std::string_view> severity_texts;
  std::span<const std::string_view> messages;    ///< Empty unless kMessage.
  std::span<const std::uint32_t> message_sizes;  ///< Empty unless kMessageSize.
  std::span<const TimestampNs> received;         ///< Empty unless kReceived.
  std::span<const std::uint32_t>
      field_begins;  ///< size + 1 entries into `fields`; empty unless kFields.
  std::span<const FieldView> fields;
  /// Rows of one class have the same stream, severity and severity text. Empty when the store does
  /// not tell; else one entry a row, into `classes`.
  std::span<const std::uint32_t> class_indexes;
  std::span<const RecordClass> classes;
  /// Rows of one class also have the same fields: RecordClass::fields, and `field_begins` is empty.
  bool classes_have_fields = false;

  std::uint32_t stream_index(std::size_t row) const {
    return stream_indexes.empty() ? classes[class_indexes[row]].stream_index : stream_indexes[row];
  }
  const StreamPtr& stream(std::size_t row) const { return streams[stream_index(row)]; }
  /// With kSeverity only, as the word.
  Severity severity_of(std::size_t row) const {
    return severities.empty() ? classes[class_indexes[row]].severity : severities[row];
  }
  std::string_view severity_text_of(std::size_t row) const {
    return severity_texts.empty() ? classes[class_indexes[row]].severity_text : severity_texts[row];
  }
  /// With kFields only.
  std::span<const FieldView> fields_of(std::size_t row) const {
    if (classes_have_fields) return classes[class_indexes[row]].fields;
    return fields.subspan(field_begins[row], field_begins[row + 1] - field_begins[row]);
  }
};

/// Receives what a scan finds.
class ScanSink {
 public:
  virtual ~ScanSink() = default;
  /// Takes rows. False ends the scan (not an error). Calls never overlap; rows inside a block are
  /// in arrival order, blocks are ordered as far as ScanRequest::order says.
  virtual bool accept(const RecordBlock& block) = 0;
  /// The time range still of interest; asked before each group of rows. It may only shrink. A scan
  /// in order stops when no group that is left can reach it: so `limit` ends early.
  virtual TimeRange wanted() const { return {}; }
};

/// What a scan cost. Sums over everything it touched.
struct ScanStats {
  std::uint64_t groups = 0;         ///< Row groups and head pieces in the store at the time.
  std::uint64_t groups_pruned = 0;  ///< Skipped by time, stream or sink without reading a column.
  std::uint64_t rows_scanned = 0;   ///< Rows in the groups that were read.
  std::uint64_t rows_matched = 0;
  std::uint64_t bytes_scanned = 0;  ///< Message bytes of the rows scanned.
  std::uint64_t bytes_read = 0;     ///< From files, compressed.
  ScanStats& operator+=(const ScanStats& other);
};

/// Records of one batch with the ids they got.
struct AppendReceipt {
  RecordId first_id;  ///< Record i of the batch has id first_id + i.
  std::size_t records = 0;
  /// The batch's mark said that it is stored already: nothing was stored again.
  bool is_duplicate = false;
};
using AppendCallback = std::function<void(Result<AppendReceipt>)>;

/// A batch as the store took it: what the live hub passes on.
struct StoredBatch {
  RecordBatch batch;
  RecordId first_id;
  std::vector<StreamPtr> streams;  ///< By RecordBatch::StreamIndex.
};

/// One part as `stats` and /api/v1/parts show it.
struct PartInfo {
  std::string name;
  std::int64_t day = 0;
  std::uint64_t bytes = 0;
  std::uint64_t records = 0;
  TimeRange range;
  unsigned level = 0;
};

struct StoreStats {
  std::uint64_t records = 0;
  std::uint64_t head_records = 0;
  std::uint64_t head_bytes = 0;
  std::uint64_t part_bytes = 0;
  std::uint64_t wal_bytes = 0;
  std::uint64_t message_bytes = 0;  ///< Of all records, as they came in.
  std::vector<PartInfo> parts;
  RecordId next_record_id;  ///< The next record will have this id or a higher one.
  bool read_only = false;   ///< An fsync failed; appends are refused until a restart.
  std::string read_only_reason;
};

/// Rows and message bytes of a stream inside a time range.
struct StreamVolume {
  StreamPtr stream;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
};

/// A template of messages with what its lines did: `connection from <_> closed`.
struct Pattern {
  std::string text;            ///< Variables as `<_>`, the form of LogQL's pattern filters.
  TimestampNs first_seen = 0;  ///< Of all matching records in the store, whatever the range.
  std::uint64_t records = 0;   ///< In the range.
  std::vector<std::pair<TimestampNs, std::uint64_t>> counts;  ///< By start of step, ascending.
};
struct PatternRequest {
  TenantId tenant;
  TimeRange range;
  Selector selector;
  DurationNs step = kMinute;
  platform::CancelToken cancel;
};

/// One field of the records that match, from headers where they tell.
struct FieldStats {
  std::string name;                     ///< As it came in.
  FieldKind kind = FieldKind::kString;  ///< kString when kinds are mixed.
  std::uint64_t records = 0;            ///< Rows that have it.
  std::uint64_t distinct = 0;           ///< Values, estimated.
};

/// Threads: every call from any thread at once.
class Store {
 public:
  virtual ~Store() = default;

  /// Takes a batch; `done` is called once, from a thread of the store, when it is durable and
  /// visible to every scan that starts afterwards, or refused whole. It must be quick and must not
  /// call back into the store. Refusals: kLimitExceeded (queue full: try later), kNoSpace,
  /// kUnavailable (read-only, stopping), kInvalidArgument. An empty batch succeeds at once.
  virtual void append(RecordBatch batch, AppendCallback done) = 0;
  /// The same, waiting. Not from a callback of the store.
  Result<AppendReceipt> append_and_wait(RecordBatch batch);

  /// The highest offset stored of a source (RecordBatch::set_mark), nothing when there is none. An
  /// offset is stored together with its batch or not at all; a batch with the same or a lower one
  /// is acknowledged as a duplicate and not stored. Errors: kUnavailable (a store without marks).
  virtual Result<std::optional<std::uint64_t>> mark(const TenantId& tenant,
                                                    std::string_view source);

  /// Hands every matching row once to `sink`. A scan sees exactly what was acknowledged before it
  /// began (and perhaps more, whole batches), whatever is sealed or merged meanwhile. Errors:
  /// kCancelled, kDeadlineExceeded, kIo; corruption of a part skips it and is counted.
  virtual Result<ScanStats> scan(const ScanRequest& request, ScanSink& sink) = 0;

  /// Streams that match and have a record in the range, sorted by labels. Answered from metadata:
  /// a group or part that overlaps the range counts with all its streams.
  virtual Result<std::vector<StreamPtr>> series(const TenantId& tenant, TimeRange range,
                                                const Selector& selector) = 0;
  /// Names of the labels of those streams, sorted.
  Result<std::vector<std::string>> labels(const TenantId& tenant, TimeRange range,
                                          const Selector& selector);
  /// Values of one label in those streams, sorted.
  Result<std::vector<std::string>> label_values(const TenantId& tenant, TimeRange range,
                                                const Selector& selector, std::string_view name);
  /// Records and bytes of each matching stream, from metadata where a group lies wholly in the
  /// range.
  virtual Result<std::vector<StreamVolume>> volume(const TenantId& tenant, TimeRange range,
                                                   const Selector& selector,
                                                   const platform::CancelToken& cancel) = 0;

  /// Templates of the matching messages, most frequent first. Messages without one (raw bytes,
  /// lists) are not counted. Errors: kCancelled, kDeadlineExceeded, kUnavailable (a store without
  /// templates).
  virtual Result<std::vector<Pattern>> patterns(const PatternRequest& request);
  /// Fields of the matching records, sorted by name. Errors as above.
  virtual Result<std::vector<FieldStats>> field_stats(const TenantId& tenant, TimeRange range,
                                                      const Selector& selector,
                                                      const platform::CancelToken& cancel);

  /// Seals everything acknowledged so far into parts and returns when they are durable.
  virtual Status flush() = 0;
  /// Takes out what is deleted and expired, merges undersized row groups of every partition, then
  /// returns.
  virtual Status merge() = 0;

  /// Hides the rows that `request` names, as far as they are there now, at once and for every scan
  /// that starts later; they leave the disk at a later merge. Durable when it returns. Errors:
  /// kLimitExceeded, kNoSpace, kIo, kUnavailable (read-only, or a store that deletes nothing).
  virtual Result<DeletionInfo> remove(DeleteRequest request);
  /// The tenant's deletions, oldest first.
  virtual std::vector<DeletionInfo> removals(const TenantId& tenant) const;
  /// Takes a deletion back: what of it still lies on disk shows again. Errors: kNotFound,
  /// kConflict (it is processed), kNoSpace, kIo, kUnavailable.
  virtual Status cancel_removal(const TenantId& tenant, std::string_view id);
  /// Writes a copy of the store into `target`, a directory that is new or empty, while everything
  /// goes on: all that was acknowledged before the call is in it. Errors: kConflict (not empty),
  /// kNoSpace, kIo, kUnavailable (a store that cannot).
  virtual Status backup(const std::string& target);

  virtual StoreStats stats() const = 0;
};

}  // namespace logpond::storage
