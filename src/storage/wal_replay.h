// Reads WAL segments back: whole frames to the caller, and what is missing told apart into torn
// (never acknowledged) and damaged (lost by the disk).
#pragma once

#include <cstdint>
#include <string>

#include "platform/file_system.h"
#include "storage/wal.h"
#include "storage/wal_frame.h"

namespace logpond::storage {

/// Frames of one group are numbered without gaps, and every frame says which sequence was durable
/// when its group was written. So a later group settles whether the one before it was acknowledged:
/// if it was, all its frames must be there.
///
/// Segments are read a few megabytes at a time, so memory is bounded by the largest frame.
///
/// Threads: one.
class WalReplay {
 public:
  /// `sealed`: what came up to it is durable elsewhere.
  WalReplay(WalSequence sealed, const Wal::Replay& replay, const Wal::Progress& progress,
            std::uint64_t bytes_total)
      : replay_(replay),
        progress_(progress),
        bytes_total_(bytes_total),
        sealed_(sealed.value),
        last_seen_(sealed.value),
        last_whole_(sealed.value) {}

  /// Segments come in ascending order. Errors: kIo, and those of the callback.
  Status read_segment(const platform::File& file, std::uint64_t file_bytes, WalSegment segment);
  /// After the last segment.
  const WalRecovery& finish();

  /// The last frame that was whole, or `sealed`.
  WalSequence last_whole() const { return {last_whole_}; }

 private:
  Result<std::string_view> peek(const platform::File& file, std::uint64_t at, std::size_t bytes);
  Result<std::string_view> peek_payload(const platform::File& file, std::uint64_t at,
                                        std::uint64_t bytes);
  Result<bool> look_behind_the_end(const platform::File& file, std::uint64_t end,
                                   WalSegment segment);
  Status take_frame(WalSegment segment, const WalFrameHeader& header, std::string_view payload);
  void settle_group(const WalFrameHeader& next);
  void report(std::uint64_t segment_bytes_done);

  const Wal::Replay& replay_;
  const Wal::Progress& progress_;
  const std::uint64_t bytes_total_;
  std::uint64_t bytes_before_ = 0;  // of segments read

  const std::uint64_t sealed_;
  std::uint64_t last_seen_;
  std::uint64_t last_of_segment_ = 0;
  std::uint64_t last_whole_;
  // The group that is being read.
  std::uint64_t group_begin_ = 0;  // 0: none yet
  std::uint64_t group_whole_ = 0;  // frames
  std::uint64_t group_torn_bytes_ = 0;
  WalRecovery recovery_;

  std::string buffer_;
  std::uint64_t buffer_at_ = 0;
  std::size_t buffer_bytes_ = 0;
};

}  // namespace logpond::storage
