// A part file made by hand, whose checksums are right whatever its blocks hold: for tests and fuzz
// targets of what reads them. Layout: docs/formats/part.md.
#pragma once

#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/checksum.h"
#include "codec/compression.h"
#include "codec/varint.h"
#include "core/labels.h"
#include "storage/group_encoder.h"
#include "storage/group_rows.h"
#include "storage/part.h"

namespace logpond::storage::testing {

/// One row group of the tenant `default` and three streams.
class HostilePart {
 public:
  explicit HostilePart(std::uint64_t rows) {
    group.rows = rows;
    group.time_max = kHour;
    group.id_max = rows;
    group.message_bytes = std::uint64_t{8} << 20;
    group.offset = file_.size();
    for (std::uint32_t stream = 0; stream < 3; ++stream) group.streams.push_back({stream, 1, 1});
  }

  void add_block(BlockKind kind, std::string_view raw, BlockCoding coding = BlockCoding::kRaw) {
    std::string stored(raw);
    if (coding == BlockCoding::kZstd) {
      stored.clear();
      codec::zstd_compress(raw, 1, stored);
    }
    group.blocks.push_back({kind, coding, file_.size() - group.offset, stored.size(), raw.size(),
                            codec::checksum(stored)});
    file_ += stored;
    group.bytes = file_.size() - group.offset;
  }

  /// The whole file.
  std::string bytes() const {
    const std::string footer = this->footer();
    std::string stored;
    codec::zstd_compress(footer, 1, stored);
    std::string out = file_ + stored;
    codec::put_fixed(out, static_cast<std::uint64_t>(file_.size()));
    codec::put_fixed(out, static_cast<std::uint64_t>(stored.size()));
    codec::put_fixed(out, static_cast<std::uint64_t>(footer.size()));
    codec::put_fixed(out, codec::checksum(stored));
    return out + "LPPEND02";
  }

  GroupMeta group;  ///< May be changed after the last block.

 private:
  std::string footer() const {
    std::string out;
    codec::put_varint(out, group.rows);
    codec::put_varint(out, group.message_bytes);
    codec::put_fixed(out, group.time_min);
    codec::put_fixed(out, group.time_max);
    codec::put_varint(out, group.id_min);
    codec::put_varint(out, group.id_max);
    codec::put_varint(out, 3);
    for (const Labels& labels :
         {Labels{{"app", "a"}}, Labels{{"app", "b"}}, Labels{{"app", "a"}, {"host", "x"}}}) {
      codec::put_bytes(out, "default");
      codec::put_bytes(out, labels.encode());
    }
    codec::put_varint(out, 1);
    put_group_meta(group, out);
    return out;
  }

  std::string file_ = "LPPART02";
};

/// Reads all rows with every column and packs them again, as merging does; says how many.
inline Result<std::size_t> repack(const std::shared_ptr<const Part>& part, const GroupMeta& group) {
  LOGPOND_TRY(const auto data, GroupData::open(part, group));
  const std::optional<std::vector<std::string>> every_field;
  GroupRows source(*data, Columns::kAll, every_field);
  std::vector<std::uint32_t> rows(group.rows);
  std::iota(rows.begin(), rows.end(), 0U);
  LOGPOND_TRY(const RecordBlock block, source.block(rows));
  GroupEncoder encoder(1);
  for (std::size_t row = 0; row < block.size; ++row) encoder.add(block, row);
  std::string bytes;
  (void)encoder.finish([](const StreamPtr&) { return 0U; }, bytes);
  return block.size;
}

}  // namespace logpond::storage::testing
