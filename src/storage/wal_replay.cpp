#include "storage/wal_replay.h"

#include <algorithm>

namespace logpond::storage {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{2} << 20;

}  // namespace

/// Up to `bytes` bytes at `at`, fewer only at the end of the file; valid until the next call.
Result<std::string_view> WalReplay::peek(const platform::File& file, std::uint64_t at,
                                         std::size_t bytes) {
  if (at < buffer_at_ || at + bytes > buffer_at_ + buffer_bytes_) {
    const std::size_t wanted = std::max(bytes, kChunkBytes);
    if (buffer_.size() < wanted) buffer_.resize(wanted);
    buffer_bytes_ = 0;
    LOGPOND_TRY(buffer_bytes_, file.read_at(at, std::span(buffer_.data(), wanted)));
    buffer_at_ = at;
  }
  return std::string_view(buffer_).substr(at - buffer_at_,
                                          std::min(bytes, buffer_bytes_ - (at - buffer_at_)));
}

/// No memory for what is not there: the payload is then too short, and torn. Asked of the file as
/// it is now: beside a running server it grows.
Result<std::string_view> WalReplay::peek_payload(const platform::File& file, std::uint64_t at,
                                                 std::uint64_t bytes) {
  if (bytes > kChunkBytes) {
    LOGPOND_TRY(const std::uint64_t size, file.size());
    bytes = std::min(bytes, size > at ? size - at : 0);
  }
  return peek(file, at, bytes);
}

/// Frames end where no good header stands: at preallocated or recycled room, at a torn tail, or at
/// a header that the disk damaged. Only in the last case is there, further on, a frame that was
/// written when more was durable than has been seen. It is counted and not taken: the search goes
/// over text of messages, and somebody might have logged the bytes of a frame.
///
/// Beside a running server the log grows while it is read: then there is a good header at the end
/// after all, and true is returned.
Result<bool> WalReplay::look_behind_the_end(const platform::File& file, std::uint64_t end,
                                            WalSegment segment) {
  std::uint64_t from = end;
  while (true) {
    LOGPOND_TRY(const std::string_view bytes, peek(file, from, kChunkBytes));
    if (bytes.size() < Wal::kFrameHeaderBytes) return false;
    for (std::size_t at = bytes.find(wal_frame_magic()); at != std::string_view::npos;
         at = bytes.find(wal_frame_magic(), at + 1)) {
      const auto header = read_wal_frame_header(bytes.substr(at), segment);
      if (header && header->durable > last_seen_) {
        LOGPOND_TRY(const std::string_view again, peek(file, end, Wal::kFrameHeaderBytes));
        if (read_wal_frame_header(again, segment)) return true;
        ++recovery_.damaged_frames;
        return false;
      }
    }
    from += bytes.size() - Wal::kFrameHeaderBytes + 1;  // a header may lie across the pieces
  }
}

Status WalReplay::read_segment(const platform::File& file, std::uint64_t file_bytes,
                               WalSegment segment) {
  buffer_bytes_ = 0;
  last_of_segment_ = 0;
  // Whether the segment's own header is good does not matter: every frame's header says where it
  // belongs, and a segment whose creation was cut short by a crash has none.
  std::uint64_t at = kWalSegmentHeaderBytes;
  while (true) {
    LOGPOND_TRY(const std::string_view head, peek(file, at, Wal::kFrameHeaderBytes));
    const auto header = read_wal_frame_header(head, segment);
    if (!header) {
      LOGPOND_TRY(const bool goes_on, look_behind_the_end(file, at, segment));
      if (!goes_on) break;
      continue;
    }
    at += Wal::kFrameHeaderBytes;
    LOGPOND_TRY(const std::string_view payload, peek_payload(file, at, header->payload_bytes));
    at += payload.size();
    LOGPOND_CHECK_OK(take_frame(segment, *header, payload));
    report(at);
  }
  bytes_before_ += file_bytes;
  report(0);
  return {};
}

/// The group read so far is complete: was it acknowledged, and is it all there?
void WalReplay::settle_group(const WalFrameHeader& next) {
  if (group_begin_ > 0) {
    const std::uint64_t begin = std::max(group_begin_, sealed_ + 1);
    const bool is_acknowledged = next.durable >= begin && !next.is_first_of_session;
    const std::uint64_t expected = next.durable - begin + 1;
    if (is_acknowledged && expected > group_whole_) {
      recovery_.damaged_frames += expected - group_whole_;
    } else {
      recovery_.torn_bytes += group_torn_bytes_;
    }
  } else if (next.durable > last_seen_) {
    ++recovery_.damaged_frames;  // at least one: its whole group is gone
  }
  group_begin_ = next.group_begin;
  group_whole_ = 0;
  group_torn_bytes_ = 0;
}

Status WalReplay::take_frame(WalSegment segment, const WalFrameHeader& header,
                             std::string_view payload) {
  // What is sealed, or what a group that could not be written left behind in this segment.
  if (header.sequence <= std::max(sealed_, last_of_segment_)) return {};
  if (header.group_begin != group_begin_) settle_group(header);
  last_of_segment_ = header.sequence;
  last_seen_ = std::max(last_seen_, header.sequence);
  const std::size_t front_bytes = header.payload_bytes - header.tail_bytes;
  const bool is_whole =
      payload.size() == header.payload_bytes &&
      Wal::payload_checksum(payload.substr(0, front_bytes), payload.substr(front_bytes)) ==
          header.payload_checksum;
  if (!is_whole) {
    group_torn_bytes_ += payload.size();
    return {};
  }
  ++group_whole_;
  last_whole_ = header.sequence;
  ++recovery_.frames;
  recovery_.bytes += payload.size();
  return replay_(segment, WalSequence{header.sequence}, RecordId{header.first_id}, payload);
}

const WalRecovery& WalReplay::finish() {
  recovery_.torn_bytes += group_torn_bytes_;
  group_torn_bytes_ = 0;
  recovery_.last_sequence = {last_seen_};
  return recovery_;
}

void WalReplay::report(std::uint64_t segment_bytes_done) {
  if (progress_) progress_(bytes_before_ + segment_bytes_done, bytes_total_);
}

}  // namespace logpond::storage
