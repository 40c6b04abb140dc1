// A row group on disk: about 256k rows, one compressed and checksummed block a column.
// Layout: docs/formats/part.md.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "storage/row_buffer.h"

namespace logpond::storage {

/// Rows of a full group. 64k rows cost about 4 % more bytes, more rows cost memory while sealing.
inline constexpr std::size_t kGroupRowsFull = 256 * 1024;
/// Message bytes after which a group ends early, so that long lines do not make huge blocks.
inline constexpr std::size_t kGroupMessageBytesMax = std::size_t{128} << 20;
/// Groups with fewer rows and bytes than half of that are undersized: merging joins them.
inline constexpr std::size_t kGroupRowsUndersized = kGroupRowsFull / 2;
/// No group has more: a full one takes what is left behind it when that would be undersized.
inline constexpr std::size_t kGroupRowsMax = kGroupRowsFull + kGroupRowsUndersized;

/// What a block holds. Stored on disk: never renumber.
enum class ColumnKind : std::uint8_t {
  kIds = 1,
  kTimestamps = 2,
  kReceived = 3,
  kStreams = 4,
  kSeverities = 5,
  kSeverityTexts = 6,
  kMessageSizes = 7,
  kMessages = 8,
  kField = 9,  ///< Named: one a field.
  kLooseFields = 10,
  kTimestampsInUnits = 11,  ///< Written in place of kTimestamps.
};

/// How a block's bytes are stored. Stored on disk: never renumber.
enum class BlockCoding : std::uint8_t { kRaw = 0, kZstd = 1 };

/// Where a column's block lies. Offsets count from the start of the group.
struct BlockMeta {
  ColumnKind kind = ColumnKind::kIds;
  std::string name;  ///< Of a kField column.
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

/// The header of a group: enough to skip it, and to answer counts, without reading a block.
struct GroupMeta {
  std::uint64_t rows = 0;
  TimestampNs time_min = 0;
  TimestampNs time_max = 0;  ///< Inclusive.
  std::uint64_t id_min = 0;
  std::uint64_t id_max = 0;
  std::uint64_t message_bytes = 0;
  std::uint64_t offset = 0;  ///< Of the group in its file.
  std::uint64_t bytes = 0;
  std::vector<GroupStream> streams;  ///< The stream column's values are places in this list.
  std::vector<BlockMeta> blocks;

  const BlockMeta* find(ColumnKind kind, std::string_view name = {}) const;
};

/// Appends the blocks of `rows` to `out` and describes them; offsets of the group count from the
/// start of `out`. `part_stream` gives a stream's index in the part.
GroupMeta encode_group(const RowBuffer& rows, int zstd_level,
                       const std::function<std::uint32_t(const StreamPtr&)>& part_stream,
                       std::string& out);

void put_group_meta(const GroupMeta& meta, std::string& out);
/// Errors: kCorruption.
Result<GroupMeta> read_group_meta(std::string_view& bytes);

// ---- Decoding of column blocks. Input is the block's raw bytes; nothing is trusted.
// -------------------
/// `base + delta...` columns: timestamps, received, ids. Errors: kCorruption.
Status decode_deltas(std::string_view raw, std::size_t rows, std::vector<std::int64_t>& out);
/// A unit of time, then deltas in it. Errors: kCorruption.
Status decode_timestamps(std::string_view raw, std::size_t rows, std::vector<TimestampNs>& out);
/// Little-endian integers of one, two or four bytes, every value below `limit`. Errors:
/// kCorruption.
Status decode_indexes(std::string_view raw, std::size_t rows, std::size_t limit,
                      std::vector<std::uint32_t>& out);
/// Sizes become ends; the last end must be `total`. Errors: kCorruption.
Status decode_sizes(std::string_view raw, std::size_t rows, std::uint64_t total,
                    std::vector<std::uint32_t>& ends);
struct SeverityTexts {
  std::vector<std::string_view> words;  ///< Point into the raw block.
  std::vector<std::uint32_t> indexes;
};
Result<SeverityTexts> decode_severity_texts(std::string_view raw, std::size_t rows);
/// A field column; texts point into the raw block.
struct FieldColumnView {
  std::vector<std::uint32_t> rows;  ///< Ascending.
  std::vector<std::uint32_t> ends;  ///< Of each value in `text`.
  std::string_view text;
  std::string_view kinds;  ///< One a value, or one for all.

  std::size_t size() const { return rows.size(); }
  std::string_view value(std::size_t i) const {
    const std::uint32_t begin = i == 0 ? 0 : ends[i - 1];
    return text.substr(begin, ends[i] - begin);
  }
  FieldKind kind(std::size_t i) const {
    return static_cast<FieldKind>(kinds[kinds.size() == 1 ? 0 : i]);
  }
};
Result<FieldColumnView> decode_field_column(std::string_view raw, std::size_t rows);
struct LooseFieldView {
  std::uint32_t row = 0;
  FieldView field;
};
Result<std::vector<LooseFieldView>> decode_loose_fields(std::string_view raw, std::size_t rows);

}  // namespace logpond::storage
