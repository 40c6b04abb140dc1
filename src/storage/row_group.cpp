#include "storage/row_group.h"

#include <algorithm>
#include <numeric>

#include "codec/checksum.h"
#include "codec/compression.h"
#include "codec/varint.h"
#include "storage/block_buffer.h"

namespace logpond::storage {
namespace {

using codec::put_bytes;
using codec::put_fixed;
using codec::put_varint;

constexpr DurationNs kMicrosecond = 1'000;

tl::unexpected<Error> damaged(const char* what) {
  return fail(ErrorCode::kCorruption, std::string("column of ") + what + " is damaged");
}

/// Two's complement difference: right even where the plain one would overflow.
std::int64_t wrap_sub(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t wrap_add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

/// Up to `count` varints one after the other.
class VarintText {
 public:
  explicit VarintText(std::size_t count)
      : begin_(room_.make(count * codec::kVarintBytesMax).data()), at_(begin_) {}
  void put(std::uint64_t value) { at_ = codec::write_varint(at_, value); }
  std::string text() const { return std::string(begin_, at_); }

 private:
  BlockBuffer room_;
  char* begin_;
  char* at_;
};

/// Base, then one zig-zag delta a row after the first. Runs of one value or of consecutive ids cost
/// a byte a row here and next to nothing after zstd.
template <typename T>
std::string encode_deltas(const std::vector<T>& values) {
  VarintText numbers(values.size());
  std::int64_t before = 0;
  for (const T value : values) {
    const auto now = static_cast<std::int64_t>(value);
    numbers.put(codec::zigzag(wrap_sub(now, before)));
    before = now;
  }
  return numbers.text();
}

template <std::int64_t kUnit>
bool all_are_whole(const std::vector<TimestampNs>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](TimestampNs value) { return value % kUnit == 0; });
}

template <std::int64_t kUnit>
std::string encode_in_units(const std::vector<TimestampNs>& values) {
  VarintText numbers(values.size() + 1);
  numbers.put(static_cast<std::uint64_t>(kUnit));
  std::int64_t before = 0;
  for (const TimestampNs value : values) {
    const std::int64_t now = value / kUnit;
    numbers.put(codec::zigzag(wrap_sub(now, before)));
    before = now;
  }
  return numbers.text();
}

/// Unit, then deltas in it: senders write milliseconds or seconds, and nanoseconds of those cost
/// four times the bytes here and twice after zstd.
std::string encode_timestamps(const std::vector<TimestampNs>& values) {
  if (all_are_whole<kSecond>(values)) return encode_in_units<kSecond>(values);
  if (all_are_whole<kMillisecond>(values)) return encode_in_units<kMillisecond>(values);
  if (all_are_whole<kMicrosecond>(values)) return encode_in_units<kMicrosecond>(values);
  return encode_in_units<1>(values);
}

template <unsigned kWidth>
void write_indexes(const std::vector<std::uint32_t>& values, char* at) {
  for (const std::uint32_t value : values) {
    for (unsigned i = 0; i < kWidth; ++i) *at++ = static_cast<char>(value >> (8 * i));
  }
}

/// Width byte, then fixed-width integers: the narrowest that hold `limit - 1`.
std::string encode_indexes(const std::vector<std::uint32_t>& values, std::size_t limit) {
  const unsigned width = limit <= 256 ? 1 : limit <= 65536 ? 2 : 4;
  std::string raw(1 + values.size() * width, '\0');
  raw.front() = static_cast<char>(width);
  if (width == 1) write_indexes<1>(values, raw.data() + 1);
  if (width == 2) write_indexes<2>(values, raw.data() + 1);
  if (width == 4) write_indexes<4>(values, raw.data() + 1);
  return raw;
}

std::string encode_sizes(const std::vector<std::uint32_t>& ends) {
  VarintText numbers(ends.size());
  std::uint32_t before = 0;
  for (const std::uint32_t end : ends) {
    numbers.put(end - before);
    before = end;
  }
  return numbers.text();
}

std::string encode_severity_texts(const RowBuffer& rows) {
  std::string raw;
  put_varint(raw, rows.severity_texts.size());
  for (const std::string& word : rows.severity_texts) put_bytes(raw, word);
  return raw + encode_indexes(rows.severity_text_indexes, rows.severity_texts.size());
}

/// Which rows, kinds, sizes, then the text, so that like stands by like.
std::string encode_field_column(const FieldColumn& column, std::size_t rows) {
  std::string raw;
  const bool is_dense = column.rows.size() == rows;
  put_varint(raw, column.rows.size());
  raw.push_back(is_dense ? 1 : 0);
  if (!is_dense) {
    std::uint32_t before = 0;
    for (const std::uint32_t row : column.rows) {
      put_varint(raw, row - before);
      before = row;
    }
  }
  const bool is_one_kind =
      std::equal(column.kinds.begin() + 1, column.kinds.end(), column.kinds.begin());
  raw.push_back(is_one_kind ? 1 : 0);
  for (std::size_t i = 0; i < (is_one_kind ? 1 : column.kinds.size()); ++i) {
    raw.push_back(static_cast<char>(column.kinds[i]));
  }
  raw.append(encode_sizes(column.ends));
  raw.append(column.bytes);
  return raw;
}

std::string encode_loose_fields(const std::vector<LooseField>& fields) {
  std::string raw;
  put_varint(raw, fields.size());
  for (const LooseField& field : fields) {
    put_varint(raw, field.row);
    raw.push_back(static_cast<char>(field.kind));
    put_bytes(raw, field.name);
    put_bytes(raw, field.value);
  }
  return raw;
}

/// Collects the blocks of one group.
class BlockWriter {
 public:
  BlockWriter(GroupMeta& meta, int zstd_level, std::string& out)
      : meta_(meta), level_(zstd_level), out_(out) {}

  void put(ColumnKind kind, std::string_view raw, std::string name = {}) {
    BlockMeta block;
    block.kind = kind;
    block.name = std::move(name);
    block.offset = out_.size() - meta_.offset;
    block.raw_bytes = raw.size();
    const std::span<char> room = packed_.make(codec::zstd_bound(raw.size()));
    const std::string_view frame(room.data(), codec::zstd_compress_into(raw, level_, room));
    block.coding = frame.size() < raw.size() ? BlockCoding::kZstd : BlockCoding::kRaw;
    const std::string_view stored = block.coding == BlockCoding::kZstd ? frame : raw;
    block.stored_bytes = stored.size();
    block.checksum = codec::checksum(stored);
    out_.append(stored);
    meta_.blocks.push_back(std::move(block));
  }

 private:
  GroupMeta& meta_;
  const int level_;
  std::string& out_;
  BlockBuffer packed_;
};

std::vector<GroupStream> count_streams(
    const RowBuffer& rows, const std::function<std::uint32_t(const StreamPtr&)>& part_stream) {
  std::vector<GroupStream> streams(rows.streams.size());
  for (std::size_t i = 0; i < streams.size(); ++i) streams[i].stream = part_stream(rows.streams[i]);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    GroupStream& stream = streams[rows.stream_indexes[row]];
    ++stream.rows;
    stream.message_bytes += rows.message(row).size();
  }
  return streams;
}

/// Sizes up to the end of `reader`'s bytes become ends; the texts are what follows. False when they
/// do not fill it exactly.
bool read_values(codec::Reader& reader, std::size_t count, FieldColumnView& view) {
  view.ends.resize(count);
  std::uint64_t end = 0;
  for (std::uint32_t& value_end : view.ends) {
    const std::uint64_t size = reader.varint();
    if (size > reader.rest().size()) return false;
    end += size;
    value_end = static_cast<std::uint32_t>(end);  // the last one is checked, none is larger
  }
  view.text = reader.rest();
  return reader.ok() && end == view.text.size();
}

}  // namespace

const BlockMeta* GroupMeta::find(ColumnKind kind, std::string_view name) const {
  const auto at = std::find_if(blocks.begin(), blocks.end(), [&](const BlockMeta& block) {
    return block.kind == kind && block.name == name;
  });
  return at == blocks.end() ? nullptr : &*at;
}

GroupMeta encode_group(const RowBuffer& rows, int zstd_level,
                       const std::function<std::uint32_t(const StreamPtr&)>& part_stream,
                       std::string& out) {
  GroupMeta meta;
  meta.rows = rows.size();
  meta.offset = out.size();
  const auto [time_min, time_max] =
      std::minmax_element(rows.timestamps.begin(), rows.timestamps.end());
  const auto [id_min, id_max] = std::minmax_element(rows.ids.begin(), rows.ids.end());
  meta.time_min = *time_min;
  meta.time_max = *time_max;
  meta.id_min = *id_min;
  meta.id_max = *id_max;
  meta.message_bytes = rows.messages.size();
  meta.streams = count_streams(rows, part_stream);

  BlockWriter writer(meta, zstd_level, out);
  writer.put(ColumnKind::kIds, encode_deltas(rows.ids));
  writer.put(ColumnKind::kTimestampsInUnits, encode_timestamps(rows.timestamps));
  writer.put(ColumnKind::kReceived, encode_deltas(rows.received));
  if (rows.streams.size() > 1) {
    writer.put(ColumnKind::kStreams, encode_indexes(rows.stream_indexes, rows.streams.size()));
  }
  writer.put(ColumnKind::kSeverities,
             {reinterpret_cast<const char*>(rows.severities.data()), rows.severities.size()});
  writer.put(ColumnKind::kSeverityTexts, encode_severity_texts(rows));
  writer.put(ColumnKind::kMessageSizes, encode_sizes(rows.message_ends));
  writer.put(ColumnKind::kMessages, rows.messages);
  for (const auto& [name, column] : rows.fields) {
    writer.put(ColumnKind::kField, encode_field_column(column, rows.size()), name);
  }
  if (!rows.loose_fields.empty())
    writer.put(ColumnKind::kLooseFields, encode_loose_fields(rows.loose_fields));
  meta.bytes = out.size() - meta.offset;
  return meta;
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
  for (const GroupStream& stream : meta.streams) {
    put_varint(out, stream.stream);
    put_varint(out, stream.rows);
    put_varint(out, stream.message_bytes);
  }
  put_varint(out, meta.blocks.size());
  for (const BlockMeta& block : meta.blocks) {
    out.push_back(static_cast<char>(block.kind));
    put_bytes(out, block.name);
    out.push_back(static_cast<char>(block.coding));
    put_varint(out, block.offset);
    put_varint(out, block.stored_bytes);
    put_varint(out, block.raw_bytes);
    put_fixed(out, block.checksum);
  }
}

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
  for (std::uint64_t n = reader.varint(); n > 0 && reader.ok(); --n) {
    GroupStream stream;
    stream.stream = static_cast<std::uint32_t>(reader.varint());
    stream.rows = reader.varint();
    stream.message_bytes = reader.varint();
    meta.streams.push_back(stream);
  }
  for (std::uint64_t n = reader.varint(); n > 0 && reader.ok(); --n) {
    BlockMeta block;
    block.kind = static_cast<ColumnKind>(reader.fixed<std::uint8_t>());
    block.name = reader.sized_bytes();
    block.coding = static_cast<BlockCoding>(reader.fixed<std::uint8_t>());
    block.offset = reader.varint();
    block.stored_bytes = reader.varint();
    block.raw_bytes = reader.varint();
    block.checksum = reader.fixed<std::uint64_t>();
    const bool is_inside =
        block.offset <= meta.bytes && block.stored_bytes <= meta.bytes - block.offset;
    if (!is_inside || block.raw_bytes > UINT32_MAX || block.coding > BlockCoding::kZstd) {
      return fail(ErrorCode::kCorruption, "row group header is damaged");
    }
    meta.blocks.push_back(std::move(block));
  }
  if (!reader.ok() || meta.rows == 0 || meta.rows > kGroupRowsMax || meta.streams.empty()) {
    return fail(ErrorCode::kCorruption, "row group header is damaged");
  }
  bytes = reader.rest();
  return meta;
}

Status decode_deltas(std::string_view raw, std::size_t rows, std::vector<std::int64_t>& out) {
  codec::Reader reader(raw);
  out.resize(rows);
  std::int64_t before = 0;
  for (std::int64_t& value : out) {
    before = wrap_add(before, codec::unzigzag(reader.varint()));
    value = before;
  }
  if (!reader.ok() || !reader.at_end()) return damaged("deltas");
  return {};
}

Status decode_timestamps(std::string_view raw, std::size_t rows, std::vector<TimestampNs>& out) {
  codec::Reader reader(raw);
  const std::uint64_t unit = reader.varint();
  if (unit != kSecond && unit != kMillisecond && unit != kMicrosecond && unit != 1)
    return damaged("timestamps");
  LOGPOND_CHECK_OK(decode_deltas(reader.rest(), rows, out));
  for (TimestampNs& value : out) {
    value = static_cast<TimestampNs>(static_cast<std::uint64_t>(value) * unit);
  }
  return {};
}

Status decode_indexes(std::string_view raw, std::size_t rows, std::size_t limit,
                      std::vector<std::uint32_t>& out) {
  const std::size_t width = raw.empty() ? 0 : static_cast<unsigned char>(raw.front());
  if ((width != 1 && width != 2 && width != 4) || raw.size() != 1 + rows * width)
    return damaged("indexes");
  out.resize(rows);
  const auto* at = reinterpret_cast<const unsigned char*>(raw.data()) + 1;
  std::uint32_t highest = 0;
  for (std::uint32_t& value : out) {
    value = at[0];
    if (width >= 2) value |= static_cast<std::uint32_t>(at[1]) << 8;
    if (width == 4)
      value |= static_cast<std::uint32_t>(at[2]) << 16 | static_cast<std::uint32_t>(at[3]) << 24;
    highest = std::max(highest, value);
    at += width;
  }
  if (rows > 0 && highest >= limit) return damaged("indexes");
  return {};
}

Status decode_sizes(std::string_view raw, std::size_t rows, std::uint64_t total,
                    std::vector<std::uint32_t>& ends) {
  codec::Reader reader(raw);
  ends.resize(rows);
  std::uint64_t end = 0;
  for (std::uint32_t& value : ends) {
    const std::uint64_t size = reader.varint();
    if (size > total || end + size > total) return damaged("sizes");
    end += size;
    value = static_cast<std::uint32_t>(end);
  }
  if (!reader.ok() || !reader.at_end() || end != total) return damaged("sizes");
  return {};
}

Result<SeverityTexts> decode_severity_texts(std::string_view raw, std::size_t rows) {
  codec::Reader reader(raw);
  SeverityTexts texts;
  for (std::uint64_t n = reader.varint(); n > 0 && reader.ok(); --n)
    texts.words.push_back(reader.sized_bytes());
  if (!reader.ok()) return damaged("severity texts");
  LOGPOND_CHECK_OK(decode_indexes(reader.rest(), rows, texts.words.size(), texts.indexes));
  return texts;
}

Result<FieldColumnView> decode_field_column(std::string_view raw, std::size_t rows) {
  codec::Reader reader(raw);
  FieldColumnView view;
  const std::uint64_t count = reader.varint();
  const bool is_dense = reader.fixed<std::uint8_t>() != 0;
  if (!reader.ok() || count == 0 || count > rows || (is_dense && count != rows))
    return damaged("a field");
  view.rows.resize(count);
  if (is_dense) {
    std::iota(view.rows.begin(), view.rows.end(), 0U);
  } else {
    std::uint64_t row = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t step = reader.varint();
      if (step >= rows || (i > 0 && step == 0)) return damaged("a field");
      row += step;
      if (row >= rows) return damaged("a field");
      view.rows[i] = static_cast<std::uint32_t>(row);
    }
  }
  const bool is_one_kind = reader.fixed<std::uint8_t>() != 0;
  view.kinds = reader.bytes(is_one_kind ? 1 : count);
  const auto is_bad = [](char kind) {
    return static_cast<unsigned char>(kind) > static_cast<unsigned char>(FieldKind::kJson);
  };
  if (!reader.ok() || std::any_of(view.kinds.begin(), view.kinds.end(), is_bad))
    return damaged("a field");
  if (!read_values(reader, count, view)) return damaged("a field");
  return view;
}

Result<std::vector<LooseFieldView>> decode_loose_fields(std::string_view raw, std::size_t rows) {
  codec::Reader reader(raw);
  std::vector<LooseFieldView> fields;
  std::uint32_t before = 0;
  for (std::uint64_t n = reader.varint(); n > 0 && reader.ok(); --n) {
    LooseFieldView loose;
    const std::uint64_t row = reader.varint();
    const auto kind = reader.fixed<std::uint8_t>();
    loose.field.name = reader.sized_bytes();
    loose.field.value = reader.sized_bytes();
    if (row >= rows || row < before || kind > static_cast<std::uint8_t>(FieldKind::kJson)) {
      return damaged("loose fields");
    }
    loose.row = before = static_cast<std::uint32_t>(row);
    loose.field.kind = static_cast<FieldKind>(kind);
    fields.push_back(loose);
  }
  if (!reader.ok() || !reader.at_end()) return damaged("loose fields");
  return fields;
}

}  // namespace logpond::storage
