// The bytes of WAL segments: names, headers, checksums. Layout: docs/formats/wal.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/wal.h"

namespace logpond::storage {

inline constexpr std::size_t kWalSegmentHeaderBytes = 24;

/// `000000000000000a.wal`.
std::string wal_segment_name(WalSegment segment);
std::optional<WalSegment> parse_wal_segment_name(std::string_view name);
/// First bytes of a segment file.
std::string wal_segment_header(WalSegment segment);

/// What stands before each payload.
struct WalFrameHeader {
  std::uint32_t payload_bytes = 0;
  std::uint32_t tail_bytes = 0;      ///< Last part of the payload, see Wal::payload_checksum.
  bool is_first_of_session = false;  ///< In the first group since the log was opened.
  std::uint64_t sequence = 0;
  std::uint64_t group_begin = 0;  ///< Sequence of the first frame of its group.
  std::uint64_t durable = 0;      ///< Last sequence known to be durable when the group was written.
  std::uint64_t first_id = 0;
  std::uint64_t payload_checksum = 0;
};

/// Writes Wal::kFrameHeaderBytes. The header's checksum is seeded with the segment: a frame left in
/// a recycled or copied file is not taken for one of its.
void put_wal_frame_header(const WalFrameHeader& header, WalSegment segment, char* into);
/// Nothing when `bytes` does not begin with a header of this segment.
std::optional<WalFrameHeader> read_wal_frame_header(std::string_view bytes, WalSegment segment);
/// First four bytes of every frame.
std::string_view wal_frame_magic();

}  // namespace logpond::storage
