// Hot path: texts are views into the message; nothing is allocated a record.
#include "api/loki/push_protobuf.h"

#include <array>
#include <deque>
#include <string>

#include "api/loki/protobuf_reader.h"
#include "codec/utf8.h"

namespace logpond::api::loki {
namespace {

using Wire = ProtobufReader::Wire;

tl::unexpected<Error> broken(std::string_view what) {
  return fail(ErrorCode::kInvalidArgument,
              "couldn't parse push request: " + std::string(what) + " is not valid protobuf");
}

/// Texts of one record that had to be repaired; their views stay valid until clear().
class RepairedTexts {
 public:
  explicit RepairedTexts(PushAssembler& out) : out_(out) {}
  std::string_view valid(std::string_view text) {
    if (codec::is_valid_utf8(text)) return text;
    out_.count_repaired(1);
    return texts_.emplace_back(codec::repair_utf8(text));
  }
  void clear() { texts_.clear(); }

 private:
  PushAssembler& out_;
  std::deque<std::string> texts_;
};

/// google.protobuf.Timestamp: seconds = 1, nanos = 2.
Result<TimestampNs> read_timestamp(std::string_view message) {
  ProtobufReader reader(message);
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
  while (reader.next()) {
    if (reader.is(1, Wire::kVarint)) seconds = static_cast<std::int64_t>(reader.varint());
    if (reader.is(2, Wire::kVarint)) nanos = static_cast<std::int32_t>(reader.varint());
  }
  if (!reader.ok()) return broken("a timestamp");
  TimestampNs timestamp = 0;
  if (__builtin_mul_overflow(seconds, kSecond, &timestamp) ||
      __builtin_add_overflow(timestamp, std::int64_t{nanos}, &timestamp)) {
    return fail(ErrorCode::kInvalidArgument,
                "couldn't parse push request: a timestamp of " + std::to_string(seconds) +
                    " seconds is outside of what nanoseconds in 64 bits hold");
  }
  return timestamp;
}

/// LabelPairAdapter: name = 1, value = 2.
Status read_pair(std::string_view message, RepairedTexts& texts, PushAssembler& out) {
  ProtobufReader reader(message);
  std::string_view name;
  std::string_view value;
  while (reader.next()) {
    if (reader.is(1, Wire::kBytes)) name = reader.bytes();
    if (reader.is(2, Wire::kBytes)) value = reader.bytes();
  }
  if (!reader.ok()) return broken("structured metadata");
  out.add_metadata(texts.valid(name), texts.valid(value));
  return {};
}

/// EntryAdapter: timestamp = 1, line = 2, structuredMetadata = 3, parsed = 4 (ignored).
Status read_entry(std::string_view message, RepairedTexts& texts, PushAssembler& out) {
  ProtobufReader reader(message);
  TimestampNs timestamp = 0;
  std::string_view line;
  texts.clear();
  while (reader.next()) {
    if (reader.is(1, Wire::kBytes)) {
      LOGPOND_TRY(timestamp, read_timestamp(reader.bytes()));
    } else if (reader.is(2, Wire::kBytes)) {
      line = reader.bytes();
    } else if (reader.is(3, Wire::kBytes)) {
      LOGPOND_CHECK_OK(read_pair(reader.bytes(), texts, out));
    }
  }
  if (!reader.ok()) return broken("an entry");
  return out.add_record(timestamp, texts.valid(line));
}

/// StreamAdapter: labels = 1, entries = 2, hash = 3 (ignored). The labels may stand behind the
/// entries, so they are looked up first: skipping entries only reads their lengths.
Status read_stream(std::string_view message, RepairedTexts& texts, PushAssembler& out) {
  std::string_view labels;
  ProtobufReader first(message);
  while (first.next()) {
    if (first.is(1, Wire::kBytes)) labels = first.bytes();
  }
  if (!first.ok()) return broken("a stream");
  texts.clear();
  out.begin_stream(texts.valid(labels));
  ProtobufReader second(message);
  while (second.next()) {
    if (second.is(2, Wire::kBytes)) LOGPOND_CHECK_OK(read_entry(second.bytes(), texts, out));
  }
  return {};
}

}  // namespace

Status decode_push_protobuf(std::string_view message, PushAssembler& out) {
  out.reserve(message.size());
  RepairedTexts texts(out);
  ProtobufReader reader(message);
  while (reader.next()) {
    if (reader.is(1, Wire::kBytes)) {
      LOGPOND_CHECK_OK(read_stream(reader.bytes(), texts, out));
    }
  }
  if (!reader.ok()) return broken("the request");
  return {};
}

}  // namespace logpond::api::loki
