#include "storage/store.h"

#include <condition_variable>
#include <mutex>
#include <set>

namespace logpond::storage {

ScanStats& ScanStats::operator+=(const ScanStats& other) {
  groups += other.groups;
  groups_pruned += other.groups_pruned;
  rows_scanned += other.rows_scanned;
  rows_matched += other.rows_matched;
  bytes_scanned += other.bytes_scanned;
  bytes_read += other.bytes_read;
  return *this;
}

Result<AppendReceipt> Store::append_and_wait(RecordBatch batch) {
  // Shared, so that a callback that comes late (it never should) finds no dead stack frame.
  struct Waiting {
    std::mutex mutex;
    std::condition_variable done;
    std::optional<Result<AppendReceipt>> result;
  };
  const auto waiting = std::make_shared<Waiting>();
  append(std::move(batch), [waiting](Result<AppendReceipt> result) {
    const std::lock_guard lock(waiting->mutex);
    waiting->result = std::move(result);
    waiting->done.notify_one();
  });
  std::unique_lock lock(waiting->mutex);
  waiting->done.wait(lock, [&] { return waiting->result.has_value(); });
  return std::move(*waiting->result);
}

Result<std::vector<std::string>> Store::labels(const TenantId& tenant, TimeRange range,
                                               const Selector& selector) {
  LOGPOND_TRY(const auto streams, series(tenant, range, selector));
  std::set<std::string> names;
  for (const StreamPtr& stream : streams) {
    for (const Label& label : stream->labels.all()) names.insert(label.name);
  }
  return std::vector<std::string>(names.begin(), names.end());
}

Result<std::vector<std::string>> Store::label_values(const TenantId& tenant, TimeRange range,
                                                     const Selector& selector,
                                                     std::string_view name) {
  LOGPOND_TRY(const auto streams, series(tenant, range, selector));
  std::set<std::string> values;
  for (const StreamPtr& stream : streams) {
    if (stream->labels.has(name)) values.emplace(stream->labels.get(name));
  }
  return std::vector<std::string>(values.begin(), values.end());
}

Result<std::optional<std::uint64_t>> Store::mark(const TenantId&, std::string_view) {
  return fail(ErrorCode::kUnavailable, "this store keeps no marks");
}

Result<std::vector<Pattern>> Store::patterns(const PatternRequest&) {
  return fail(ErrorCode::kUnavailable, "this store keeps no patterns");
}

Result<std::vector<FieldStats>> Store::field_stats(const TenantId&, TimeRange, const Selector&,
                                                   const platform::CancelToken&) {
  return fail(ErrorCode::kUnavailable, "this store keeps no field statistics");
}

Result<DeletionInfo> Store::remove(DeleteRequest) {
  return fail(ErrorCode::kUnavailable, "this store deletes nothing");
}

std::vector<DeletionInfo> Store::removals(const TenantId&) const {
  return {};
}

Status Store::cancel_removal(const TenantId&, std::string_view) {
  return fail(ErrorCode::kNotFound, "could not find delete request with given id");
}

Status Store::backup(const std::string&) {
  return fail(ErrorCode::kUnavailable, "this store cannot be backed up");
}

}  // namespace logpond::storage
