// Turns selected rows of a row group into record blocks.
#pragma once

#include <cstdint>
#include <deque>
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
  std::uint32_t& class_slot(std::uint32_t kind, std::uint32_t place);
  std::uint32_t class_of(std::uint32_t stream, std::uint32_t kind);

  GroupData& data_;
  const Columns columns_;
  const std::optional<std::vector<std::string>>& field_names_;
  std::vector<bool> wanted_;      // by field of the table
  bool fields_by_class_ = false;  // no wanted field lies in a column

  std::vector<RecordClass> classes_;
  std::vector<std::uint32_t> class_slots_;  // by kind and place of the stream
  std::vector<std::size_t> kind_slots_;     // where a kind's places begin
  std::unordered_map<std::uint64_t, std::uint32_t> sparse_class_slots_;  // where those are too many
  std::deque<std::vector<FieldView>> class_fields_;
  std::vector<StreamPtr> streams_;

  std::vector<TimestampNs> timestamps_;
  std::vector<std::uint64_t> ids_;
  std::vector<std::uint32_t> row_streams_;
  std::vector<std::uint32_t> row_classes_;
  std::vector<Severity> severities_;
  std::vector<std::string_view> severity_texts_;
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
