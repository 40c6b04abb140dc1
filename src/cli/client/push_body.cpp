#include "cli/client/push_body.h"

#include "codec/compression.h"
#include "codec/varint.h"

namespace logpond::cli {
namespace {

// Field numbers of Loki's logproto package; wire type 2 is length-delimited, 0 a varint.
constexpr std::uint64_t tag(unsigned field, unsigned wire) {
  return (field << 3) | wire;
}
constexpr std::uint64_t kRequestStream = tag(1, 2);
constexpr std::uint64_t kStreamLabels = tag(1, 2);
constexpr std::uint64_t kStreamEntry = tag(2, 2);
constexpr std::uint64_t kEntryTime = tag(1, 2);
constexpr std::uint64_t kEntryLine = tag(2, 2);
constexpr std::uint64_t kEntryMetadata = tag(3, 2);
constexpr std::uint64_t kPairName = tag(1, 2);
constexpr std::uint64_t kPairValue = tag(2, 2);
constexpr std::uint64_t kTimeSeconds = tag(1, 0);
constexpr std::uint64_t kTimeNanos = tag(2, 0);

void put_field(std::string& out, std::uint64_t key, std::string_view bytes) {
  codec::put_varint(out, key);
  codec::put_bytes(out, bytes);
}

std::string time_message(TimestampNs timestamp) {
  std::int64_t seconds = timestamp / kSecond;
  std::int64_t nanos = timestamp % kSecond;
  if (nanos < 0) {  // protobuf's nanos count forward, also before 1970
    nanos += kSecond;
    --seconds;
  }
  std::string out;
  codec::put_varint(out, kTimeSeconds);
  codec::put_varint(out, static_cast<std::uint64_t>(seconds));
  codec::put_varint(out, kTimeNanos);
  codec::put_varint(out, static_cast<std::uint64_t>(nanos));
  return out;
}

}  // namespace

std::size_t PushBody::stream(const Labels& labels) {
  std::string text = labels.to_text();
  const auto [place, is_new] = index_.try_emplace(text, streams_.size());
  if (is_new) streams_.push_back({std::move(text), {}});
  return place->second;
}

void PushBody::add(std::size_t stream, TimestampNs timestamp, std::string_view line,
                   std::span<const Label> fields) {
  std::string entry;
  entry.reserve(line.size() + 32);
  put_field(entry, kEntryTime, time_message(timestamp));
  put_field(entry, kEntryLine, line);
  for (const Label& field : fields) {
    std::string pair;
    put_field(pair, kPairName, field.name);
    put_field(pair, kPairValue, field.value);
    put_field(entry, kEntryMetadata, pair);
  }
  put_field(streams_[stream].entries, kStreamEntry, entry);
  ++lines_;
  bytes_ += line.size();
}

std::string PushBody::encode() const {
  std::string request;
  request.reserve(bytes_ + lines_ * 32);
  for (const Stream& stream : streams_) {
    std::string message;
    message.reserve(stream.label_text.size() + stream.entries.size() + 8);
    put_field(message, kStreamLabels, stream.label_text);
    message += stream.entries;
    put_field(request, kRequestStream, message);
  }
  return codec::snappy_compress(request);
}

void PushBody::clear() {
  streams_.clear();
  index_.clear();
  lines_ = 0;
  bytes_ = 0;
}

}  // namespace logpond::cli
