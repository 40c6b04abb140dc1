#include "storage/head.h"

#include <algorithm>

namespace logpond::storage {

void Head::add(StoredBatchPtr batch, WalSequence sequence) {
  last_sequence_ = sequence;
  ++frames_;
  if (batch->batch.empty()) return;
  records_ += batch->batch.size();
  bytes_ += batch->batch.size_bytes();
  batches_.push_back(std::move(batch));
  // Like carrying in a binary counter: two neighbours are joined when the newer has grown to half
  // of the older, so a record is copied at most log2(kJoinBytesMax / its batch) times.
  while (batches_.size() >= 2) {
    const StoredBatch& newer = *batches_.back();
    const StoredBatch& older = *batches_[batches_.size() - 2];
    const std::size_t newer_bytes = newer.batch.size_bytes();
    const std::size_t older_bytes = older.batch.size_bytes();
    const bool is_adjacent = older.first_id.value + older.batch.size() == newer.first_id.value;
    if (!is_adjacent || older.batch.tenant() != newer.batch.tenant() ||
        newer_bytes * 2 < older_bytes || newer_bytes + older_bytes > kJoinBytesMax) {
      break;
    }
    join_last_two();
  }
}

void Head::join_last_two() {
  const StoredBatchPtr newer = std::move(batches_.back());
  batches_.pop_back();
  const StoredBatchPtr older = std::move(batches_.back());
  auto joined = std::make_shared<StoredBatch>();
  joined->batch = RecordBatch(older->batch.tenant(), 0);
  joined->batch.append(older->batch);
  joined->batch.append(newer->batch);
  joined->first_id = older->first_id;
  // append() interns streams in order of first use; find each one's object again by its encoding.
  for (const RecordBatch::Stream& stream : joined->batch.streams()) {
    const std::string_view encoded = joined->batch.text(stream.encoded);
    StreamPtr found;
    for (const StoredBatchPtr& source : {older, newer}) {
      for (std::size_t i = 0; i < source->streams.size() && found == nullptr; ++i) {
        if (source->batch.text(source->batch.streams()[i].encoded) == encoded)
          found = source->streams[i];
      }
    }
    joined->streams.push_back(std::move(found));
  }
  joined->batch.settle();
  bytes_ += joined->batch.size_bytes();
  bytes_ -= std::min(bytes_, older->batch.size_bytes() + newer->batch.size_bytes());
  batches_.back() = std::move(joined);
}

}  // namespace logpond::storage
