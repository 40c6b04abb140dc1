// Reading a view without the rows that its deletions hide.
// Tests: storage/tests/deletion_test.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "codec/bitmap.h"
#include "storage/group_data.h"
#include "storage/scan.h"
#include "storage/store.h"

namespace logpond::storage {

/// Asks deletions about rows and remembers which of them concern a stream.
///
/// Threads: one at a time.
class HiddenRows {
 public:
  explicit HiddenRows(std::vector<DeletionPtr> deletions) : deletions_(std::move(deletions)) {}

  bool empty() const { return deletions_.empty(); }
  /// True when the messages of blocks are needed.
  bool reads_lines() const;
  /// Marks the hidden rows of `block`, which carries messages when reads_lines(); returns how many
  /// there are. `hidden` gets one entry a row.
  std::size_t find(const RecordBlock& block, std::vector<bool>& hidden);
  /// True for a hidden row.
  bool hides(const StreamPtr& stream, std::uint64_t id, TimestampNs timestamp,
             std::string_view line);

 private:
  const std::vector<const Deletion*>& deletions_of(const StreamPtr& stream);

  std::vector<DeletionPtr> deletions_;
  struct Known {
    StreamPtr stream;  // held, so that its address stays its own
    std::vector<const Deletion*> deletions;
  };
  std::unordered_map<const Stream*, Known> by_stream_;
};

/// The deletions that may hide a row of the group.
std::vector<DeletionPtr> deletions_of_group(const Part& part, const GroupMeta& group,
                                            const std::vector<DeletionPtr>& deletions);
/// The rows of a group that `hidden_rows` hides. Errors: kIo, kCorruption.
Result<codec::Bitmap> hidden_of_group(GroupData& data, HiddenRows& hidden_rows);

/// scan_view() without hidden rows.
Result<ScanStats> scan_visible(const StoreView& view, const ScanRequest& request, ScanSink& sink,
                               const std::function<void(const Error&)>& on_damage);

/// volume_of_view() without hidden rows: exact, they are looked for and taken off.
Result<std::vector<StreamVolume>> volume_visible(
    const StoreView& view, const TenantId& tenant, TimeRange range, const Selector& selector,
    const platform::CancelToken& cancel, const std::function<void(const Error&)>& on_damage);

/// True when `view` holds a row that `deletion` hides. A damaged group holds none. Errors: kIo.
Result<bool> has_hidden_row(const StoreView& view, const Deletion& deletion);

}  // namespace logpond::storage
