// Collects the rows of one row group and writes them down as blocks.
// Layout: docs/formats/part.md.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/grow_array.h"
#include "message/message_encoder.h"
#include "storage/row_group.h"
#include "storage/row_table.h"
#include "storage/store.h"

namespace logpond::storage {

/// Who sends a stream's records: the value of the first label of a few well-known names. Streams of
/// one sender (hosts of one service) share what they have in common.
std::string_view sender_of(const Labels& labels);

/// Copies what it is given. Keeps its memory from one group to the next.
///
/// Threads: one at a time. No allocation per row once warm.
class GroupEncoder {
 public:
  explicit GroupEncoder(int zstd_level);

  /// Adds row `row` of a batch. The batches of one group must not be freed before finish().
  void add(const StoredBatch& stored, std::size_t row);
  /// Adds row `row` of a block that has every column.
  void add(const RecordBlock& block, std::size_t row);

  std::size_t size() const { return timestamps_.size(); }
  bool empty() const { return timestamps_.empty(); }
  std::uint64_t message_bytes() const { return message_bytes_; }
  /// True when the group shall end, however few its rows are.
  bool is_heavy() const;

  /// Appends the blocks of the rows to `out`, describes them, and forgets the rows; offsets count
  /// from the start of `out`. `part_stream` gives a stream's index in the part. Requires: not
  /// empty.
  GroupMeta finish(const std::function<std::uint32_t(const StreamPtr&)>& part_stream,
                   std::string& out);
  /// Forgets the rows.
  void clear();
  /// For finish(): a buffer that stays from group to group.
  std::string& scratch() { return scratch_; }

 private:
  class BlockWriter;
  struct Row {
    TimestampNs timestamp;
    std::uint64_t id;
    TimestampNs received;
    std::uint32_t stream;
    Severity severity;
    std::string_view severity_text;
    std::string_view message;
  };
  struct RecentShape {
    std::uint32_t kind = 0xFFFF'FFFF;
    std::uint32_t row_shape = 0;
  };
  struct StreamEntry {
    StreamPtr stream;
    std::uint32_t sender = 0;
    std::uint64_t rows = 0;
    std::uint64_t message_bytes = 0;
  };

  void begin_batch(const StoredBatch& stored);
  void add_field(std::uint32_t field, const FieldView& view, std::string_view word);
  std::uint32_t intern_field(std::string_view name, FieldKind kind);
  std::uint32_t intern_stream(const StreamPtr& stream);
  std::uint32_t intern_word(std::string_view word);
  std::uint32_t intern_kind(std::uint32_t sender, Severity severity, std::uint32_t word);
  std::uint32_t intern_row_shape(std::uint32_t message_shape, std::uint32_t kind);
  std::uint32_t find_row_shape(std::uint32_t message_shape, std::uint32_t kind);
  void end_row(const Row& row);
  void grow_kind_slots();
  void grow_shape_slots();

  void rank_row_shapes();
  std::vector<std::uint32_t> place_streams();
  void write_blocks(GroupMeta& meta, std::string& out);

  const int level_;
  message::MessageEncoder messages_;
  message::EncodedMessages encoded_;
  RowTable table_;
  std::vector<StreamEntry> streams_;
  std::unordered_map<const Stream*, std::uint32_t> stream_index_;
  std::unordered_map<std::string, std::uint32_t> sender_index_;
  std::unordered_map<std::string, std::uint32_t> word_index_;
  std::unordered_map<std::string, std::uint32_t> field_index_;  // by kind, name
  std::vector<std::uint32_t> kind_slots_;                       // open addressing over table_.kinds
  std::vector<std::uint32_t> shape_slots_;                      // the same over table_.shapes
  std::vector<RecentShape> recent_shapes_;                      // by message shape
  std::uint64_t message_bytes_ = 0;
  std::uint64_t fields_count_ = 0;

  GrowArray<TimestampNs> timestamps_;
  GrowArray<std::int64_t> ids_;
  GrowArray<TimestampNs> received_;
  GrowArray<std::uint32_t> row_streams_;
  GrowArray<std::uint32_t> row_shapes_;

  // Of the batch that rows are being added from.
  const StoredBatch* batch_ = nullptr;
  std::vector<std::uint32_t> batch_streams_;
  std::vector<std::uint32_t> batch_fields_;  // by name and kind
  // Of the row that is being added.
  std::vector<RowField> row_fields_;
  std::string loose_;
  std::string scratch_;
  std::array<std::uint32_t, 64> recent_words_{};
};

}  // namespace logpond::storage
