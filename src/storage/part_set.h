// The parts of a store: sealing rows into new ones, merging, dropping, and the manifest that names
// them.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "platform/file_system.h"
#include "storage/deletion.h"
#include "storage/head.h"
#include "storage/manifest.h"
#include "storage/part.h"
#include "storage/stream_table.h"

namespace logpond::storage {

using PartPtr = std::shared_ptr<const Part>;

/// Where the WAL stands once a head is sealed.
struct SealPoint {
  WalSequence sequence;              ///< Last batch in the sealed head.
  WalSegment wal_floor;              ///< First segment with later batches.
  std::uint64_t next_record_id = 1;  ///< No sealed record has this id or a higher one.
  MarkTable marks;                   ///< Of everything up to `sequence`.
};

/// Owns:    the manifest and the parts folder. Borrows the file system and stream table.
/// Threads: parts() from any; the changing calls one at a time each (sealing beside merging is
/// fine:
///          each builds its files alone and commits under one lock).
/// Invariant: the manifest on disk names exactly the parts that are durable and alive.
class PartSet {
 public:
  /// Called inside the commit's lock, once the manifest is durable: the moment old parts (and the
  /// sealed head) make way for the new ones.
  using Committed = std::function<void(const std::vector<PartPtr>& live)>;

  /// Opens the parts of the manifest; damaged ones are set aside under the name *.damaged and
  /// reported. Files that the manifest does not name are remains of a crash and are removed.
  static Result<std::unique_ptr<PartSet>> open(platform::FileSystem& fs,
                                               std::filesystem::path directory, bool read_only,
                                               StreamTable& streams);

  std::vector<PartPtr> parts() const;
  Manifest manifest() const;

  /// Writes a head as parts, one a UTC day, and commits them. Errors: kIo, kNoSpace; nothing has
  /// changed then.
  Status seal(const Head& head, const SealPoint& point, const Committed& committed);
  /// Merges one set of parts that are worth it. With `all` any undersized neighbours of a partition
  /// are. Rows that `deletions` hide are left out. False when there was nothing to do. Errors: kIo,
  /// kNoSpace.
  Result<bool> merge_once(bool all, const std::vector<DeletionPtr>& deletions,
                          const Committed& committed);
  /// Puts one part in the place of `inputs` (parts of one partition, at least one), without the
  /// rows that `deletions` hide; none, and null, when no row is left. A damaged group is left out,
  /// and its part's file kept under the name *.damaged. Errors: kIo, kNoSpace.
  Result<PartPtr> rewrite(const std::vector<PartPtr>& inputs,
                          const std::vector<DeletionPtr>& deletions, const Committed& committed);
  /// Parts set aside since the start, wholly or for one damaged group.
  std::uint64_t parts_damaged() const { return parts_damaged_; }
  /// Drops parts wholly before `oldest`, then the oldest ones until the rest has at most
  /// `bytes_max` bytes (0: no limit). Returns how many.
  Result<std::size_t> retain(TimestampNs oldest, std::uint64_t bytes_max,
                             const Committed& committed);

 private:
  PartSet(platform::FileSystem& fs, std::filesystem::path directory, StreamTable& streams);
  Status load(bool read_only);
  std::vector<Result<PartPtr>> open_all();
  Status expect_no_parts() const;
  Status sweep() const;
  void set_aside(const PartSummary& part, const Error& error);
  Result<PartPtr> write_and_open(const std::string& partition, int zstd_level,
                                 const std::function<Result<bool>(PartWriter&)>& fill);
  void retire(const Part& part, bool is_damaged) const;
  void discard(const std::vector<std::string>& names) const;
  void discard_uncommitted(const std::vector<PartPtr>& added) const;
  Status commit(const std::vector<PartPtr>& added, const std::vector<PartPtr>& removed,
                const SealPoint* point, const Committed& committed);
  std::vector<PartPtr> choose_merge(bool all) const;

  platform::FileSystem& fs_;
  const std::filesystem::path directory_;
  StreamTable& streams_;
  mutable std::mutex mutex_;
  Manifest manifest_;
  std::vector<PartPtr> parts_;  // as manifest_.parts
  std::atomic<std::uint64_t> parts_damaged_ = 0;
  GroupEncoder seal_encoder_;  // of the sealing thread; keeps its memory
};

/// Partition of a part's name: `2026-11-21`, or `mixed` for rows of many rarely used days.
std::string partition_of(const std::string& part_name);

}  // namespace logpond::storage
