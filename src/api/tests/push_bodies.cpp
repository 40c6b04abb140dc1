#include "api/tests/push_bodies.h"

#include "codec/json_text.h"
#include "codec/varint.h"
#include "core/labels.h"

namespace logpond::api::testing {
namespace {

void append_object(std::string& out, const std::vector<std::pair<std::string, std::string>>& all) {
  out.push_back('{');
  for (const auto& [name, value] : all) {
    if (out.back() != '{') out.push_back(',');
    codec::append_json_string(out, name);
    out.push_back(':');
    codec::append_json_string(out, value);
  }
  out.push_back('}');
}

std::string label_text(const std::vector<std::pair<std::string, std::string>>& all) {
  std::vector<Label> labels;
  for (const auto& [name, value] : all) labels.push_back({name, value});
  return Labels(std::move(labels)).to_text();
}

std::string protobuf_entry(const PushRecord& record) {
  TimestampNs seconds = record.timestamp / kSecond;
  TimestampNs nanos = record.timestamp % kSecond;
  if (nanos < 0) {
    seconds -= 1;
    nanos += kSecond;
  }
  std::string timestamp;
  put_protobuf_varint(timestamp, 1, static_cast<std::uint64_t>(seconds));
  put_protobuf_varint(timestamp, 2, static_cast<std::uint64_t>(nanos));
  std::string entry;
  put_protobuf_bytes(entry, 1, timestamp);
  put_protobuf_bytes(entry, 2, record.line);
  for (const auto& [name, value] : record.metadata) {
    std::string pair;
    put_protobuf_bytes(pair, 1, name);
    put_protobuf_bytes(pair, 2, value);
    put_protobuf_bytes(entry, 3, pair);
  }
  return entry;
}

}  // namespace

void put_protobuf_bytes(std::string& out, std::uint32_t field, std::string_view bytes) {
  codec::put_varint(out, field << 3 | 2U);
  codec::put_bytes(out, bytes);
}

void put_protobuf_varint(std::string& out, std::uint32_t field, std::uint64_t value) {
  codec::put_varint(out, field << 3);
  codec::put_varint(out, value);
}

std::string json_push(const std::vector<PushStream>& streams) {
  std::string out = "{\"streams\":[";
  for (const PushStream& stream : streams) {
    if (out.back() != '[') out.push_back(',');
    out.append("{\"stream\":");
    append_object(out, stream.labels);
    out.append(",\"values\":[");
    for (const PushRecord& record : stream.records) {
      if (out.back() != '[') out.push_back(',');
      out.append("[\"").append(std::to_string(record.timestamp)).append("\",");
      codec::append_json_string(out, record.line);
      if (!record.metadata.empty()) {
        out.push_back(',');
        append_object(out, record.metadata);
      }
      out.push_back(']');
    }
    out.append("]}");
  }
  return out + "]}";
}

std::string protobuf_push(const std::vector<PushStream>& streams) {
  std::string out;
  for (const PushStream& stream : streams) {
    std::string message;
    put_protobuf_bytes(message, 1, label_text(stream.labels));
    for (const PushRecord& record : stream.records) {
      put_protobuf_bytes(message, 2, protobuf_entry(record));
    }
    put_protobuf_varint(message, 3, 4711);  // hash: to be ignored
    put_protobuf_bytes(out, 1, message);
  }
  return out;
}

}  // namespace logpond::api::testing
