#include "storage/row_table.h"

#include "codec/varint.h"
#include "storage/row_group.h"

namespace logpond::storage {
namespace {

using codec::put_bytes;
using codec::put_varint;

/// Fields of all rows, with room for a last record, and for groups made before there was a limit.
constexpr std::uint64_t kRowFieldsMax = 4 * kGroupFieldsMax;

tl::unexpected<Error> damaged(const char* what) {
  return fail(ErrorCode::kCorruption, std::string("row table is damaged: ") + what);
}

bool is_below(std::uint64_t value, std::size_t limit) {
  return value < limit;
}

Status read_fields(codec::Reader& reader, std::size_t message_shapes, RowTable& table) {
  for (std::uint64_t n = reader.varint(); n > 0 && reader.ok(); --n) {
    TableField field;
    field.name = reader.sized_bytes();
    const auto kind = reader.fixed<std::uint8_t>();
    const std::uint64_t shape = reader.varint();
    const bool is_kind =
        kind <= static_cast<std::uint8_t>(FieldKind::kJson) || kind == kLooseFieldTag;
    if (!is_kind || !is_below(shape, message_shapes)) return damaged("field");
    field.kind = static_cast<FieldKind>(kind);
    field.shape = static_cast<std::uint32_t>(shape);
    table.fields.push_back(std::move(field));
  }
  return {};
}

Status read_senders(codec::Reader& reader, std::size_t streams, RowTable& table) {
  for (std::uint64_t n = reader.varint(); n > 0 && reader.ok(); --n) {
    std::vector<std::uint32_t>& sender = table.senders.emplace_back();
    for (std::uint64_t m = reader.varint(); m > 0 && reader.ok(); --m) {
      const std::uint64_t stream = reader.varint();
      if (!is_below(stream, streams)) return damaged("stream");
      sender.push_back(static_cast<std::uint32_t>(stream));
    }
    if (sender.empty()) return damaged("sender");
  }
  return {};
}

Status read_kinds(codec::Reader& reader, RowTable& table) {
  for (std::uint64_t n = reader.varint(); n > 0 && reader.ok(); --n) {
    RowKind kind;
    const std::uint64_t sender = reader.varint();
    kind.severity = static_cast<Severity>(reader.fixed<std::uint8_t>());
    const std::uint64_t word = reader.varint();
    if (!is_below(sender, table.senders.size()) || !is_below(word, table.words.size())) {
      return damaged("kind of row");
    }
    kind.sender = static_cast<std::uint32_t>(sender);
    kind.word = static_cast<std::uint32_t>(word);
    for (std::uint64_t m = reader.varint(); m > 0 && reader.ok(); --m) {
      const std::uint64_t code = reader.varint();
      if (!is_below(code / 2, table.fields.size())) return damaged("field of a row");
      kind.fields.push_back({static_cast<std::uint32_t>(code / 2), (code & 1) != 0});
    }
    table.kinds.push_back(std::move(kind));
  }
  return {};
}

Status read_row_shapes(codec::Reader& reader, std::size_t message_shapes, std::uint64_t rows,
                       RowTable& table) {
  std::uint64_t sum = 0;
  std::uint64_t fields = 0;
  for (std::uint64_t n = reader.varint(); n > 0 && reader.ok(); --n) {
    const std::uint64_t shape = reader.varint();
    const std::uint64_t kind = reader.varint();
    const std::uint64_t count = reader.varint();
    if (!is_below(shape, message_shapes) || !is_below(kind, table.kinds.size()) || count > rows) {
      return damaged("row shape");
    }
    sum += count;
    fields += count * table.kinds[kind].fields.size();
    if (sum > rows || fields > kRowFieldsMax) return damaged("rows with their fields");
    table.shapes.push_back({static_cast<std::uint32_t>(shape), static_cast<std::uint32_t>(kind),
                            static_cast<std::uint32_t>(count)});
  }
  if (!reader.ok() || !reader.at_end() || sum != rows) return damaged("row shapes");
  return {};
}

}  // namespace

void encode_row_table(const RowTable& table, std::string& out) {
  put_varint(out, table.words.size());
  for (const std::string& word : table.words) put_bytes(out, word);
  put_varint(out, table.fields.size());
  for (const TableField& field : table.fields) {
    put_bytes(out, field.name);
    out.push_back(static_cast<char>(field.kind));
    put_varint(out, field.shape);
  }
  put_varint(out, table.senders.size());
  for (const auto& sender : table.senders) {
    put_varint(out, sender.size());
    for (const std::uint32_t stream : sender) put_varint(out, stream);
  }
  put_varint(out, table.kinds.size());
  for (const RowKind& kind : table.kinds) {
    put_varint(out, kind.sender);
    out.push_back(static_cast<char>(kind.severity));
    put_varint(out, kind.word);
    put_varint(out, kind.fields.size());
    for (const RowField& field : kind.fields)
      put_varint(out, field.field * 2U + (field.is_word ? 1 : 0));
  }
  put_varint(out, table.shapes.size());
  for (const RowShape& shape : table.shapes) {
    put_varint(out, shape.message_shape);
    put_varint(out, shape.kind);
    put_varint(out, shape.rows);
  }
}

Result<RowTable> decode_row_table(std::string_view bytes, std::size_t streams,
                                  std::size_t message_shapes, std::uint64_t rows) {
  codec::Reader reader(bytes);
  RowTable table;
  for (std::uint64_t n = reader.varint(); n > 0 && reader.ok(); --n) {
    table.words.emplace_back(reader.sized_bytes());
  }
  LOGPOND_CHECK_OK(read_fields(reader, message_shapes, table));
  LOGPOND_CHECK_OK(read_senders(reader, streams, table));
  LOGPOND_CHECK_OK(read_kinds(reader, table));
  LOGPOND_CHECK_OK(read_row_shapes(reader, message_shapes, rows, table));
  return table;
}

}  // namespace logpond::storage
