// The header of a row group: what a part's footer says of about 256k rows.
// Layout: docs/formats/part.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/limits.h"
#include "core/result.h"
#include "core/time.h"

namespace logpond::storage {

/// Rows of a full group. 64k rows cost about 4 % more bytes, more rows cost memory while sealing.
inline constexpr std::size_t kGroupRowsFull = 256 * 1024;
/// Message bytes after which a group ends early, so that long lines do not make huge groups.
inline constexpr std::size_t kGroupMessageBytesMax = std::size_t{48} << 20;
/// Memory of a group being built after which it ends early: lines made of many short values.
inline constexpr std::size_t kGroupMemoryMax = std::size_t{192} << 20;
/// Fields after which a group ends early. Values take memory, which ends it sooner; those that are
/// the row's severity text take none, but each is handed out all the same.
inline constexpr std::uint64_t kGroupFieldsMax = std::uint64_t{1} << 23;
/// Groups with fewer rows and bytes than half of that are undersized: merging joins them.
inline constexpr std::size_t kGroupRowsUndersized = kGroupRowsFull / 2;
/// No group has more: a full one takes what is left behind it when that would be undersized.
inline constexpr std::size_t kGroupRowsMax = kGroupRowsFull + kGroupRowsUndersized;

/// What a block holds. Stored on disk: never renumber.
enum class BlockKind : std::uint8_t {
  kIds = 1,
  kTimestamps = 2,
  kReceived = 3,
  kRowTable = 4,      ///< What rows have in common; see row_table.h.
  kRowShapes = 5,     ///< Each row's place in the row table.
  kStreamPlaces = 6,  ///< Each row's place among the streams of its sender.
  kDirectory = 7,     ///< Shapes, lanes, places of columns; see message/directory.h.
  kPage = 8,          ///< Columns of messages and fields; several, in order.
  kFilter = 9,        ///< Fuse filter of ids; absent where a group has few.
};

/// How a block's bytes are stored. Stored on disk: never renumber.
enum class BlockCoding : std::uint8_t { kRaw = 0, kZstd = 1 };

/// No block is larger: a group ends at kGroupMemoryMax (merging once joined two of them), and one
/// record more is no larger than a batch. What says so is damage, not a reason to take memory.
inline constexpr std::uint64_t kBlockBytesMax = 2 * kGroupMemoryMax + kBatchBytesMax;

/// Where a block lies. Offsets count from the start of the group.
struct BlockMeta {
  BlockKind kind = BlockKind::kIds;
  BlockCoding coding = BlockCoding::kRaw;
  std::uint64_t offset = 0;
  std::uint64_t stored_bytes = 0;
  std::uint64_t raw_bytes = 0;
  std::uint64_t checksum = 0;  ///< Of the stored bytes.
};

/// Rows and message bytes of one stream in a group.
struct GroupStream {
  std::uint32_t stream = 0;  ///< Index into the part's streams.
  std::uint64_t rows = 0;
  std::uint64_t message_bytes = 0;
};

/// Enough to skip a group, and to answer counts, without reading a block.
struct GroupMeta {
  std::uint64_t rows = 0;
  TimestampNs time_min = 0;
  TimestampNs time_max = 0;  ///< Inclusive.
  std::uint64_t id_min = 0;
  std::uint64_t id_max = 0;
  std::uint64_t message_bytes = 0;
  std::uint64_t offset = 0;  ///< Of the group in its file.
  std::uint64_t bytes = 0;
  std::vector<GroupStream> streams;
  std::vector<BlockMeta> blocks;

  /// The first block of a kind; null without one.
  const BlockMeta* find(BlockKind kind) const;
};

void put_group_meta(const GroupMeta& meta, std::string& out);
/// Errors: kCorruption.
Result<GroupMeta> read_group_meta(std::string_view& bytes);

}  // namespace logpond::storage
