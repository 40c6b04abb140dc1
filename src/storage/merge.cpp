#include "storage/merge.h"

#include <algorithm>
#include <optional>
#include <string>

#include "storage/group_data.h"
#include "storage/group_rows.h"
#include "storage/hidden_rows.h"

namespace logpond::storage {
namespace {

/// Rows unpacked at once.
constexpr std::size_t kBlockRows = std::size_t{64} << 10;
/// More effort on packed columns costs much and gains nothing.
constexpr int kPackLevel = 1;

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

/// The rows of a group that are not hidden.
Result<std::vector<std::uint32_t>> visible_rows(GroupData& data,
                                                const std::vector<DeletionPtr>& concerned) {
  codec::Bitmap visible(data.group().rows, true);
  if (!concerned.empty()) {
    HiddenRows hidden_rows(concerned);
    LOGPOND_TRY(const codec::Bitmap hidden, hidden_of_group(data, hidden_rows));
    visible.subtract(hidden);
  }
  std::vector<std::uint32_t> rows;
  rows.reserve(visible.count());
  visible.for_each([&](std::uint32_t row) { rows.push_back(row); });
  return rows;
}

}  // namespace

bool is_undersized(const GroupMeta& group) {
  return group.rows < kGroupRowsUndersized && group.message_bytes < kGroupMessageBytesMax / 2;
}

PartMerger::PartMerger(PartWriter& writer, const std::vector<DeletionPtr>& deletions,
                       OnDamage on_damage)
    : writer_(writer),
      deletions_(deletions),
      on_damage_(std::move(on_damage)),
      buffer_(kPackLevel) {}

Status PartMerger::flush() {
  if (buffer_.empty()) return {};
  LOGPOND_CHECK_OK(writer_.add(buffer_));
  has_written_ = true;
  return {};
}

Status PartMerger::join(const std::shared_ptr<const Part>& part, const GroupMeta& group,
                        const std::vector<DeletionPtr>& concerned) {
  if (buffer_.size() + group.rows > kGroupRowsMax || buffer_.size() >= kGroupRowsFull ||
      buffer_.message_bytes() + group.message_bytes > kGroupMessageBytesMax || buffer_.is_heavy()) {
    LOGPOND_CHECK_OK(flush());
  }
  LOGPOND_TRY(const auto data, GroupData::open(part, group));
  LOGPOND_TRY(const auto rows, visible_rows(*data, concerned));
  return add_rows(*data, rows);
}

/// With every column. The header does not say what a group's fields take: whether the joined rows
/// become too heavy is asked row by row, as it is when a head is sealed.
Status PartMerger::add_rows(GroupData& data, std::span<const std::uint32_t> rows) {
  const std::optional<std::vector<std::string>> every_field;
  GroupRows source(data, Columns::kAll, every_field);
  for (std::size_t begin = 0; begin < rows.size(); begin += kBlockRows) {
    const std::size_t count = std::min(rows.size() - begin, kBlockRows);
    LOGPOND_TRY(const RecordBlock block, source.block(rows.subspan(begin, count)));
    for (std::size_t row = 0; row < block.size; ++row) {
      buffer_.add(block, row);
      if (buffer_.is_heavy()) LOGPOND_CHECK_OK(flush());
    }
  }
  return {};
}

Status PartMerger::add_group(const std::shared_ptr<const Part>& part, const GroupMeta& group) {
  const std::vector<DeletionPtr> concerned = deletions_of_group(*part, group, deletions_);
  if (!concerned.empty() && is_wholly_hidden(*part, group, concerned)) return {};
  if (!concerned.empty() || is_undersized(group)) return join(part, group, concerned);
  LOGPOND_CHECK_OK(flush());
  LOGPOND_CHECK_OK(writer_.copy(*part, group));
  has_written_ = true;
  return {};
}

Status PartMerger::add(const std::shared_ptr<const Part>& part) {
  for (const GroupMeta& group : part->groups()) {
    const Status added = add_group(part, group);
    if (added) continue;
    if (added.error().code != ErrorCode::kCorruption) return added;
    on_damage_(*part, added.error());
  }
  return {};
}

Result<bool> PartMerger::finish() {
  LOGPOND_CHECK_OK(flush());
  return has_written_;
}

}  // namespace logpond::storage
