// Plain read(2) instead of platform::FileSystem: what is pushed may be a pipe, a terminal or a
// device.
#include "cli/input/line_source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace logpond::cli {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

tl::unexpected<Error> os_failure(std::string_view what, const std::string& path, int number) {
  ErrorCode code = ErrorCode::kIo;
  if (number == ENOENT) code = ErrorCode::kNotFound;
  if (number == EACCES) code = ErrorCode::kPermissionDenied;
  std::string text(what);
  text += " \"" + path + "\": " + std::strerror(number);
  return fail(code, std::move(text));
}

}  // namespace

class LineSource::Impl {
 public:
  Impl(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {
    struct stat info{};
    if (fstat(descriptor_, &info) == 0 && S_ISREG(info.st_mode)) {
      is_file_ = true;
      size_ = static_cast<std::uint64_t>(info.st_size);
      posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
  }
  ~Impl() {
    if (descriptor_ > STDERR_FILENO) close(descriptor_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<Line> next(DurationNs patience) {
    while (true) {
      const std::size_t scan_from = begin_ + scanned_;
      const char* feed = begin_ + scanned_ < end_
                             ? static_cast<const char*>(
                                   std::memchr(buffer_.data() + scan_from, '\n', end_ - scan_from))
                             : nullptr;
      if (feed != nullptr) {
        const auto at = static_cast<std::size_t>(feed - buffer_.data());
        return take(at, at + 1);
      }
      scanned_ = end_ - begin_;
      if (scanned_ > kLineBytesMax) is_skipping_ = true;
      if (is_skipping_) {  // keep the line's beginning, forget what follows
        end_ = begin_ + std::min(end_ - begin_, kLineBytesMax);
        scanned_ = end_ - begin_;
      }
      if (at_end_) {
        if (begin_ == end_) return Line{};
        return take(end_, end_);
      }
      if (!is_file_ && !wait(patience)) return Line{Got::kIdle, {}, false};
      LOGPOND_CHECK_OK(read_more());
    }
  }

  std::uint64_t size() const { return size_; }
  std::uint64_t bytes_read() const { return read_; }

 private:
  Line take(std::size_t line_end, std::size_t next_begin) {
    std::string_view text(buffer_.data() + begin_, line_end - begin_);
    if (text.ends_with('\r')) text.remove_suffix(1);
    const bool is_cut = is_skipping_ || text.size() > kLineBytesMax;
    begin_ = next_begin;
    scanned_ = 0;
    is_skipping_ = false;
    return Line{Got::kLine, text.substr(0, kLineBytesMax), is_cut};
  }

  bool wait(DurationNs patience) const {
    pollfd waiting{descriptor_, POLLIN, 0};
    const int ready = poll(&waiting, 1, static_cast<int>(patience / kMillisecond));
    return ready != 0;
  }

  Status read_more() {
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (buffer_.size() < end_ + kBlockBytes) buffer_.resize(end_ + kBlockBytes);
    ssize_t got = 0;
    do {
      got = read(descriptor_, buffer_.data() + end_, kBlockBytes);
    } while (got < 0 && errno == EINTR);
    if (got < 0) return os_failure("cannot read", path_, errno);
    if (got == 0) at_end_ = true;
    end_ += static_cast<std::size_t>(got);
    read_ += static_cast<std::uint64_t>(got);
    return {};
  }

  int descriptor_;
  std::string path_;
  std::string buffer_;
  std::size_t begin_ = 0;    // of the line that is next
  std::size_t end_ = 0;      // of what was read
  std::size_t scanned_ = 0;  // bytes after begin_ without a line feed
  std::uint64_t size_ = 0;
  std::uint64_t read_ = 0;
  bool is_file_ = false;
  bool at_end_ = false;
  bool is_skipping_ = false;
};

LineSource::LineSource(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LineSource::LineSource(LineSource&&) noexcept = default;
LineSource& LineSource::operator=(LineSource&&) noexcept = default;
LineSource::~LineSource() = default;

Result<LineSource> LineSource::open(const std::string& path) {
  if (path == "-") return LineSource(std::make_unique<Impl>(STDIN_FILENO, "standard input"));
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return os_failure("cannot open", path, errno);
  return LineSource(std::make_unique<Impl>(descriptor, path));
}

Result<LineSource::Line> LineSource::next(DurationNs patience) {
  return impl_->next(patience);
}
std::uint64_t LineSource::size() const {
  return impl_->size();
}
std::uint64_t LineSource::bytes_read() const {
  return impl_->bytes_read();
}

}  // namespace logpond::cli
