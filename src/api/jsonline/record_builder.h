// What the fields of a jsonline object become: message, time, stream, level or plain field.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/jsonline/arguments.h"
#include "api/jsonline/time_value.h"
#include "core/limits.h"
#include "core/record.h"
#include "core/result.h"

namespace logpond::api::jsonline {

struct Rules {
  bool discover_log_levels = true;
  DurationNs reject_older_than = 0;  ///< 0: any age is welcome.
  DurationNs reject_newer_than = 10 * kMinute;
};

/// Different field names, and different streams, in one body. A body of distinct names would cost
/// many times its size in tables; beyond it a field is dropped and counted, a stream's record
/// refused.
inline constexpr std::size_t kNamesMax = 100'000;
inline constexpr std::size_t kStreamsMax = 100'000;

enum class Role : std::uint8_t { kField, kIgnored, kMessage, kTime, kStream };

/// A field name with all that is known about it. Lives as long as its NameTable.
struct Name {
  std::string text;
  Role role = Role::kField;
  std::uint32_t place = 0;      ///< In the list of its role.
  bool is_level = false;        ///< Its value may be the level.
  bool is_decolorized = false;  ///< ANSI escape sequences are taken out of its value.
  std::uint64_t used_in = 0;    ///< Number of the last record that had it.
};

/// Every name met, each resolved against the arguments once. Threads: one.
class NameTable {
 public:
  explicit NameTable(const Arguments& arguments) : arguments_(arguments) {}
  /// The entry of `name`; null when the table is full or the name too long (it is then counted).
  Name* find(std::string_view name);
  std::size_t dropped() const { return dropped_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  std::unique_ptr<Name> resolve(std::string_view name) const;

  const Arguments& arguments_;
  std::unordered_map<std::string, std::unique_ptr<Name>, Hash, std::equal_to<>> names_;
  std::size_t dropped_ = 0;
};

/// Puts one record after another into a batch. Borrows the arguments.
///
/// Per record: begin(), add() for each pair, then finish() or abandon().
/// Threads: one.
class RecordBuilder {
 public:
  RecordBuilder(const Arguments& arguments, const Rules& rules, TenantId tenant,
                TimestampNs received);

  /// Room for a body of this size.
  void reserve(std::size_t body_bytes);
  void begin();
  /// Text must stay valid until finish(). False when the record has that name already: of equal
  /// names the first wins.
  bool add(Name& name, std::string_view value, FieldKind kind);
  /// Ends the record. Errors: kInvalidArgument (refused by a limit: reason() says which),
  /// kLimitExceeded (the batch is full: nothing more fits).
  Status finish();
  void abandon();

  std::string_view reason() const { return reason_; }
  std::size_t dropped_fields() const { return dropped_fields_; }
  RecordBatch take() { return std::move(batch_); }
  const RecordBatch& batch() const { return batch_; }

 private:
  struct Candidate {
    Name* name = nullptr;
    std::string_view value;
    FieldKind kind = FieldKind::kString;
  };
  struct KnownStream {
    std::uint64_t hash = 0;
    std::size_t key_begin = 0;
    std::size_t key_size = 0;
    RecordBatch::StreamIndex index = 0;
    bool used = false;
  };

  void put_field(const Name& name, std::string_view value, FieldKind kind);
  void note_level(std::string_view value);
  Status refuse(std::string_view reason, std::string text);
  /// Takes the best of `candidates`; the others that are there become plain fields.
  Candidate take_best(std::vector<Candidate>& candidates);
  TimestampNs decide_time();
  Result<RecordBatch::StreamIndex> decide_stream();
  Result<RecordBatch::StreamIndex> make_stream(std::uint64_t hash);
  void decide_severity(RecordBatch::Record& record);
  std::string_view without_colours(std::string_view text);
  void remember_stream(std::uint64_t hash, RecordBatch::StreamIndex index);
  void place_stream(const KnownStream& stream);

  const Arguments& arguments_;
  Rules rules_;
  TimestampNs received_;
  TimestampNs oldest_;
  TimestampNs newest_;
  RecordBatch batch_;
  TimeReader times_;

  // Made from the arguments once.
  std::vector<std::string> stream_label_names_;
  std::vector<Label> extra_labels_;
  std::vector<std::pair<std::string, std::string>> extra_pairs_;
  std::size_t extra_bytes_ = 0;

  // The record being put together.
  std::uint64_t record_ = 0;
  std::size_t record_bytes_ = 0;
  std::size_t record_fields_ = 0;
  std::vector<Candidate> messages_;     // by place in message_fields
  std::vector<Candidate> times_given_;  // by place in time_fields
  std::vector<std::string_view> stream_values_;
  std::string_view level_;
  std::deque<std::string> decolorized_;  // texts of the record; a deque, so that they stay put
  std::string_view reason_;

  // Streams by the raw values of their fields.
  std::string key_;                   // of the record at hand: sizes and bytes of its stream values
  std::string keys_;                  // of all streams met, behind each other
  std::vector<KnownStream> streams_;  // open addressing
  std::size_t stream_count_ = 0;
  KnownStream last_stream_;

  // The last level word and what it meant.
  std::string last_word_;
  Severity last_severity_ = Severity::kUnknown;

  std::size_t dropped_fields_ = 0;
};

}  // namespace logpond::api::jsonline
