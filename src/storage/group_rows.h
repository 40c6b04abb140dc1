// Turns selected rows of a row group into record blocks.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/group_data.h"
#include "storage/store.h"

namespace logpond::storage {

/// Borrows the data. Threads: one at a time. Errors: kIo, kCorruption.
class GroupRows {
 public:
  /// `field_names` as in ScanRequest; borrowed.
  GroupRows(GroupData& data, Columns columns,
            const std::optional<std::vector<std::string>>& field_names);

  /// Fills a block with `rows` (ascending). Valid until the next call and as long as this lives.
  Result<RecordBlock> block(std::span<const std::uint32_t> rows);

 private:
  bool is_wanted(const TableField& field) const;
  void choose_fields();
  Status gather_streams(std::span<const std::uint32_t> rows);
  Status gather_messages(std::span<const std::uint32_t> rows);
  Status gather_sizes(std::span<const std::uint32_t> rows);
  Status gather_fields(std::span<const std::uint32_t> rows);
  void count_fields(std::span<const std::uint32_t> rows,
                    const std::vector<std::uint32_t>& row_shapes);
  Status render_field(std::uint32_t field, std::span<const std::uint32_t> rows,
                      std::vector<Slice>& slices);
  std::uint32_t sparse_class(std::uint32_t kind, std::uint32_t place);
  std::uint32_t class_of(std::uint32_t stream, std::uint32_t kind);

  GroupData& data_;
  const Columns columns_;
  const std::optional<std::vector<std::string>>& field_names_;
  std::vector<bool> wanted_;      // by field of the table
  bool fields_by_class_ = false;  // no wanted field lies in a column

  std::vector<RecordClass> classes_;
  // By kind and place of the stream: the class and one, or 0. Zero pages from the system, because a
  // group may have a million streams of which few rows are asked for.
  std::unique_ptr<std::uint32_t[], void (*)(void*)> class_slots_{nullptr, &std::free};
  std::vector<std::uint32_t> kind_slots_;   // where a kind's places begin
  std::vector<std::uint32_t> shape_slots_;  // the same by row shape; made when many rows come
  std::unordered_map<std::uint64_t, std::uint32_t> sparse_class_slots_;  // where those are too many
  std::deque<std::vector<FieldView>> class_fields_;
  std::vector<StreamPtr> streams_;  // those met so far
  std::unordered_map<std::uint32_t, std::uint32_t>
      stream_places_;  // place in the group -> streams_

  std::vector<TimestampNs> timestamps_;
  std::vector<std::int64_t> ids_;
  std::vector<std::uint32_t> row_classes_;
  std::string text_;
  std::vector<std::size_t> text_ends_;
  std::vector<std::string_view> messages_;
  std::vector<std::uint32_t> sizes_;
  std::vector<TimestampNs> received_;
  std::vector<std::uint32_t> field_begins_;
  std::vector<FieldView> fields_;
  std::string field_text_;
};

}  // namespace logpond::storage
