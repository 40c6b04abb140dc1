// What goes from parts into a new one: merging, and taking out deleted rows.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "storage/deletion.h"
#include "storage/group_encoder.h"
#include "storage/part.h"
#include "storage/scan.h"

namespace logpond::storage {

/// Groups smaller than half of a full one: merging joins them.
bool is_undersized(const GroupMeta& group);

/// Copies the rows of parts into a writer, without those that deletions hide. Full groups that
/// nothing is taken from are copied as they are; the others are decoded, and joined where they are
/// undersized. A damaged group is reported, and its rows are left
/// out from the damage on.
///
/// Borrows: the writer and the deletions. Threads: one at a time.
class PartMerger {
 public:
  using OnDamage = std::function<void(const Part& part, const Error& error)>;

  PartMerger(PartWriter& writer, const std::vector<DeletionPtr>& deletions, OnDamage on_damage);

  /// Takes the part's rows after those of earlier calls. Errors: kIo, kNoSpace.
  Status add(const std::shared_ptr<const Part>& part);
  /// Writes what is still held back; false when no row was left to write at all. Errors: as add().
  Result<bool> finish();

 private:
  Status add_group(const std::shared_ptr<const Part>& part, const GroupMeta& group);
  Status join(const std::shared_ptr<const Part>& part, const GroupMeta& group,
              const std::vector<DeletionPtr>& concerned);
  Status add_rows(GroupData& data, std::span<const std::uint32_t> rows);
  Status flush();

  PartWriter& writer_;
  const std::vector<DeletionPtr>& deletions_;
  OnDamage on_damage_;
  GroupEncoder buffer_;
  bool has_written_ = false;
};

}  // namespace logpond::storage
