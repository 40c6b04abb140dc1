#include "storage/group_cache.h"

#include <unordered_set>

namespace logpond::storage {

Result<std::shared_ptr<GroupData>> GroupCache::get(const std::shared_ptr<const Part>& part,
                                                   const GroupMeta& group) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto at = by_group_.find(&group); at != by_group_.end()) {
      entries_.splice(entries_.begin(), entries_, at->second);
      return at->second->data;
    }
  }
  // Two scans may open the same group at once; the second one's copy is used by itself alone.
  LOGPOND_TRY(auto data, GroupData::open(part, group));
  const std::lock_guard lock(mutex_);
  if (!by_group_.contains(&group)) {
    entries_.push_front({data, data->memory_bytes()});
    by_group_.emplace(&group, entries_.begin());
    bytes_ += entries_.front().bytes;
  }
  return data;
}

void GroupCache::release(const std::shared_ptr<GroupData>& data) {
  const std::lock_guard lock(mutex_);
  const auto at = by_group_.find(&data->group());
  if (at == by_group_.end() || at->second->data != data) return;
  const std::size_t now = data->memory_bytes();
  bytes_ += now - at->second->bytes;
  at->second->bytes = now;
  evict_locked();
}

void GroupCache::drop(const std::shared_ptr<GroupData>& data) {
  const std::lock_guard lock(mutex_);
  const auto at = by_group_.find(&data->group());
  if (at == by_group_.end() || at->second->data != data) return;
  bytes_ -= at->second->bytes;
  entries_.erase(at->second);
  by_group_.erase(at);
}

void GroupCache::evict_locked() {
  while (bytes_ > bytes_max_ && !entries_.empty()) {
    bytes_ -= entries_.back().bytes;
    by_group_.erase(&entries_.back().data->group());
    entries_.pop_back();
  }
}

void GroupCache::keep_only(const std::vector<std::shared_ptr<const Part>>& parts) {
  std::unordered_set<const Part*> kept;
  for (const auto& part : parts) kept.insert(part.get());
  const std::lock_guard lock(mutex_);
  for (auto at = entries_.begin(); at != entries_.end();) {
    if (kept.contains(&at->data->part())) {
      ++at;
      continue;
    }
    bytes_ -= at->bytes;
    by_group_.erase(&at->data->group());
    at = entries_.erase(at);
  }
}

std::size_t GroupCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace logpond::storage
