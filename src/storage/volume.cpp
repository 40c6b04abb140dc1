#include "storage/volume.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "storage/group_rows.h"

namespace logpond::storage {
namespace {

bool matches(const Stream& stream, const TenantId& tenant, const Selector& selector) {
  return stream.tenant == tenant && selector.matches(stream.labels);
}

/// Sums by stream; the same stream is the same pointer within a store.
class Totals {
 public:
  void add(const StreamPtr& stream, std::uint64_t records, std::uint64_t bytes) {
    StreamVolume& volume = volumes_[stream.get()];
    volume.stream = stream;
    volume.records += records;
    volume.bytes += bytes;
  }
  std::vector<StreamVolume> sorted() && {
    std::vector<StreamVolume> all;
    for (auto& [key, volume] : volumes_) all.push_back(std::move(volume));
    std::sort(all.begin(), all.end(), [](const StreamVolume& a, const StreamVolume& b) {
      return a.stream->labels < b.stream->labels;
    });
    return all;
  }

 private:
  std::unordered_map<const Stream*, StreamVolume> volumes_;
};

void add_batch(const StoredBatch& stored, const TenantId& tenant, TimeRange range,
               const Selector& selector, Totals& totals) {
  std::vector<bool> wanted;
  for (const StreamPtr& stream : stored.streams)
    wanted.push_back(matches(*stream, tenant, selector));
  for (std::size_t row = 0; row < stored.batch.size(); ++row) {
    const auto stream = stored.batch.stream(row);
    if (wanted[stream] && range.contains(stored.batch.timestamp(row))) {
      totals.add(stored.streams[stream], 1, stored.batch.message(row).size());
    }
  }
}

/// A group that the range cuts: its rows are looked at, their messages are not put together.
Status add_cut_group(GroupData& data, const std::vector<bool>& wanted, TimeRange range,
                     Totals& totals) {
  LOGPOND_TRY(const SeriesColumn* times, data.timestamps());
  std::vector<std::uint32_t> rows;
  times->for_each_in(range.start, range.end, [&rows](std::uint32_t row) { rows.push_back(row); });
  const std::optional<std::vector<std::string>> every_field;
  GroupRows source(data, Columns::kMessageSize, every_field);
  LOGPOND_TRY(const RecordBlock block, source.block(rows));
  for (std::size_t i = 0; i < block.size; ++i) {
    if (wanted[block.stream_index(i)]) totals.add(block.stream(i), 1, block.message_sizes[i]);
  }
  return {};
}

Status read_cut_group(GroupCache& cache, const std::shared_ptr<const Part>& part,
                      const GroupMeta& group, const std::vector<bool>& wanted, TimeRange range,
                      Totals& totals) {
  LOGPOND_TRY(const auto data, cache.get(part, group));
  const Status added = add_cut_group(*data, wanted, range, totals);
  cache.release(data);
  return added;
}

}  // namespace

std::vector<StreamPtr> series_of_view(const StoreView& view, const TenantId& tenant,
                                      TimeRange range, const Selector& selector) {
  std::unordered_map<const Stream*, StreamPtr> found;
  const auto consider = [&](const StreamPtr& stream) {
    if (!found.contains(stream.get()) && matches(*stream, tenant, selector))
      found.emplace(stream.get(), stream);
  };
  for (const auto& part : view.parts) {
    for (const GroupMeta& group : part->groups()) {
      if (group.time_max < range.start || group.time_min >= range.end) continue;
      for (const GroupStream& stream : group.streams) consider(part->streams()[stream.stream]);
    }
  }
  for (const StoredBatchPtr& batch : view.batches) {
    for (std::size_t row = 0; row < batch->batch.size(); ++row) {
      if (range.contains(batch->batch.timestamp(row)))
        consider(batch->streams[batch->batch.stream(row)]);
    }
  }
  std::vector<StreamPtr> all;
  for (auto& [key, stream] : found) all.push_back(std::move(stream));
  std::sort(all.begin(), all.end(),
            [](const StreamPtr& a, const StreamPtr& b) { return a->labels < b->labels; });
  return all;
}

Result<std::vector<StreamVolume>> volume_of_view(
    const StoreView& view, const TenantId& tenant, TimeRange range, const Selector& selector,
    const platform::CancelToken& cancel, const std::function<void(const Error&)>& on_damage) {
  Totals totals;
  for (const auto& part : view.parts) {
    const auto part_wanted = part->matching_streams(tenant, selector);
    for (const GroupMeta& group : part->groups()) {
      LOGPOND_CHECK_OK(cancel.check());
      if (group.time_max < range.start || group.time_min >= range.end) continue;
      std::vector<bool> wanted;
      for (const GroupStream& stream : group.streams)
        wanted.push_back(part_wanted->test(stream.stream));
      if (group.time_min >= range.start && group.time_max < range.end) {
        for (std::size_t i = 0; i < wanted.size(); ++i) {
          const GroupStream& stream = group.streams[i];
          if (wanted[i])
            totals.add(part->streams()[stream.stream], stream.rows, stream.message_bytes);
        }
      } else if (std::find(wanted.begin(), wanted.end(), true) != wanted.end()) {
        if (const Status read = read_cut_group(*view.cache, part, group, wanted, range, totals);
            !read)
          on_damage(read.error());
      }
    }
  }
  for (const StoredBatchPtr& batch : view.batches) {
    LOGPOND_CHECK_OK(cancel.check());
    add_batch(*batch, tenant, range, selector, totals);
  }
  return std::move(totals).sorted();
}

}  // namespace logpond::storage
