#include "storage/row_group.h"

#include <algorithm>

#include "codec/varint.h"

namespace logpond::storage {

using codec::put_fixed;
using codec::put_varint;

const BlockMeta* GroupMeta::find(BlockKind kind) const {
  const auto at = std::find_if(blocks.begin(), blocks.end(),
                               [&](const BlockMeta& block) { return block.kind == kind; });
  return at == blocks.end() ? nullptr : &*at;
}

void put_group_meta(const GroupMeta& meta, std::string& out) {
  put_varint(out, meta.rows);
  put_fixed(out, meta.time_min);
  put_fixed(out, meta.time_max);
  put_varint(out, meta.id_min);
  put_varint(out, meta.id_max);
  put_varint(out, meta.message_bytes);
  put_varint(out, meta.offset);
  put_varint(out, meta.bytes);
  put_varint(out, meta.streams.size());
  std::int64_t before = 0;
  for (const GroupStream& stream : meta.streams) {
    put_varint(out, codec::zigzag(static_cast<std::int64_t>(stream.stream) - before));
    put_varint(out, stream.rows);
    put_varint(out, stream.message_bytes);
    before = stream.stream;
  }
  put_varint(out, meta.blocks.size());
  for (const BlockMeta& block : meta.blocks) {
    out.push_back(static_cast<char>(block.kind));
    out.push_back(static_cast<char>(block.coding));
    put_varint(out, block.stored_bytes);  // blocks follow each other: offsets are sums
    put_varint(out, block.raw_bytes);
    put_fixed(out, block.checksum);
  }
}

namespace {

tl::unexpected<Error> damaged() {
  return fail(ErrorCode::kCorruption, "row group header is damaged");
}

bool read_blocks(codec::Reader& reader, GroupMeta& meta) {
  std::uint64_t offset = 0;
  for (std::uint64_t n = reader.varint(); n > 0 && reader.ok(); --n) {
    BlockMeta block;
    block.kind = static_cast<BlockKind>(reader.fixed<std::uint8_t>());
    block.coding = static_cast<BlockCoding>(reader.fixed<std::uint8_t>());
    block.offset = offset;
    block.stored_bytes = reader.varint();
    block.raw_bytes = reader.varint();
    block.checksum = reader.fixed<std::uint64_t>();
    if (block.stored_bytes > meta.bytes - offset || block.stored_bytes > kBlockBytesMax ||
        block.raw_bytes > kBlockBytesMax || block.coding > BlockCoding::kZstd) {
      return false;
    }
    offset += block.stored_bytes;
    meta.blocks.push_back(block);
  }
  return reader.ok();
}

}  // namespace

Result<GroupMeta> read_group_meta(std::string_view& bytes) {
  codec::Reader reader(bytes);
  GroupMeta meta;
  meta.rows = reader.varint();
  meta.time_min = reader.fixed<TimestampNs>();
  meta.time_max = reader.fixed<TimestampNs>();
  meta.id_min = reader.varint();
  meta.id_max = reader.varint();
  meta.message_bytes = reader.varint();
  meta.offset = reader.varint();
  meta.bytes = reader.varint();
  std::int64_t before = 0;
  for (std::uint64_t n = reader.varint(); n > 0 && reader.ok(); --n) {
    GroupStream stream;
    before =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(before) +
                                  static_cast<std::uint64_t>(codec::unzigzag(reader.varint())));
    if (before < 0 || before > UINT32_MAX) return damaged();
    stream.stream = static_cast<std::uint32_t>(before);
    stream.rows = reader.varint();
    stream.message_bytes = reader.varint();
    meta.streams.push_back(stream);
  }
  if (!read_blocks(reader, meta) || meta.message_bytes > kBlockBytesMax || meta.rows == 0 ||
      meta.rows > kGroupRowsMax || meta.streams.empty()) {
    return damaged();
  }
  bytes = reader.rest();
  return meta;
}

}  // namespace logpond::storage
