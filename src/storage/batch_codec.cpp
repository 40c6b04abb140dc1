#include "storage/batch_codec.h"

#include "codec/varint.h"
#include "core/limits.h"

namespace logpond::storage {
namespace {

using codec::put_bytes;
using codec::put_varint;

/// Version of the payload layout. Never reuse a number.
constexpr std::uint8_t kBatchVersion = 1;

tl::unexpected<Error> damaged() {
  return fail(ErrorCode::kCorruption, "batch payload is damaged");
}

void encode_record(const RecordBatch& batch, std::size_t i, TimestampNs before, std::string& out) {
  put_varint(
      out, codec::zigzag(static_cast<std::int64_t>(static_cast<std::uint64_t>(batch.timestamp(i)) -
                                                   static_cast<std::uint64_t>(before))));
  put_varint(out, batch.stream(i));
  out.push_back(static_cast<char>(batch.severity(i)));
  put_bytes(out, batch.severity_text(i));
  put_bytes(out, batch.message(i));
  const auto fields = batch.fields(i);
  put_varint(out, fields.size());
  for (const RecordBatch::Field& f : fields) {
    put_varint(out, f.name);
    out.push_back(static_cast<char>(f.kind));
    put_bytes(out, batch.text(f.value));
  }
}

bool decode_record(codec::Reader& reader, const std::vector<std::string_view>& names,
                   std::size_t streams, TimestampNs& before, RecordBatch& batch) {
  RecordBatch::Record record;
  record.timestamp =
      static_cast<TimestampNs>(static_cast<std::uint64_t>(before) +
                               static_cast<std::uint64_t>(codec::unzigzag(reader.varint())));
  before = record.timestamp;
  const std::uint64_t stream = reader.varint();
  record.severity = static_cast<Severity>(reader.fixed<std::uint8_t>());
  record.severity_text = reader.sized_bytes();
  record.message = reader.sized_bytes();
  const std::uint64_t fields = reader.varint();
  for (std::uint64_t f = 0; f < fields && reader.ok(); ++f) {
    const std::uint64_t name = reader.varint();
    const auto kind = reader.fixed<std::uint8_t>();
    const std::string_view value = reader.sized_bytes();
    if (!reader.ok() || name >= names.size() || kind > static_cast<std::uint8_t>(FieldKind::kJson))
      return false;
    batch.add_field(names[name], value, static_cast<FieldKind>(kind));
  }
  if (!reader.ok() || stream >= streams) return false;
  record.stream = static_cast<RecordBatch::StreamIndex>(stream);
  batch.finish_record(record);
  return true;
}

}  // namespace

void encode_batch(const RecordBatch& batch, std::string& out) {
  out.reserve(out.size() + batch.message_bytes() + batch.size() * 16 + 64);
  out.push_back(static_cast<char>(kBatchVersion));
  put_bytes(out, batch.tenant().value);
  put_varint(out, batch.streams().size());
  for (const RecordBatch::Stream& stream : batch.streams())
    put_bytes(out, batch.text(stream.encoded));
  put_varint(out, batch.field_names().size());
  for (const Slice& name : batch.field_names()) put_bytes(out, batch.text(name));
  put_varint(out, batch.size());
  // A batch comes from one request: all its records were received at one instant.
  put_varint(out, codec::zigzag(batch.empty() ? 0 : batch.received(0)));
  TimestampNs before = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    encode_record(batch, i, before, out);
    before = batch.timestamp(i);
  }
}

Result<RecordBatch> decode_batch(std::string_view bytes) {
  codec::Reader reader(bytes);
  const auto version = reader.fixed<std::uint8_t>();
  if (!reader.ok()) return damaged();
  if (version != kBatchVersion) {
    return fail(ErrorCode::kCorruption, "batch payload has version " + std::to_string(version) +
                                            ", this program reads " +
                                            std::to_string(kBatchVersion));
  }
  TenantId tenant{std::string(reader.sized_bytes())};
  std::vector<std::string_view> streams;
  for (std::uint64_t n = reader.varint(); n > 0 && reader.ok(); --n)
    streams.push_back(reader.sized_bytes());
  std::vector<std::string_view> names;
  for (std::uint64_t n = reader.varint(); n > 0 && reader.ok(); --n)
    names.push_back(reader.sized_bytes());
  const std::uint64_t records = reader.varint();
  const TimestampNs received = codec::unzigzag(reader.varint());
  // A record takes at least six bytes: a count beyond that is damage, not a reason to allocate.
  if (!reader.ok() || bytes.size() > kBatchBytesMax || records > reader.rest().size() / 6)
    return damaged();

  RecordBatch batch(std::move(tenant), received);
  batch.reserve(bytes.size(), records);
  for (std::size_t i = 0; i < streams.size(); ++i) {
    if (batch.intern_stream_encoded(streams[i]) != i) return damaged();
  }
  TimestampNs before = 0;
  for (std::uint64_t i = 0; i < records; ++i) {
    if (!decode_record(reader, names, streams.size(), before, batch)) return damaged();
  }
  if (!reader.at_end()) return damaged();
  return batch;
}

}  // namespace logpond::storage
