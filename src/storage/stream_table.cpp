#include "storage/stream_table.h"

#include <algorithm>

namespace logpond::storage {

Result<StreamPtr> StreamTable::intern(const TenantId& tenant, std::string_view encoded) {
  std::string key;
  key.reserve(tenant.value.size() + 1 + encoded.size());
  key.append(tenant.value).push_back('\0');
  key.append(encoded);
  const std::lock_guard lock(mutex_);
  if (const auto at = streams_.find(key); at != streams_.end()) return at->second;
  LOGPOND_TRY(auto labels, Labels::decode(encoded));
  auto stream = std::make_shared<const Stream>(Stream{tenant, std::move(labels)});
  streams_.emplace(std::move(key), stream);
  return StreamPtr(std::move(stream));
}

void StreamTable::drop_unused() {
  constexpr std::size_t kSparedMin = 1'000;
  const std::lock_guard lock(mutex_);
  if (streams_.size() < used_ + std::max(used_, kSparedMin)) return;
  std::erase_if(streams_, [](const auto& entry) { return entry.second.use_count() == 1; });
  used_ = streams_.size();
}

std::size_t StreamTable::size() const {
  const std::lock_guard lock(mutex_);
  return streams_.size();
}

}  // namespace logpond::storage
