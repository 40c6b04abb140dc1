#include "storage/stream_table.h"

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
  const std::lock_guard lock(mutex_);
  std::erase_if(streams_, [](const auto& entry) { return entry.second.use_count() == 1; });
}

std::size_t StreamTable::size() const {
  const std::lock_guard lock(mutex_);
  return streams_.size();
}

}  // namespace logpond::storage
