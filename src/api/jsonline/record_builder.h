// What the fields of a jsonline object become: message, time, stream, level or plain field.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/batch_room.h"
#include "api/jsonline/arguments.h"
#include "api/jsonline/short_text.h"
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

/// How lines are read. Both ways give the same batch; tests compare them.
enum class Way : std::uint8_t {
  kPredict,  ///< Lines like earlier ones are compared instead of parsed (shape_tree.h).
  kParse,    ///< Every line is parsed by itself.
};

enum class Role : std::uint8_t { kField, kIgnored, kMessage, kTime, kStream };

/// A field name with all that is known about it. Lives as long as its NameTable.
struct Name {
  std::string text;
  Role role = Role::kField;
  std::uint32_t place = 0;      ///< In the list of its role.
  bool needs_look = false;      ///< One of the next two.
  bool is_level = false;        ///< Its value may be the level.
  bool is_decolorized = false;  ///< ANSI escape sequences are taken out of its value.
  std::uint64_t used_in = 0;    ///< Number of the last record that had it.
  /// RecordBatch::intern_field_name(), once it is needed.
  mutable std::uint32_t batch_name = kNotInBatch;

  static constexpr std::uint32_t kNotInBatch = ~std::uint32_t{0};
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
/// What comes again line after line, streams and level words, is remembered behind a cheap hash;
/// with Way::kParse nothing is, so that tests can compare.
///
/// Per record: begin(), add() for each pair, then finish() or abandon().
/// Threads: one.
class RecordBuilder {
 public:
  RecordBuilder(const Arguments& arguments, const Rules& rules, TenantId tenant,
                TimestampNs received, Way way);

  /// Room for a body of this size.
  void reserve(std::size_t body_bytes);
  void begin();
  /// Text must stay valid until finish(). False when the record has that name already: of equal
  /// names the first wins.
  bool add(Name& name, std::string_view value, FieldKind kind);
  /// add() for a name that the record is known not to have yet.
  void add_new(const Name& name, std::string_view value, FieldKind kind) {
    if (value.empty()) return;
    record_bytes_ += value.size();
    if (name.needs_look) value = look_at(name, value);
    take(name, value, kind);
  }
  /// Ends the record. Errors: kInvalidArgument (refused by a limit: reason() says which),
  /// kLimitExceeded (the batch is full: nothing more fits).
  Status finish();
  void abandon();

  std::string_view reason() const { return reason_; }
  std::size_t dropped_fields() const { return dropped_fields_; }
  RecordBatch take();
  const RecordBatch& batch() const { return batch_; }

 private:
  /// Always written and read member by member: a copy of the whole would wait until the last of
  /// its members has left the store buffer, some 5 ns each time.
  struct Candidate {
    void set(const Name& its_name, std::string_view its_value, FieldKind its_kind) {
      name = &its_name;
      value = its_value;
      kind = its_kind;
    }
    const Name* name = nullptr;
    std::string_view value;
    FieldKind kind = FieldKind::kString;
  };
  struct KnownWord {
    TextEnds ends;
    std::size_t size = 0;  ///< 0: none.
    Severity severity = Severity::kUnknown;
  };
  struct KnownStream {
    std::uint64_t hash = 0;
    std::size_t key_begin = 0;
    std::size_t key_size = 0;
    RecordBatch::StreamIndex index = 0;
  };
  using StreamPlace = std::uint32_t;  // in known_streams_, plus one; 0: none

  static constexpr RecordBatch::StreamIndex kNoStream = ~RecordBatch::StreamIndex{0};
  static constexpr std::size_t kRecentStreams = 1024;  // a power of two, as is the next
  static constexpr std::size_t kRecentWords = 16;

  void take(const Name& name, std::string_view value, FieldKind kind);
  std::string_view look_at(const Name& name, std::string_view value);
  void put_field(const Name& name, std::string_view value, FieldKind kind);
  Status refuse(std::string_view reason, std::string text);
  /// The best of `candidates`, null when there is none; the others become plain fields.
  const Candidate* take_best(const std::vector<Candidate>& candidates);
  TimestampNs decide_time();
  /// The stream of earlier records with these values while it is remembered, else kNoStream. No
  /// std::optional: returned as 4 + 1 bytes and read as 8, it would stall store forwarding.
  RecordBatch::StreamIndex recall_stream() const;
  Result<RecordBatch::StreamIndex> decide_stream();
  Result<RecordBatch::StreamIndex> make_stream(std::uint64_t hash);
  RecordBatch::StreamIndex intern_labels();
  std::size_t stream_slot() const;
  void decide_severity(RecordBatch::Record& record);
  std::string_view without_colours(std::string_view text);
  Severity severity_of(std::string_view word);
  void add_stream(std::uint64_t hash, RecordBatch::StreamIndex index);
  void place_stream(StreamPlace place);

  const Arguments& arguments_;
  Rules rules_;
  bool recalls_;  // what it has seen
  TimestampNs received_;
  TimestampNs oldest_;
  TimestampNs newest_;
  RecordBatch batch_;
  std::size_t reserved_for_ = 0;  // bytes of the body
  TimeReader times_;

  // Made from the arguments once.
  std::vector<std::string> stream_label_names_;
  std::vector<Label> extra_labels_;
  /// Places of the stream fields by label name, when that order is all there is to know: no label
  /// is given twice and none is extra.
  std::vector<std::size_t> label_order_;
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
  std::string key_;      // of the record at hand: sizes and bytes of its stream values
  std::string encoded_;  // its labels, as Labels::encode() writes them
  std::string keys_;     // of all streams met, behind each other
  std::vector<KnownStream> known_streams_;
  std::vector<StreamPlace> streams_;         // by hash, open addressing
  std::vector<StreamPlace> recent_streams_;  // by stream_slot()

  std::array<KnownWord, kRecentWords> recent_words_;
  std::size_t dropped_fields_ = 0;
};

// What runs for every pair is inline: it is most of what a predicted line costs.

inline bool RecordBuilder::add(Name& name, std::string_view value, FieldKind kind) {
  if (name.used_in == record_) return false;
  name.used_in = record_;
  add_new(name, value, kind);
  return true;
}

inline void RecordBuilder::take(const Name& name, std::string_view value, FieldKind kind) {
  switch (name.role) {
    case Role::kField:
      put_field(name, value, kind);
      break;
    case Role::kIgnored:
      break;
    case Role::kMessage:
      messages_[name.place].set(name, value, kind);
      break;
    case Role::kTime:
      times_given_[name.place].set(name, value, kind);
      break;
    case Role::kStream:
      stream_values_[name.place] = value;
      break;
  }
}

inline void RecordBuilder::put_field(const Name& name, std::string_view value, FieldKind kind) {
  if (record_fields_ >= kFieldsMax || !has_room(batch_, name.text.size() + value.size())) {
    ++dropped_fields_;
    return;
  }
  ++record_fields_;
  if (name.batch_name == Name::kNotInBatch) name.batch_name = batch_.intern_field_name(name.text);
  batch_.add_field(name.batch_name, value, kind);
}

}  // namespace logpond::api::jsonline
