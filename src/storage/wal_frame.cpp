#include "storage/wal_frame.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "codec/checksum.h"
#include "codec/varint.h"
#include "core/check.h"

namespace logpond::storage {
namespace {

constexpr std::string_view kSegmentMagic = "LPWAL002";
constexpr std::string_view kFrameMagic = "LFRM";
constexpr std::uint32_t kFirstOfSession = 1;  // a bit of the flags

}  // namespace

std::string wal_segment_name(WalSegment segment) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%016llx.wal",
                static_cast<unsigned long long>(segment.value));
  return buffer;
}

std::optional<WalSegment> parse_wal_segment_name(std::string_view name) {
  if (name.size() != 20 || !name.ends_with(".wal")) return std::nullopt;
  WalSegment segment;
  const char* end = name.data() + 16;
  const auto parsed = std::from_chars(name.data(), end, segment.value, 16);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return segment;
}

std::string wal_segment_header(WalSegment segment) {
  std::string bytes(kSegmentMagic);
  codec::put_fixed(bytes, segment.value);
  codec::put_fixed(bytes, codec::checksum(bytes));
  LOGPOND_CHECK(bytes.size() == kWalSegmentHeaderBytes);
  return bytes;
}

std::string_view wal_frame_magic() {
  return kFrameMagic;
}

void put_wal_frame_header(const WalFrameHeader& header, WalSegment segment, char* into) {
  std::string bytes(kFrameMagic);
  codec::put_fixed(bytes, header.payload_bytes);
  codec::put_fixed(bytes, header.tail_bytes);
  codec::put_fixed(bytes, header.is_first_of_session ? kFirstOfSession : std::uint32_t{0});
  codec::put_fixed(bytes, header.sequence);
  codec::put_fixed(bytes, header.group_begin);
  codec::put_fixed(bytes, header.durable);
  codec::put_fixed(bytes, header.first_id);
  codec::put_fixed(bytes, header.payload_checksum);
  codec::put_fixed(bytes, codec::checksum(bytes, segment.value));
  LOGPOND_CHECK(bytes.size() == Wal::kFrameHeaderBytes);
  std::copy(bytes.begin(), bytes.end(), into);
}

std::optional<WalFrameHeader> read_wal_frame_header(std::string_view bytes, WalSegment segment) {
  if (bytes.size() < Wal::kFrameHeaderBytes || !bytes.starts_with(kFrameMagic)) return std::nullopt;
  bytes = bytes.substr(0, Wal::kFrameHeaderBytes);
  codec::Reader reader(bytes.substr(kFrameMagic.size()));
  WalFrameHeader header;
  header.payload_bytes = reader.fixed<std::uint32_t>();
  header.tail_bytes = reader.fixed<std::uint32_t>();
  header.is_first_of_session = (reader.fixed<std::uint32_t>() & kFirstOfSession) != 0;
  header.sequence = reader.fixed<std::uint64_t>();
  header.group_begin = reader.fixed<std::uint64_t>();
  header.durable = reader.fixed<std::uint64_t>();
  header.first_id = reader.fixed<std::uint64_t>();
  header.payload_checksum = reader.fixed<std::uint64_t>();
  const auto header_checksum = reader.fixed<std::uint64_t>();
  const std::string_view covered = bytes.substr(0, bytes.size() - sizeof header_checksum);
  if (header_checksum != codec::checksum(covered, segment.value) ||
      header.tail_bytes > header.payload_bytes || header.group_begin > header.sequence) {
    return std::nullopt;
  }
  return header;
}

}  // namespace logpond::storage
