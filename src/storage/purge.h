// Takes rows that deletions hide out of parts.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "storage/deletion.h"
#include "storage/part_set.h"
#include "storage/scan.h"

namespace logpond::storage {

/// Remembers which parts hold nothing of a deletion, so that each is looked through once.
///
/// Borrows: the parts. Threads: one at a time.
class Purge {
 public:
  explicit Purge(PartSet& parts) : parts_(parts) {}

  /// Rewrites every part that holds hidden rows; for a retention rule only parts that are old
  /// enough as a whole. Stops early, without an error, when `is_stopping` says so. Errors: kIo,
  /// kNoSpace.
  Status run(const std::vector<DeletionPtr>& deletions, const PartSet::Committed& committed,
             const std::function<bool()>& is_stopping);
  /// True when `view` holds no row of the deletion any more. Errors: kIo.
  Result<bool> is_done(const StoreView& view, const DeletionPtr& deletion) const;

 private:
  Status purge_part(const PartPtr& part, const std::vector<DeletionPtr>& deletions,
                    const PartSet::Committed& committed);
  void forget_all_but(const std::vector<DeletionPtr>& deletions);

  PartSet& parts_;
  std::map<DeletionPtr, std::set<std::string>> clean_;  // names of parts without a hidden row
};

}  // namespace logpond::storage
