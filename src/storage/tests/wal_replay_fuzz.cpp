// Any sequence of frames, good, torn and damaged, as WAL segments: replay hands out what is whole,
// in order, and counts; it never crashes and never takes memory for what is not there.
//
// The input, piece by piece: flags (see Flag), then of garbage the bytes with their size before
// them, else three bytes of numbers, the size of the tail, and the payload with its size before it.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "codec/varint.h"
#include "platform/sim/sim_file_system.h"
#include "storage/wal_replay.h"

namespace {

using namespace logpond;           // NOLINT: a fuzz target is one file
using namespace logpond::storage;  // NOLINT

enum Flag : std::uint8_t {
  kNewSegment = 1,
  kGarbage = 2,
  kBadChecksum = 4,
  kFirstOfSession = 8,
  kClaimsMore = 16,  ///< The header says that the payload is far longer than the file.
};
constexpr std::uint64_t kSealed = 3;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "wal_replay: %s\n", what);
  std::abort();
}

void put_frame(codec::Reader& input, std::uint8_t flags, WalSegment segment, std::string& out) {
  WalFrameHeader header;
  header.sequence = input.fixed<std::uint8_t>();
  header.group_begin = input.fixed<std::uint8_t>();
  header.durable = input.fixed<std::uint8_t>();
  const std::size_t tail = input.fixed<std::uint8_t>();
  const std::string_view payload = input.sized_bytes();
  header.is_first_of_session = (flags & kFirstOfSession) != 0;
  header.tail_bytes = static_cast<std::uint32_t>(std::min(tail, payload.size()));
  header.payload_bytes = static_cast<std::uint32_t>(payload.size());
  header.first_id = header.sequence * 10;
  const std::size_t front = payload.size() - header.tail_bytes;
  header.payload_checksum = Wal::payload_checksum(payload.substr(0, front), payload.substr(front));
  if ((flags & kBadChecksum) != 0) ++header.payload_checksum;
  if ((flags & kClaimsMore) != 0) header.payload_bytes |= 0xF000'0000;
  std::string bytes(Wal::kFrameHeaderBytes, '\0');
  put_wal_frame_header(header, segment, bytes.data());
  out += bytes;
  out += payload;
}

std::vector<std::string> segments_of(std::string_view bytes) {
  std::vector<std::string> segments(1, wal_segment_header({1}));
  codec::Reader input(bytes);
  while (!input.at_end()) {
    const auto flags = input.fixed<std::uint8_t>();
    if ((flags & kNewSegment) != 0) segments.push_back(wal_segment_header({segments.size() + 1}));
    if ((flags & kGarbage) != 0) {
      segments.back() += input.sized_bytes();
    } else {
      put_frame(input, flags, {segments.size()}, segments.back());
    }
  }
  return segments;
}

/// Checks what replay hands out.
struct Listener {
  std::uint64_t segment = 0;
  std::uint64_t sequence = 0;
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;

  Status take(WalSegment from, WalSequence number, RecordId first, std::string_view payload) {
    require(from.value >= segment, "segments out of order");
    require(from.value > segment || number.value > sequence, "frames out of order");
    require(number.value > kSealed && first.value == number.value * 10, "another frame");
    segment = from.value;
    sequence = number.value;
    ++frames;
    bytes += payload.size();
    return {};
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto segments = segments_of({reinterpret_cast<const char*>(data), size});
  const auto fs = platform::SimFileSystem::create(1);
  Listener listener;
  const Wal::Replay take = [&](WalSegment from, WalSequence number, RecordId first,
                               std::string_view payload) {
    return listener.take(from, number, first, payload);
  };
  const Wal::Progress progress;
  WalReplay replay({kSealed}, take, progress, 0);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    auto file = fs->open("/" + wal_segment_name({i + 1}), platform::OpenMode::kCreateOrTruncate);
    if (!file || !(*file)->write_at(0, segments[i])) std::abort();
    require(replay.read_segment(**file, segments[i].size(), {i + 1}).has_value(), "replay ended");
  }
  const WalRecovery& recovery = replay.finish();
  require(recovery.frames == listener.frames && recovery.bytes == listener.bytes, "other counts");
  require(recovery.last_sequence >= replay.last_whole(), "a last sequence too low");
  return 0;
}
