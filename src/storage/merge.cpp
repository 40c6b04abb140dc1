#include "storage/merge.h"

#include <algorithm>

#include "storage/group_reader.h"
#include "storage/hidden_rows.h"

namespace logpond::storage {
namespace {

/// The deletions that may hide a row of the group.
std::vector<DeletionPtr> deletions_for(const Part& part, const GroupMeta& group,
                                       const std::vector<DeletionPtr>& deletions) {
  std::vector<DeletionPtr> found;
  for (const DeletionPtr& deletion : deletions) {
    if (!deletion->may_hide(group.time_min, group.time_max, group.id_min)) continue;
    const bool is_concerned =
        std::any_of(group.streams.begin(), group.streams.end(), [&](const GroupStream& stream) {
          return deletion->concerns(*part.streams()[stream.stream]);
        });
    if (is_concerned) found.push_back(deletion);
  }
  return found;
}

/// True when the headers tell that every row is hidden.
bool is_wholly_hidden(const Part& part, const GroupMeta& group,
                      const std::vector<DeletionPtr>& concerned) {
  return std::all_of(group.streams.begin(), group.streams.end(), [&](const GroupStream& stream) {
    return std::any_of(concerned.begin(), concerned.end(), [&](const DeletionPtr& deletion) {
      return deletion->concerns(*part.streams()[stream.stream]) &&
             deletion->hides_all(group.time_min, group.time_max, group.id_max);
    });
  });
}

/// The rows of a group that are not hidden, with every column. After an error `into` is as it was.
Status read_visible_rows(const Part& part, const GroupMeta& group,
                         const std::vector<DeletionPtr>& concerned, RowBuffer& into) {
  HiddenRows hidden_rows(concerned);
  GroupReader reader(part, group);
  std::vector<std::uint32_t> rows(group.rows);
  for (std::uint32_t row = 0; row < group.rows; ++row) rows[row] = row;
  std::vector<bool> hidden;
  LOGPOND_TRY(const RecordBlock all,
              reader.block(rows, hidden_rows.reads_lines() ? Columns::kMessage : Columns::kNone));
  hidden_rows.find(all, hidden);
  std::erase_if(rows, [&](std::uint32_t row) { return hidden[row]; });
  if (rows.empty()) return {};
  LOGPOND_TRY(const RecordBlock kept, reader.block(rows, Columns::kAll));
  into.add(kept);
  return {};
}

}  // namespace

bool is_undersized(const GroupMeta& group) {
  return group.rows < kGroupRowsUndersized && group.message_bytes < kGroupMessageBytesMax / 2;
}

Status PartMerger::flush() {
  if (buffer_.empty()) return {};
  LOGPOND_CHECK_OK(writer_.add(buffer_));
  has_written_ = true;
  buffer_.clear();
  return {};
}

Status PartMerger::join(const Part& part, const GroupMeta& group,
                        const std::vector<DeletionPtr>& concerned) {
  if (buffer_.size() + group.rows > kGroupRowsMax || buffer_.size() >= kGroupRowsFull ||
      buffer_.messages.size() + group.message_bytes > kGroupMessageBytesMax) {
    LOGPOND_CHECK_OK(flush());
  }
  return concerned.empty() ? read_whole_group(part, group, buffer_)
                           : read_visible_rows(part, group, concerned, buffer_);
}

Status PartMerger::add_group(const Part& part, const GroupMeta& group) {
  const std::vector<DeletionPtr> concerned = deletions_for(part, group, deletions_);
  if (!concerned.empty() && is_wholly_hidden(part, group, concerned)) return {};
  if (!concerned.empty() || is_undersized(group)) return join(part, group, concerned);
  LOGPOND_CHECK_OK(flush());
  LOGPOND_CHECK_OK(writer_.copy(part, group));
  has_written_ = true;
  return {};
}

Status PartMerger::add(const Part& part) {
  for (const GroupMeta& group : part.groups()) {
    const Status added = add_group(part, group);
    if (added) continue;
    if (added.error().code != ErrorCode::kCorruption) return added;
    on_damage_(part, added.error());
  }
  return {};
}

Result<bool> PartMerger::finish() {
  LOGPOND_CHECK_OK(flush());
  return has_written_;
}

}  // namespace logpond::storage
