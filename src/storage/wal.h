// Write-ahead log: the first durable home of every accepted record.
// File layout: docs/formats/wal.md.  Tests: storage/tests/wal_test.cpp,
// storage/tests/power_cut_test.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/ids.h"
#include "core/result.h"
#include "platform/file_system.h"

namespace logpond::storage {

/// Place of a batch in the log. Grows by one per batch and is never reused.
struct WalSequence {
  std::uint64_t value = 0;
  auto operator<=>(const WalSequence&) const = default;
};

/// Number of a segment file. Grows, never reused.
struct WalSegment {
  std::uint64_t value = 0;
  auto operator<=>(const WalSegment&) const = default;
};

/// What replay found besides good frames.
struct WalRecovery {
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
  std::uint64_t torn_bytes = 0;  ///< Written but never acknowledged: the tail of the last segment.
  std::uint64_t damaged_frames =
      0;  ///< Acknowledged once and unreadable now; only a bad disk does that.
};

/// Appends frames to preallocated segment files and makes them durable.
///
/// Owns:      its segment files. Borrows `fs`, which must outlive it.
/// Threads:   write() and rotate() one at a time (the committer thread); the rest from any.
/// Invariant: when write() has succeeded its frames survive a power cut. A segment is synced before
///            its successor is created, so only the last one can have a torn tail.
class Wal {
 public:
  struct Options {
    std::filesystem::path directory;  ///< Made when absent.
    std::uint64_t segment_bytes = std::uint64_t{64}
                                  << 20;  ///< Preallocated; a larger frame gets a larger one.
    std::uint64_t segment_bytes_min = std::uint64_t{1}
                                      << 20;  ///< Tried when the disk is nearly full.
  };
  /// One batch to write. `bytes` begins with kFrameHeaderBytes of room that write() fills, then the
  /// payload.
  struct Frame {
    WalSequence sequence;
    RecordId first_id;
    std::uint64_t payload_checksum =
        0;  ///< codec::checksum of the payload, computed by the producer.
    std::span<char> bytes;
  };
  using Replay =
      std::function<Status(WalSegment, WalSequence, RecordId first_id, std::string_view payload)>;

  static constexpr std::size_t kFrameHeaderBytes = 40;

  /// Opens the log: segments before `floor` are removed, the frames of the others go to `replay`,
  /// oldest first. Never appends to an old segment: writing begins with a new one. With `read_only`
  /// nothing is changed on disk and write() is not allowed. Errors: kIo, and those of replay.
  static Result<std::unique_ptr<Wal>> open(platform::FileSystem& fs, Options options,
                                           WalSegment floor, bool read_only, const Replay& replay,
                                           WalRecovery& recovery);
  ~Wal();

  /// Writes a group of frames and syncs once.
  /// Errors: kNoSpace: nothing of the group counts, trying again later is fine.
  ///         kIo: the log can no longer be trusted to be durable; the caller must not write again.
  Status write(std::span<Frame> group);
  /// The next write() begins a new segment, whose number is returned: everything written before
  /// lies below it.
  WalSegment rotate();
  /// Removes the segments before `floor`; their batches must be durable elsewhere. Errors: kIo.
  Status remove_before(WalSegment floor);
  /// On disk, preallocated room included.
  std::uint64_t bytes() const;

 private:
  class Impl;
  explicit Wal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace logpond::storage
