// The record and the batch: what moves from a door to the store, the live hub and back out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/ids.h"
#include "core/labels.h"
#include "core/large_blocks.h"
#include "core/severity.h"
#include "core/time.h"

namespace logpond {

/// What a field's value was where it came from. The value is kept as source text; numbers keep
/// their digits. Stored on disk: never renumber.
enum class FieldKind : std::uint8_t { kString = 0, kNumber = 1, kBool = 2, kJson = 3 };

/// A piece of a batch's arena.
struct Slice {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};

/// One field as read back. The text belongs to the batch or block it was read from.
struct FieldView {
  std::string_view name;
  std::string_view value;
  FieldKind kind = FieldKind::kString;
};

/// Records of one tenant that travel together and are acknowledged together.
///
/// One arena holds every byte of text; columns of offsets say where. A decoder fills it once
/// (intern_stream, then per record add_field* and finish_record); the WAL, the head and the live
/// hub read the same bytes. No allocation per record beyond the growth of the columns.
///
/// Threads: built by one thread, then const and safe to read from any.
/// Requires: at most kBatchBytesMax bytes of text (is_full() says so before it is too late).
class RecordBatch {
 public:
  using StreamIndex = std::uint32_t;  ///< Place of a stream in this batch.

  struct Stream {
    Slice encoded;  ///< Labels::encode() of the stream.
  };
  struct Field {
    std::uint32_t name = 0;  ///< Index into field_names().
    FieldKind kind = FieldKind::kString;
    Slice value;
  };
  /// Everything of a record but its fields.
  struct Record {
    TimestampNs timestamp = 0;
    StreamIndex stream = 0;
    Severity severity = Severity::kUnset;
    std::string_view severity_text;  ///< The sender's own word; empty when it gave none.
    std::string_view message;
  };

  /// How far its source had been read when the batch was made; see set_mark().
  struct Mark {
    std::string source;
    std::uint64_t offset = 0;
    bool operator==(const Mark&) const = default;
  };
  /// All columns of a batch, for codecs that copy them whole.
  struct Columns {
    LargeText arena;
    std::vector<Stream> streams;
    std::vector<Slice> field_names;
    std::vector<TimestampNs> timestamps;
    std::vector<TimestampNs> received;
    std::vector<StreamIndex> record_streams;
    std::vector<Severity> severities;
    std::vector<Slice> severity_texts;
    std::vector<Slice> messages;
    std::vector<std::uint32_t> field_begins{0};  ///< Records + 1 entries into `fields`.
    std::vector<Field> fields;
  };

  RecordBatch() = default;
  /// `received` is when the server took the records that will be finished next.
  RecordBatch(TenantId tenant, TimestampNs received)
      : tenant_(std::move(tenant)), received_now_(received) {}
  RecordBatch(RecordBatch&&) noexcept = default;
  RecordBatch& operator=(RecordBatch&&) noexcept = default;
  RecordBatch(const RecordBatch&) = delete;
  RecordBatch& operator=(const RecordBatch&) = delete;

  // ---- building -----------------------------------------------------------------------------
  /// Room for `text_bytes` more bytes of text, `records` more records and `fields` of theirs.
  void reserve(std::size_t text_bytes, std::size_t records, std::size_t fields = 0);
  /// Place of the stream with these labels; the same labels give the same place.
  StreamIndex intern_stream(const Labels& labels);
  /// The same from canonical bytes (Labels::encode).
  StreamIndex intern_stream_encoded(std::string_view encoded);
  /// Adds a field to the record that finish_record() will end. Text is copied into the arena.
  void add_field(std::string_view name, std::string_view value,
                 FieldKind kind = FieldKind::kString);
  /// Place of a field name in this batch, for add_field() of many values under it.
  std::uint32_t intern_field_name(std::string_view name);
  /// Requires: `name` came from intern_field_name() of this batch.
  void add_field(std::uint32_t name, std::string_view value, FieldKind kind);
  /// Ends a record: it takes the fields added since the last one. Text is copied into the arena.
  void finish_record(const Record& record);
  /// Forgets the fields added since the last finished record.
  void abandon_record();
  /// Appends every record of `other` (same tenant) as it is, received times included.
  void append(const RecordBatch& other);
  /// Says where the batch comes from: `source` (a topic and partition, a file) read up to `offset`.
  /// A store takes batches of one source in ascending order of offset, each once. At most one a
  /// batch; append() leaves the other's out.
  void set_mark(std::string_view source, std::uint64_t offset) {
    mark_ = Mark{std::string(source), offset};
  }
  /// For a batch that will be kept and not built further: gives back what only building needs, and
  /// reserved room where much was not used.
  void settle();
  /// A batch of columns from a place that is not trusted. Nothing when they do not fit together: a
  /// slice outside the arena, an index outside its table, columns of different lengths, a stream or
  /// a name twice.
  static std::optional<RecordBatch> from_columns(TenantId tenant, Columns columns);
  /// True when fewer than `more` bytes of text still fit.
  bool is_full(std::size_t more) const { return arena_.size() + more > 0xF000'0000U; }

  // ---- reading ------------------------------------------------------------------------------
  const TenantId& tenant() const { return tenant_; }
  std::size_t size() const { return timestamps_.size(); }
  bool empty() const { return timestamps_.empty(); }
  std::string_view text(Slice slice) const { return {arena_.data() + slice.offset, slice.size}; }

  TimestampNs timestamp(std::size_t i) const { return timestamps_[i]; }
  TimestampNs received(std::size_t i) const { return received_[i]; }
  StreamIndex stream(std::size_t i) const { return record_streams_[i]; }
  Severity severity(std::size_t i) const { return severities_[i]; }
  std::string_view severity_text(std::size_t i) const { return text(severity_texts_[i]); }
  std::string_view message(std::size_t i) const { return text(messages_[i]); }
  std::span<const Field> fields(std::size_t i) const {
    return std::span(fields_).subspan(field_begins_[i], field_begins_[i + 1] - field_begins_[i]);
  }
  FieldView field(const Field& f) const {
    return {text(field_names_[f.name]), text(f.value), f.kind};
  }

  const std::vector<TimestampNs>& timestamps() const { return timestamps_; }
  const std::vector<TimestampNs>& received() const { return received_; }
  const std::vector<StreamIndex>& record_streams() const { return record_streams_; }
  const std::vector<Severity>& severities() const { return severities_; }
  const std::vector<Slice>& severity_texts() const { return severity_texts_; }
  const std::vector<Slice>& messages() const { return messages_; }
  const std::vector<std::uint32_t>& field_begins() const { return field_begins_; }
  const std::vector<Field>& fields() const { return fields_; }
  std::string_view arena() const { return {arena_.data(), arena_.size()}; }
  const std::optional<Mark>& mark() const { return mark_; }
  const std::vector<Stream>& streams() const { return streams_; }
  const std::vector<Slice>& field_names() const { return field_names_; }
  std::size_t field_count() const { return fields_.size(); }
  /// Bytes of all messages together: what `bytes_over_time` counts.
  std::size_t message_bytes() const { return message_bytes_; }
  /// Memory held, reserved room included.
  std::size_t size_bytes() const;

 private:
  Slice put(std::string_view text);
  void index_again();

  TenantId tenant_;
  TimestampNs received_now_ = 0;
  LargeText arena_;
  std::vector<Stream> streams_;
  std::vector<Slice> field_names_;
  std::vector<TimestampNs> timestamps_;
  std::vector<TimestampNs> received_;
  std::vector<StreamIndex> record_streams_;
  std::vector<Severity> severities_;
  std::vector<Slice> severity_texts_;
  std::vector<Slice> messages_;
  std::vector<std::uint32_t> field_begins_{0};
  std::vector<Field> fields_;
  std::size_t message_bytes_ = 0;
  std::optional<Mark> mark_;
  // Names and streams by text; keys are copies because the arena moves when it grows. Empty after
  // settle() and from_columns(), and made again when something is added.
  std::unordered_map<std::string, std::uint32_t> name_index_;
  std::unordered_map<std::string, StreamIndex> stream_index_;
  // The last word of each severity (by its low bits, which tell the named ones apart).
  std::array<Slice, 32> severity_words_{};
};

}  // namespace logpond
