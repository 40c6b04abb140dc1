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

/// Number of a segment file. Grows, never reused (files are, see Wal).
struct WalSegment {
  std::uint64_t value = 0;
  auto operator<=>(const WalSegment&) const = default;
};

/// What replay found besides good frames.
struct WalRecovery {
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
  std::uint64_t torn_bytes = 0;  ///< Payloads torn by a crash before they were acknowledged.
  /// Acknowledged once and unreadable now, as far as can be known; only a bad disk does that.
  std::uint64_t damaged_frames = 0;
  /// The highest sequence on disk, of torn frames too: the next write() must have a higher one.
  WalSequence last_sequence;
};

/// Appends frames to preallocated segment files and makes them durable. Files that are no longer
/// needed are kept, a few, and become later segments under a new name: writing into room that the
/// file system has given before is faster than asking for more.
///
/// Owns:      its segment files. Borrows `fs`, which must outlive it.
/// Threads:   replay(), write() and rotate() one at a time (the committer thread); the rest from
///            any.
/// Invariant: when write() has succeeded its frames survive a power cut.
class Wal {
 public:
  struct Options {
    std::filesystem::path directory;  ///< Made when absent.
    std::uint64_t segment_bytes = std::uint64_t{64}
                                  << 20;  ///< Preallocated; a larger frame gets a larger one.
    std::uint64_t segment_bytes_min = std::uint64_t{1}
                                      << 20;  ///< Tried when the disk is nearly full.
    std::size_t spares_max = 4;  ///< Files kept for later segments; only those of segment_bytes.
    bool read_only = false;      ///< Nothing is changed on disk and write() is not allowed.
  };
  /// Where the store stands without the log.
  struct Start {
    WalSegment floor;    ///< Segments below are not needed.
    WalSequence sealed;  ///< Batches up to this one are not either.
  };
  /// One batch to write. `front` begins with kFrameHeaderBytes of room that write() fills; the
  /// payload is what follows there, and then `tail`, written from where it lies.
  struct Frame {
    WalSequence sequence;
    RecordId first_id;
    std::uint64_t payload_checksum = 0;  ///< Of both, computed by the producer.
    std::span<char> front;
    std::string_view tail;
  };
  using Replay =
      std::function<Status(WalSegment, WalSequence, RecordId first_id, std::string_view payload)>;
  /// How many bytes of the segments on disk are read. Called often: must be quick.
  using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

  static constexpr std::size_t kFrameHeaderBytes = 64;

  static std::uint64_t payload_checksum(std::string_view front, std::string_view tail);

  /// Opens the log. Writing always begins with a new segment. Errors: kIo.
  static Result<std::unique_ptr<Wal>> open(platform::FileSystem& fs, Options options, Start start);
  ~Wal();

  /// Once, before the first write(): hands every frame behind `start` to `replay`, oldest first.
  /// Errors: kIo, and those of `replay`.
  Result<WalRecovery> replay(const Replay& replay, const Progress& progress = {});

  /// Writes a group of frames, numbered without gaps, and syncs once.
  /// Errors: kNoSpace: nothing of the group counts, trying again later is fine.
  ///         kIo: the log can no longer be trusted to be durable; the caller must not write again.
  Status write(std::span<Frame> group);
  /// The next write() begins a new segment, whose number is returned: everything written before
  /// lies below it.
  WalSegment rotate();
  /// Frees the segments before `floor`; their batches must be durable elsewhere. Errors: kIo.
  Status remove_before(WalSegment floor);
  /// Gives the files kept for later segments back to a disk that is full. Errors: kIo.
  Status remove_spares();
  /// On disk, preallocated room and spares included.
  std::uint64_t bytes() const;
  /// Of which kept for later segments.
  std::uint64_t spare_bytes() const;

 private:
  class Impl;
  explicit Wal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace logpond::storage
