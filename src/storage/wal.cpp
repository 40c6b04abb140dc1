#include "storage/wal.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <vector>

#include "codec/checksum.h"
#include "core/check.h"
#include "storage/wal_frame.h"
#include "storage/wal_replay.h"

namespace logpond::storage {
namespace {

/// Small pieces of a group are joined so that a thousand pushes cost one system call, not a
/// thousand; larger ones are written from where they lie.
constexpr std::size_t kPieceBytesJoined = std::size_t{32} << 10;
constexpr std::size_t kJoinBytesMax = std::size_t{256} << 10;

}  // namespace

class Wal::Impl {
 public:
  Impl(platform::FileSystem& fs, Options options, Start start)
      : fs_(fs),
        options_(std::move(options)),
        start_(start),
        next_{std::max<std::uint64_t>(start.floor.value, 1)},
        durable_(start.sealed) {}

  Status open();
  Result<WalRecovery> replay(const Replay& replay, const Progress& progress);
  Status write(std::span<Frame> group);
  WalSegment rotate() {
    is_full_ = true;
    return next_;
  }
  Status remove_before(WalSegment floor);
  Status remove_spares();
  std::uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  std::uint64_t spare_bytes() const;

 private:
  Status begin_segment(std::uint64_t frame_bytes);
  Status make_segment(std::uint64_t bytes_needed);
  Status recycle(WalSegment spare);
  std::optional<WalSegment> take_spare(std::uint64_t bytes_needed);
  Status free_segment(WalSegment segment, std::uint64_t size);
  Status allocate(platform::File& file, std::uint64_t bytes_needed);
  Status end_segment();
  Status write_group(std::span<Frame> group, std::uint64_t& offset);
  Status write_piece(std::string_view piece, std::uint64_t& offset);
  Status write_joined(std::uint64_t& offset);
  std::filesystem::path path_of(WalSegment segment) const {
    return options_.directory / wal_segment_name(segment);
  }

  platform::FileSystem& fs_;
  const Options options_;
  const Start start_;
  mutable std::mutex segments_mutex_;  // remove_before() comes from another thread than write()
  std::map<WalSegment, std::uint64_t> segments_;  // needed ones, with their sizes
  std::vector<WalSegment> spares_;  // still under their old names, all of segment_bytes
  std::atomic<std::uint64_t> bytes_ = 0;

  WalSegment next_;
  WalSequence durable_;
  bool is_first_of_session_ = true;
  std::unique_ptr<platform::File> file_;  // of the current segment; none until the first write
  WalSegment current_;
  std::uint64_t offset_ = 0;
  std::uint64_t size_ = 0;
  bool is_full_ = false;      // the next write begins a new segment
  bool has_remains_ = false;  // of a group that could not be written, at offset_
  std::string joined_;
};

// ---- Opening and replay

Status Wal::Impl::open() {
  if (!options_.read_only) {
    LOGPOND_CHECK_OK(fs_.create_directories(options_.directory));
    LOGPOND_CHECK_OK(fs_.sync_directory(options_.directory.parent_path()));
  }
  const auto names = fs_.list(options_.directory);
  if (!names && options_.read_only && names.error().code == ErrorCode::kNotFound) return {};
  if (!names) return tl::unexpected(names.error());
  for (const std::string& name : *names) {
    const auto segment = parse_wal_segment_name(name);
    if (!segment || (*segment < start_.floor && options_.read_only)) continue;
    LOGPOND_TRY(const auto file, fs_.open(path_of(*segment), platform::OpenMode::kRead));
    LOGPOND_TRY(const std::uint64_t size, file->size());
    bytes_ += size;
    if (*segment < start_.floor) {
      LOGPOND_CHECK_OK(free_segment(*segment, size));
    } else {
      segments_[*segment] = size;
      next_.value = std::max(next_.value, segment->value + 1);
    }
  }
  return {};
}

Result<WalRecovery> Wal::Impl::replay(const Replay& replay, const Progress& progress) {
  // The callback may seal and so free segments: go through a copy.
  const std::map<WalSegment, std::uint64_t> segments = segments_;
  std::uint64_t bytes_total = 0;
  for (const auto& [segment, size] : segments) bytes_total += size;
  WalReplay reader(start_.sealed, replay, progress, bytes_total);
  for (const auto& [segment, size] : segments) {
    const bool is_last = segment == segments.rbegin()->first && !options_.read_only;
    LOGPOND_TRY(const auto file, fs_.open(path_of(segment), is_last ? platform::OpenMode::kReadWrite
                                                                    : platform::OpenMode::kRead));
    LOGPOND_CHECK_OK(reader.read_segment(*file, size, segment));
    // After a killed process the last frames may be in the page cache only. From here on they are
    // answered from and counted as durable: make it so. Earlier segments were synced before their
    // successor began.
    if (is_last) LOGPOND_CHECK_OK(file->sync());
  }
  durable_ = reader.last_whole();
  return reader.finish();
}

// ---- Segments

/// Makes room for `bytes_needed`; tries smaller sizes when the disk is nearly full.
Status Wal::Impl::allocate(platform::File& file, std::uint64_t bytes_needed) {
  size_ = std::max(options_.segment_bytes, bytes_needed);
  while (true) {
    const Status allocated = file.allocate(size_);
    if (allocated) return {};
    const std::uint64_t smaller = std::max({size_ / 2, bytes_needed, options_.segment_bytes_min});
    if (allocated.error().code != ErrorCode::kNoSpace || smaller >= size_) return allocated;
    size_ = smaller;
  }
}

Status Wal::Impl::make_segment(std::uint64_t bytes_needed) {
  LOGPOND_TRY(file_, fs_.open(path_of(current_), platform::OpenMode::kCreateOrTruncate));
  LOGPOND_CHECK_OK(allocate(*file_, bytes_needed));
  LOGPOND_CHECK_OK(file_->write_at(0, wal_segment_header(current_)));
  return file_->sync();
}

/// Gives a spare file the next number. Its header comes first: were the new name to survive a power
/// cut without it, nothing would be wrong either, for no frame in the file has the new number.
Status Wal::Impl::recycle(WalSegment spare) {
  LOGPOND_TRY(file_, fs_.open(path_of(spare), platform::OpenMode::kReadWrite));
  LOGPOND_CHECK_OK(file_->write_at(0, wal_segment_header(current_)));
  LOGPOND_CHECK_OK(file_->sync());
  size_ = options_.segment_bytes;
  return fs_.rename(path_of(spare), path_of(current_));
}

std::optional<WalSegment> Wal::Impl::take_spare(std::uint64_t bytes_needed) {
  const std::lock_guard lock(segments_mutex_);
  if (spares_.empty() || bytes_needed > options_.segment_bytes) return std::nullopt;
  const WalSegment spare = spares_.back();
  spares_.pop_back();
  bytes_ -= options_.segment_bytes;
  return spare;
}

Status Wal::Impl::begin_segment(std::uint64_t frame_bytes) {
  current_ = next_;
  const std::uint64_t bytes_needed = kWalSegmentHeaderBytes + frame_bytes;
  const auto spare = take_spare(bytes_needed);
  Status ready = spare ? recycle(*spare) : make_segment(bytes_needed);
  if (ready) ready = fs_.sync_directory(options_.directory);
  if (!ready) {
    file_.reset();
    // What is left is empty and harmless, under whichever name.
    if (spare) (void)fs_.remove(path_of(*spare));
    (void)fs_.remove(path_of(current_));
    return ready;
  }
  next_.value = current_.value + 1;
  const std::lock_guard lock(segments_mutex_);
  segments_[current_] = size_;
  bytes_ += size_;
  offset_ = kWalSegmentHeaderBytes;
  return {};
}

/// Keeps or removes a file. Requires: segments_mutex_, or nobody else.
Status Wal::Impl::free_segment(WalSegment segment, std::uint64_t size) {
  if (size == options_.segment_bytes && spares_.size() < options_.spares_max &&
      !options_.read_only) {
    spares_.push_back(segment);
    return {};
  }
  LOGPOND_CHECK_OK(fs_.remove(path_of(segment)));
  bytes_ -= size;
  return {};
}

Status Wal::Impl::remove_before(WalSegment floor) {
  const std::lock_guard lock(segments_mutex_);
  while (!segments_.empty() && segments_.begin()->first < floor) {
    const auto& [segment, size] = *segments_.begin();
    LOGPOND_CHECK_OK(free_segment(segment, size));
    segments_.erase(segments_.begin());
  }
  return {};
}

Status Wal::Impl::remove_spares() {
  const std::lock_guard lock(segments_mutex_);
  while (!spares_.empty()) {
    LOGPOND_CHECK_OK(fs_.remove(path_of(spares_.back())));
    spares_.pop_back();
    bytes_ -= options_.segment_bytes;
  }
  return {};
}

std::uint64_t Wal::Impl::spare_bytes() const {
  const std::lock_guard lock(segments_mutex_);
  return spares_.size() * options_.segment_bytes;
}

// ---- Writing

Status Wal::Impl::write_joined(std::uint64_t& offset) {
  if (joined_.empty()) return {};
  LOGPOND_CHECK_OK(file_->write_at(offset, joined_));
  offset += joined_.size();
  joined_.clear();
  return {};
}

Status Wal::Impl::write_piece(std::string_view piece, std::uint64_t& offset) {
  if (piece.size() <= kPieceBytesJoined) {
    if (joined_.size() + piece.size() > kJoinBytesMax) LOGPOND_CHECK_OK(write_joined(offset));
    joined_.append(piece);
    return {};
  }
  LOGPOND_CHECK_OK(write_joined(offset));
  LOGPOND_CHECK_OK(file_->write_at(offset, piece));
  offset += piece.size();
  return {};
}

Status Wal::Impl::write_group(std::span<Frame> group, std::uint64_t& offset) {
  joined_.clear();
  for (Frame& frame : group) {
    WalFrameHeader header;
    header.payload_bytes =
        static_cast<std::uint32_t>(frame.front.size() - kFrameHeaderBytes + frame.tail.size());
    header.tail_bytes = static_cast<std::uint32_t>(frame.tail.size());
    header.is_first_of_session = is_first_of_session_;
    header.sequence = frame.sequence.value;
    header.group_begin = group.front().sequence.value;
    header.durable = durable_.value;
    header.first_id = frame.first_id.value;
    header.payload_checksum = frame.payload_checksum;
    put_wal_frame_header(header, current_, frame.front.data());
    LOGPOND_CHECK_OK(write_piece({frame.front.data(), frame.front.size()}, offset));
    LOGPOND_CHECK_OK(write_piece(frame.tail, offset));
  }
  return write_joined(offset);
}

/// Leaves a segment. A group that was refused must not come back at the next start: the header of
/// its first frame goes, and with it what follows.
Status Wal::Impl::end_segment() {
  if (file_ != nullptr && has_remains_ && offset_ + kFrameHeaderBytes <= size_) {
    LOGPOND_CHECK_OK(file_->write_at(offset_, std::string(kFrameHeaderBytes, '\0')));
    if (const Status synced = file_->sync(); !synced) {
      return fail(ErrorCode::kIo, synced.error().message);
    }
  }
  file_.reset();  // every earlier write was synced
  is_full_ = false;
  has_remains_ = false;
  return {};
}

Status Wal::Impl::write(std::span<Frame> group) {
  std::uint64_t group_bytes = 0;
  for (const Frame& frame : group) group_bytes += frame.front.size() + frame.tail.size();
  if (file_ == nullptr || is_full_ || offset_ + group_bytes > size_) {
    LOGPOND_CHECK_OK(end_segment());
    LOGPOND_CHECK_OK(begin_segment(group_bytes));
  }
  std::uint64_t offset = offset_;
  // When a write fails for want of space, the offset stays: the next group writes over the remains.
  has_remains_ = true;
  LOGPOND_CHECK_OK(write_group(group, offset));
  if (const Status synced = file_->sync(); !synced) {
    return fail(ErrorCode::kIo, synced.error().message);
  }
  offset_ = offset;
  has_remains_ = false;
  durable_ = group.back().sequence;
  is_first_of_session_ = false;
  return {};
}

// ---- The handle

std::uint64_t Wal::payload_checksum(std::string_view front, std::string_view tail) {
  return codec::checksum(tail, codec::checksum(front));
}

Result<std::unique_ptr<Wal>> Wal::open(platform::FileSystem& fs, Options options, Start start) {
  auto impl = std::make_unique<Impl>(fs, std::move(options), start);
  LOGPOND_CHECK_OK(impl->open());
  return std::unique_ptr<Wal>(new Wal(std::move(impl)));
}

Wal::Wal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Wal::~Wal() = default;
Result<WalRecovery> Wal::replay(const Replay& replay, const Progress& progress) {
  return impl_->replay(replay, progress);
}
Status Wal::write(std::span<Frame> group) {
  return impl_->write(group);
}
WalSegment Wal::rotate() {
  return impl_->rotate();
}
Status Wal::remove_before(WalSegment floor) {
  return impl_->remove_before(floor);
}
Status Wal::remove_spares() {
  return impl_->remove_spares();
}
std::uint64_t Wal::bytes() const {
  return impl_->bytes();
}
std::uint64_t Wal::spare_bytes() const {
  return impl_->spare_bytes();
}

}  // namespace logpond::storage
