// What is known of one row group in memory: its tables, and the columns read so far.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "message/message_reader.h"
#include "storage/part.h"
#include "storage/row_table.h"
#include "storage/series_column.h"

namespace logpond::storage {

/// Rows by the shape of their message, both ways.
struct RowIndex {
  std::vector<std::uint32_t> begins;       ///< Of each message shape in `rows`, and the end.
  std::vector<std::uint32_t> rows;         ///< Ascending within a shape: occurrence -> row.
  std::vector<std::uint32_t> occurrences;  ///< Row -> occurrence of its message shape.

  std::span<const std::uint32_t> rows_of(std::uint32_t message_shape) const {
    return std::span(rows).subspan(begins[message_shape],
                                   begins[message_shape + 1] - begins[message_shape]);
  }
};

/// Keeps its part open. Everything is read once, when first asked for, and stays.
///
/// Threads: every call from any thread at once. Errors of all calls: kIo, kCorruption.
class GroupData {
 public:
  /// `group` belongs to `part`.
  static Result<std::shared_ptr<GroupData>> open(std::shared_ptr<const Part> part,
                                                 const GroupMeta& group);

  const Part& part() const { return *part_; }
  const GroupMeta& group() const { return group_; }
  const RowTable& table() const { return table_; }
  message::MessageReader& messages() { return *messages_; }

  /// Places in table().shapes, one a row.
  Result<const std::vector<std::uint32_t>*> row_shapes();
  Result<const RowIndex*> index();
  Result<const SeriesColumn*> timestamps();
  Result<const SeriesColumn*> ids();
  Result<const SeriesColumn*> received();
  /// Places in the sender's list of streams, one a row.
  Result<const std::vector<std::uint32_t>*> stream_places();
  /// The row of each value of a field that is stored as a column, ascending; a row that has the
  /// field twice is there twice.
  Result<const std::vector<std::uint32_t>*> rows_of_field(std::uint32_t field);
  /// Whether the rows have as many values of the field as its column has.
  Status check_field(std::uint32_t field) const;
  /// False when no value of the group has message::id_hash() `hash`. True also without a filter.
  Result<bool> may_have_id(std::uint64_t hash);

  std::size_t memory_bytes() const {
    return memory_bytes_.load(std::memory_order_relaxed) + messages_->memory_bytes();
  }
  /// Stored bytes read so far.
  std::uint64_t bytes_read() const { return bytes_read_->load(std::memory_order_relaxed); }

 private:
  /// Filled once, under a lock; read without one.
  template <typename T>
  struct Slot {
    std::atomic<const T*> ready = nullptr;
    std::unique_ptr<const T> value;
  };

  GroupData(std::shared_ptr<const Part> part, const GroupMeta& group);
  Status read_block(BlockKind kind, BlockBuffer& raw);
  template <typename T, typename Make>
  Result<const T*> fill(Slot<T>& slot, Make make);
  Result<SeriesColumn> read_series(BlockKind kind);
  Result<std::vector<std::uint32_t>> read_numbers(BlockKind kind, std::size_t limit);
  RowIndex make_index(const std::vector<std::uint32_t>& row_shapes) const;
  /// Values that rows of each kind put into the field's column.
  std::vector<std::uint32_t> values_of_kinds(std::uint32_t field) const;

  const std::shared_ptr<const Part> part_;
  const GroupMeta& group_;
  RowTable table_;
  std::unique_ptr<message::MessageReader> messages_;
  std::atomic<std::size_t> memory_bytes_ = 0;
  std::shared_ptr<std::atomic<std::uint64_t>> bytes_read_;

  std::recursive_mutex fill_mutex_;  // filling one slot may need another
  Slot<std::vector<std::uint32_t>> row_shapes_;
  Slot<RowIndex> index_;
  Slot<SeriesColumn> timestamps_;
  Slot<SeriesColumn> ids_;
  Slot<SeriesColumn> received_;
  Slot<std::vector<std::uint32_t>> stream_places_;
  Slot<std::string> filter_;
  std::vector<Slot<std::vector<std::uint32_t>>> rows_of_fields_;
};

}  // namespace logpond::storage
