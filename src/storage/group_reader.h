// Reads the columns of one row group on demand and turns selected rows into a RecordBlock.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/part.h"
#include "storage/store.h"

namespace logpond::storage {

/// Borrows the part. Columns are read once, when first asked for.
///
/// Threads: one at a time. Errors of every call: kIo, kCorruption.
class GroupReader {
 public:
  GroupReader(const Part& part, const GroupMeta& group) : part_(part), group_(group) {}

  Result<const std::vector<TimestampNs>*> timestamps();
  /// Places in group().streams.
  Result<const std::vector<std::uint32_t>*> streams();
  /// Message text of all rows, one after the other, and where each row ends.
  Result<std::string_view> messages();
  Result<const std::vector<std::uint32_t>*> message_ends();
  Result<const std::vector<Severity>*> severities();
  /// A field's column; null when no row of the group has it.
  Result<const FieldColumnView*> field(std::string_view name);
  /// The raw block of a field's column, all of its values' texts inside; empty when no row has it.
  /// Cheaper than field() for a test that most groups fail.
  Result<std::string_view> field_bytes(std::string_view name);
  Result<const std::vector<LooseFieldView>*> loose_fields();

  /// Fills a block with the `rows` (ascending), `columns` as asked. Valid until the next call and
  /// as long as this reader lives.
  Result<RecordBlock> block(const std::vector<std::uint32_t>& rows, Columns columns);

  const GroupMeta& group() const { return group_; }
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  Status read(ColumnKind kind, BlockBuffer& raw);
  Status read_deltas(ColumnKind kind, std::optional<std::vector<std::int64_t>>& values);
  Result<const SeverityTexts*> severity_texts();
  Status gather_fields(const std::vector<std::uint32_t>& rows);
  Status gather_severities(const std::vector<std::uint32_t>& rows);
  Status gather_messages(const std::vector<std::uint32_t>& rows, Columns columns);

  const Part& part_;
  const GroupMeta& group_;
  std::uint64_t bytes_read_ = 0;

  std::optional<std::vector<std::int64_t>> timestamps_;
  std::optional<std::vector<std::int64_t>> ids_;
  std::optional<std::vector<std::int64_t>> received_;
  std::optional<std::vector<std::uint32_t>> streams_;
  std::optional<std::vector<Severity>> severities_;
  std::optional<std::vector<std::uint32_t>> message_ends_;
  std::optional<BlockBuffer> messages_;
  struct HeldField {
    BlockBuffer raw;
    std::optional<FieldColumnView> view;  // none while only the text was looked at
  };
  std::map<std::string, HeldField, std::less<>> fields_;
  BlockBuffer loose_raw_;
  std::optional<std::vector<LooseFieldView>> loose_fields_;
  BlockBuffer severity_texts_raw_;
  std::optional<SeverityTexts> severity_texts_;
  BlockBuffer scratch_;  // of columns that are decoded at once

  // Columns of the block handed out last.
  std::vector<TimestampNs> out_timestamps_;
  std::vector<std::uint64_t> out_ids_;
  std::vector<std::uint32_t> out_streams_;
  std::vector<StreamPtr> out_stream_table_;
  std::vector<Severity> out_severities_;
  std::vector<std::string_view> out_severity_texts_;
  std::vector<std::string_view> out_messages_;
  std::vector<std::uint32_t> out_message_sizes_;
  std::vector<TimestampNs> out_received_;
  std::vector<std::uint32_t> out_field_begins_;
  std::vector<FieldView> out_fields_;
};

}  // namespace logpond::storage
