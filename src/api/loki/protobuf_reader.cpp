#include "api/loki/protobuf_reader.h"

namespace logpond::api::loki {

void ProtobufReader::fail() {
  ok_ = false;
  pending_ = false;
  rest_ = {};
}

std::uint64_t ProtobufReader::raw_varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 70 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    if (shift < 64) value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  fail();
  return 0;
}

bool ProtobufReader::next() {
  if (pending_) skip();
  if (!ok_ || rest_.empty()) return false;
  const std::uint64_t head = raw_varint();
  const std::uint64_t number = head >> 3;
  const auto wire = static_cast<std::uint8_t>(head & 7);
  const bool known_wire = wire == 0 || wire == 1 || wire == 2 || wire == 5;
  if (!ok_ || number == 0 || number > 0x1FFF'FFFF || !known_wire) {
    fail();  // field numbers start at 1; groups (3 and 4) are older than every sender
    return false;
  }
  field_ = static_cast<std::uint32_t>(number);
  wire_ = static_cast<Wire>(wire);
  pending_ = true;
  return true;
}

std::uint64_t ProtobufReader::varint() {
  if (!pending_ || wire_ != Wire::kVarint) return 0;
  pending_ = false;
  return raw_varint();
}

std::string_view ProtobufReader::bytes() {
  if (!pending_ || wire_ != Wire::kBytes) return {};
  pending_ = false;
  const std::uint64_t size = raw_varint();
  if (!ok_ || size > rest_.size()) {
    fail();
    return {};
  }
  const std::string_view piece = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return piece;
}

void ProtobufReader::skip() {
  switch (wire_) {
    case Wire::kVarint:
      (void)varint();
      break;
    case Wire::kBytes:
      (void)bytes();
      break;
    case Wire::kFixed64:
    case Wire::kFixed32: {
      const std::size_t size = wire_ == Wire::kFixed64 ? 8 : 4;
      if (rest_.size() < size) {
        fail();
        return;
      }
      rest_.remove_prefix(size);
      break;
    }
  }
  pending_ = false;
}

}  // namespace logpond::api::loki
