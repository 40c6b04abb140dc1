// Row groups that were read lately, within a bound of memory.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "storage/group_data.h"

namespace logpond::storage {

/// Owns what it holds together with the scans that use it: memory of an evicted group is freed when
/// the last scan lets go.
///
/// Threads: any. Invariant: after release() the sum of what is held is at most bytes_max.
class GroupCache {
 public:
  explicit GroupCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// The group's data, opened when it is not held. Errors: kIo, kCorruption.
  Result<std::shared_ptr<GroupData>> get(const std::shared_ptr<const Part>& part,
                                         const GroupMeta& group);
  /// A scan is done with a group, which may have grown: evicts the least recently used ones until
  /// the rest fits.
  void release(const std::shared_ptr<GroupData>& data);
  /// Forgets a group of which something could not be read, so that the next scan tries anew.
  void drop(const std::shared_ptr<GroupData>& data);
  /// Forgets the groups of all parts but these.
  void keep_only(const std::vector<std::shared_ptr<const Part>>& parts);

  std::size_t bytes() const;
  std::size_t bytes_max() const { return bytes_max_; }

 private:
  struct Entry {
    std::shared_ptr<GroupData> data;
    std::size_t bytes = 0;
  };
  using Entries = std::list<Entry>;  // most recently used first

  void evict_locked();

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  Entries entries_;
  std::unordered_map<const GroupMeta*, Entries::iterator> by_group_;
  std::size_t bytes_ = 0;
};

}  // namespace logpond::storage
