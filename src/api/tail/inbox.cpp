#include "api/tail/inbox.h"

#include <algorithm>

namespace logpond::api::tail {
namespace {

/// Streams noted at once; a batch that is lost beyond it adds to streams already noted only.
constexpr std::size_t kLostStreamsMax = 4096;

}  // namespace

void Inbox::put(const BatchPtr& batch, DurationNs now) {
  const std::size_t bytes = batch->batch.size_bytes();
  std::lock_guard lock(mutex_);
  if (!waiting_.empty() && bytes_ + bytes > bytes_max_) {
    note_lost(*batch);
    return;
  }
  waiting_.push_back({batch, bytes, now});
  bytes_ += bytes;
}

void Inbox::note_lost(const storage::StoredBatch& batch) {
  const RecordBatch& records = batch.batch;
  // By stream of the batch: one pass, however many records.
  std::vector<LostStream> streams(batch.streams.size());
  for (std::size_t row = 0; row < records.size(); ++row) {
    LostStream& lost = streams[records.stream(row)];
    if (lost.records++ == 0) {
      lost.stream = batch.streams[records.stream(row)];
      lost.first = records.timestamp(row);
    }
  }
  for (LostStream& lost : streams) {
    if (lost.records == 0) continue;
    const auto known = std::find_if(lost_.begin(), lost_.end(), [&](const LostStream& one) {
      return one.stream == lost.stream;
    });
    if (known != lost_.end()) {
      known->records += lost.records;
    } else if (lost_.size() < kLostStreamsMax) {
      lost_.push_back(std::move(lost));
    }
  }
}

Inbox::BatchPtr Inbox::take(DurationNs until) {
  std::lock_guard lock(mutex_);
  if (waiting_.empty() || waiting_.front().arrived > until) return nullptr;
  BatchPtr batch = std::move(waiting_.front().batch);
  bytes_ -= waiting_.front().bytes;
  waiting_.pop_front();
  return batch;
}

std::vector<Inbox::LostStream> Inbox::take_lost() {
  std::lock_guard lock(mutex_);
  return std::exchange(lost_, {});
}

bool Inbox::empty() const {
  std::lock_guard lock(mutex_);
  return waiting_.empty() && lost_.empty();
}

}  // namespace logpond::api::tail
