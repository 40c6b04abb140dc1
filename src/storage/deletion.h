// Deletions: rows that a selector, a time range and line filters name are hidden at once and gone
// once the parts that hold them are rewritten.
// File layout: docs/formats/deletions.md.  Tests: storage/tests/deletion_test.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/stream.h"
#include "core/time.h"
#include "platform/file_system.h"
#include "storage/delete_request.h"

namespace logpond::storage {

/// A deletion, or a retention rule at one moment, ready to be asked about rows.
///
/// Threads: immutable; any.
class Deletion {
 public:
  /// `record_id_max` is exclusive: later records are none of its business.
  Deletion(DeletionInfo info, DeleteRequest request, std::uint64_t record_id_max)
      : info_(std::move(info)), request_(std::move(request)), record_id_max_(record_id_max) {}

  const DeletionInfo& info() const { return info_; }
  const DeleteRequest& request() const { return request_; }
  const TimeRange& range() const { return request_.range; }
  std::uint64_t record_id_max() const { return record_id_max_; }
  /// True when hides() looks at the line.
  bool reads_lines() const { return !request_.line_filters.empty(); }

  /// True when rows of `stream` may be hidden.
  bool concerns(const Stream& stream) const;
  /// True when it hides this row of a stream that it concerns.
  bool hides(std::uint64_t id, TimestampNs timestamp, std::string_view line) const;
  /// True when it hides every row with such times and ids, both ends inside, of a stream that it
  /// concerns: their lines need no look.
  bool hides_all(TimestampNs time_min, TimestampNs time_max, std::uint64_t id_max) const;
  /// True when it may hide a row with such times and ids, both ends inside.
  bool may_hide(TimestampNs time_min, TimestampNs time_max, std::uint64_t id_min) const;

 private:
  DeletionInfo info_;
  DeleteRequest request_;
  std::uint64_t record_id_max_;
};
using DeletionPtr = std::shared_ptr<const Deletion>;

/// Errors of decoding: kCorruption; kUnavailable for a layout newer than this program.
std::string encode_deletions(const std::vector<DeletionPtr>& deletions);
Result<std::vector<DeletionPtr>> decode_deletions(std::string_view bytes);

/// The file in a data directory that holds the deletions.
std::filesystem::path deletions_path(const std::filesystem::path& directory);
/// What the file holds; nothing when there is none. Errors: as decode_deletions(), kIo.
Result<std::vector<DeletionPtr>> read_deletions(platform::FileSystem& fs,
                                                const std::filesystem::path& directory);

/// The deletions of a store, in memory and in their file.
///
/// Borrows: the file system.
/// Threads: any.
/// Invariant: what a call that succeeded changed survives a power cut.
class DeletionSet {
 public:
  /// Deletions not processed yet; beyond it new ones are refused, because every scan asks each.
  static constexpr std::size_t kReceivedMax = 1'000;
  /// Processed ones leave the list when they were asked for so long ago.
  static constexpr DurationNs kProcessedKept = 30 * kDay;

  /// Reads the file. A damaged one is set aside under the name *.damaged and reported: what was not
  /// processed must be asked for again. Errors: kIo, kUnavailable.
  static Result<std::unique_ptr<DeletionSet>> open(platform::FileSystem& fs,
                                                   std::filesystem::path directory, bool read_only);

  /// Accepts a deletion of records before `record_id_max`. Errors: kLimitExceeded, kIo, kNoSpace;
  /// nothing is hidden then.
  Result<DeletionInfo> add(DeleteRequest request, std::uint64_t record_id_max, TimestampNs now);
  /// Forgets one that is not processed: what of it still lies on disk shows again. Errors:
  /// kNotFound, kConflict (processed), kIo.
  Status cancel(const TenantId& tenant, std::string_view id);
  /// Marks deletions as processed and forgets those processed long ago. Errors: kIo, kNoSpace.
  Status finish(const std::vector<DeletionPtr>& processed, TimestampNs now);

  /// Those that hide rows. Cheap.
  std::vector<DeletionPtr> received() const;
  /// All of a tenant, oldest first.
  std::vector<DeletionInfo> list(const TenantId& tenant) const;
  /// New records must get ids from here on, or an earlier deletion would hide them.
  std::uint64_t record_id_floor() const;

 private:
  DeletionSet(platform::FileSystem& fs, std::filesystem::path directory)
      : fs_(fs), directory_(std::move(directory)) {}
  Status replace(std::vector<DeletionPtr> next);
  std::string unused_id(const DeleteRequest& request, TimestampNs now) const;

  platform::FileSystem& fs_;
  const std::filesystem::path directory_;
  mutable std::mutex mutex_;
  std::vector<DeletionPtr> all_;  // oldest first
};

}  // namespace logpond::storage
