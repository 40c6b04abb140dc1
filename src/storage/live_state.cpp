#include "storage/live_state.h"

namespace logpond::storage {

std::size_t LiveState::head_bytes_locked() const {
  std::size_t bytes = head.bytes();
  for (const auto& one : frozen) bytes += one->head.bytes();
  return bytes;
}

StoreView LiveState::view() const {
  const std::lock_guard lock(mutex);
  StoreView view;
  view.cache = &cache;
  view.parts = live_parts;
  for (const auto& one : frozen) {
    const auto& batches = one->head.batches();
    view.batches.insert(view.batches.end(), batches.begin(), batches.end());
  }
  view.batches.insert(view.batches.end(), head.batches().begin(), head.batches().end());
  return view;
}

bool LiveState::has_frozen() const {
  const std::lock_guard lock(mutex);
  return !frozen.empty();
}

bool LiveState::is_stopping() const {
  const std::lock_guard lock(mutex);
  return stopping;
}

void LiveState::stop() {
  const std::lock_guard lock(mutex);
  stopping = true;
  changed.notify_all();
}

void LiveState::replace_parts(const std::vector<PartPtr>& live) {
  const std::lock_guard lock(mutex);
  live_parts = live;
  cache.keep_only(live);
}

}  // namespace logpond::storage
