#include "storage/wal.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <map>
#include <mutex>
#include <vector>

#include "codec/checksum.h"
#include "codec/varint.h"
#include "core/check.h"

namespace logpond::storage {
namespace {

constexpr std::string_view kSegmentMagic = "LPWAL001";
constexpr std::size_t kSegmentHeaderBytes = 24;
constexpr std::uint32_t kFrameMagic = 0x4D52464C;  // "LFRM"
/// Small frames of a group are joined so that a thousand pushes cost one system call, not a
/// thousand.
constexpr std::size_t kJoinBytesMax = std::size_t{1} << 20;

std::string segment_name(WalSegment segment) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%016llx.wal",
                static_cast<unsigned long long>(segment.value));
  return buffer;
}

bool parse_segment_name(std::string_view name, WalSegment& segment) {
  if (name.size() != 20 || !name.ends_with(".wal")) return false;
  const char* end = name.data() + 16;
  const auto parsed = std::from_chars(name.data(), end, segment.value, 16);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

struct FrameHeader {
  std::uint32_t payload_bytes = 0;
  std::uint64_t sequence = 0;
  std::uint64_t first_id = 0;
  std::uint64_t payload_checksum = 0;
};

/// The checksum of a header is seeded with its segment: a frame left in a recycled or copied file
/// is not taken.
void put_frame_header(const FrameHeader& header, WalSegment segment, char* into) {
  std::string bytes;
  codec::put_fixed(bytes, kFrameMagic);
  codec::put_fixed(bytes, header.payload_bytes);
  codec::put_fixed(bytes, header.sequence);
  codec::put_fixed(bytes, header.first_id);
  codec::put_fixed(bytes, header.payload_checksum);
  codec::put_fixed(bytes, codec::checksum(bytes, segment.value));
  LOGPOND_CHECK(bytes.size() == Wal::kFrameHeaderBytes);
  std::copy(bytes.begin(), bytes.end(), into);
}

bool read_frame_header(std::string_view bytes, WalSegment segment, FrameHeader& header) {
  if (bytes.size() < Wal::kFrameHeaderBytes) return false;
  codec::Reader reader(bytes.substr(0, Wal::kFrameHeaderBytes));
  const auto magic = reader.fixed<std::uint32_t>();
  header.payload_bytes = reader.fixed<std::uint32_t>();
  header.sequence = reader.fixed<std::uint64_t>();
  header.first_id = reader.fixed<std::uint64_t>();
  header.payload_checksum = reader.fixed<std::uint64_t>();
  const auto header_checksum = reader.fixed<std::uint64_t>();
  const std::string_view covered = bytes.substr(0, Wal::kFrameHeaderBytes - sizeof header_checksum);
  return magic == kFrameMagic && header_checksum == codec::checksum(covered, segment.value);
}

std::string segment_header(WalSegment segment) {
  std::string bytes(kSegmentMagic);
  codec::put_fixed(bytes, segment.value);
  codec::put_fixed(bytes, codec::checksum(bytes));
  return bytes;
}

/// True when nothing but zeros is left: preallocated room that was never used.
bool is_all_zero(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
}

}  // namespace

class Wal::Impl {
 public:
  Impl(platform::FileSystem& fs, Options options) : fs_(fs), options_(std::move(options)) {}

  Status recover(WalSegment floor, bool read_only, const Replay& replay, WalRecovery& recovery);
  Status write(std::span<Frame> group);
  WalSegment rotate() {
    file_.reset();
    return next_;
  }
  Status remove_before(WalSegment floor);
  std::uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  Status replay_segment(WalSegment segment, bool is_last, const Replay& replay,
                        WalRecovery& recovery);
  Status begin_segment(std::uint64_t frame_bytes);
  Status fill_segment(platform::File& file, std::uint64_t frame_bytes, std::uint64_t& size);
  Status write_joined(std::span<Frame> group, std::uint64_t& offset);
  std::filesystem::path path_of(WalSegment segment) const {
    return options_.directory / segment_name(segment);
  }

  platform::FileSystem& fs_;
  Options options_;
  std::mutex segments_mutex_;  // remove_before() comes from another thread than write()
  std::map<WalSegment, std::uint64_t> segments_;  // on disk, with their sizes
  std::atomic<std::uint64_t> bytes_ = 0;
  WalSegment next_{1};
  WalSegment current_;
  std::unique_ptr<platform::File> file_;  // of current_; none until the first write
  std::uint64_t offset_ = 0;
  std::uint64_t size_ = 0;
  std::string joined_;
};

Status Wal::Impl::recover(WalSegment floor, bool read_only, const Replay& replay,
                          WalRecovery& recovery) {
  if (!read_only) {
    LOGPOND_CHECK_OK(fs_.create_directories(options_.directory));
    LOGPOND_CHECK_OK(fs_.sync_directory(options_.directory.parent_path()));
  }
  const auto names = fs_.list(options_.directory);
  if (!names && read_only && names.error().code == ErrorCode::kNotFound) return {};
  if (!names) return tl::unexpected(names.error());
  std::vector<WalSegment> found;
  for (const std::string& name : *names) {
    WalSegment segment;
    if (!parse_segment_name(name, segment)) continue;
    if (segment < floor) {
      if (!read_only) LOGPOND_CHECK_OK(fs_.remove(path_of(segment)));
      continue;
    }
    found.push_back(segment);
  }
  std::sort(found.begin(), found.end());
  for (const WalSegment segment : found) {
    LOGPOND_CHECK_OK(replay_segment(segment, segment == found.back(), replay, recovery));
  }
  next_.value = std::max(floor.value, found.empty() ? 1 : found.back().value + 1);
  next_.value = std::max<std::uint64_t>(next_.value, 1);
  return {};
}

Status Wal::Impl::replay_segment(WalSegment segment, bool is_last, const Replay& replay,
                                 WalRecovery& recovery) {
  LOGPOND_TRY(const auto file, fs_.open(path_of(segment), platform::OpenMode::kRead));
  LOGPOND_TRY(const std::uint64_t size, file->size());
  std::string bytes(size, '\0');
  LOGPOND_TRY(const std::size_t got, file->read_at(0, bytes));
  bytes.resize(got);
  segments_[segment] = size;
  bytes_ += size;
  std::string_view rest(bytes);
  if (!rest.starts_with(segment_header(segment))) {
    // Creation was cut short by the crash: nothing in it was ever acknowledged.
    if (!is_last && !is_all_zero(rest)) ++recovery.damaged_frames;
    return {};
  }
  rest.remove_prefix(kSegmentHeaderBytes);
  FrameHeader header;
  while (read_frame_header(rest, segment, header)) {
    rest.remove_prefix(kFrameHeaderBytes);
    const std::string_view payload = rest.substr(0, header.payload_bytes);
    const bool is_whole = payload.size() == header.payload_bytes &&
                          codec::checksum(payload) == header.payload_checksum;
    rest.remove_prefix(payload.size());
    if (!is_whole) {
      // Torn in the last group written (then it was never acknowledged), or a bad disk.
      if (is_last) {
        recovery.torn_bytes += payload.size();
      } else {
        ++recovery.damaged_frames;
      }
      continue;
    }
    ++recovery.frames;
    recovery.bytes += payload.size();
    LOGPOND_CHECK_OK(
        replay(segment, WalSequence{header.sequence}, RecordId{header.first_id}, payload));
  }
  if (!is_all_zero(rest)) {
    if (is_last) {
      recovery.torn_bytes += rest.size();
    } else {
      ++recovery.damaged_frames;
    }
  }
  return {};
}

/// Makes `file` hold a header and room for frames; tries smaller sizes when the disk is nearly
/// full.
Status Wal::Impl::fill_segment(platform::File& file, std::uint64_t frame_bytes,
                               std::uint64_t& size) {
  const std::uint64_t needed = kSegmentHeaderBytes + frame_bytes;
  size = std::max(options_.segment_bytes, needed);
  while (true) {
    const Status allocated = file.allocate(size);
    if (allocated) break;
    const std::uint64_t smaller = std::max({size / 2, needed, options_.segment_bytes_min});
    if (allocated.error().code != ErrorCode::kNoSpace || smaller >= size) return allocated;
    size = smaller;
  }
  LOGPOND_CHECK_OK(file.write_at(0, segment_header(current_)));
  return file.sync();
}

Status Wal::Impl::begin_segment(std::uint64_t frame_bytes) {
  current_ = next_;
  const std::filesystem::path path = path_of(current_);
  LOGPOND_TRY(auto file, fs_.open(path, platform::OpenMode::kCreateOrTruncate));
  std::uint64_t size = 0;
  Status ready = fill_segment(*file, frame_bytes, size);
  if (ready) ready = fs_.sync_directory(options_.directory);
  if (!ready) {
    file.reset();
    (void)fs_.remove(path);  // what is left of it is empty and harmless
    return ready;
  }
  next_.value = current_.value + 1;
  {
    const std::lock_guard lock(segments_mutex_);
    segments_[current_] = size;
  }
  bytes_ += size;
  file_ = std::move(file);
  offset_ = kSegmentHeaderBytes;
  size_ = size;
  return {};
}

Status Wal::Impl::write_joined(std::span<Frame> group, std::uint64_t& offset) {
  joined_.clear();
  const auto flush = [&]() -> Status {
    if (joined_.empty()) return {};
    LOGPOND_CHECK_OK(file_->write_at(offset, joined_));
    offset += joined_.size();
    joined_.clear();
    return {};
  };
  for (Frame& frame : group) {
    const auto payload_bytes = static_cast<std::uint32_t>(frame.bytes.size() - kFrameHeaderBytes);
    put_frame_header(
        {payload_bytes, frame.sequence.value, frame.first_id.value, frame.payload_checksum},
        current_, frame.bytes.data());
    if (joined_.size() + frame.bytes.size() > kJoinBytesMax) LOGPOND_CHECK_OK(flush());
    if (frame.bytes.size() > kJoinBytesMax) {
      LOGPOND_CHECK_OK(file_->write_at(offset, frame.bytes));
      offset += frame.bytes.size();
    } else {
      joined_.append(frame.bytes.data(), frame.bytes.size());
    }
  }
  return flush();
}

Status Wal::Impl::write(std::span<Frame> group) {
  std::uint64_t group_bytes = 0;
  for (const Frame& frame : group) group_bytes += frame.bytes.size();
  if (file_ == nullptr || offset_ + group_bytes > size_) {
    file_.reset();  // every earlier write was synced
    LOGPOND_CHECK_OK(begin_segment(group_bytes));
  }
  std::uint64_t offset = offset_;
  // When a write fails for want of space, the offset stays: the next group writes over the remains.
  LOGPOND_CHECK_OK(write_joined(group, offset));
  if (const Status synced = file_->sync(); !synced) {
    return fail(ErrorCode::kIo, synced.error().message);
  }
  offset_ = offset;
  return {};
}

Status Wal::Impl::remove_before(WalSegment floor) {
  const std::lock_guard lock(segments_mutex_);
  while (!segments_.empty() && segments_.begin()->first < floor) {
    const auto& [segment, size] = *segments_.begin();
    LOGPOND_CHECK_OK(fs_.remove(path_of(segment)));
    bytes_ -= size;
    segments_.erase(segments_.begin());
  }
  return {};
}

Result<std::unique_ptr<Wal>> Wal::open(platform::FileSystem& fs, Options options, WalSegment floor,
                                       bool read_only, const Replay& replay,
                                       WalRecovery& recovery) {
  auto impl = std::make_unique<Impl>(fs, std::move(options));
  LOGPOND_CHECK_OK(impl->recover(floor, read_only, replay, recovery));
  return std::unique_ptr<Wal>(new Wal(std::move(impl)));
}

Wal::Wal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Wal::~Wal() = default;
Status Wal::write(std::span<Frame> group) {
  return impl_->write(group);
}
WalSegment Wal::rotate() {
  return impl_->rotate();
}
Status Wal::remove_before(WalSegment floor) {
  return impl_->remove_before(floor);
}
std::uint64_t Wal::bytes() const {
  return impl_->bytes();
}

}  // namespace logpond::storage
