#include "platform/posix/posix_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <utility>

#include "platform/os_error.h"

namespace logpond::platform {
namespace {

// Records may be personal: nobody but the owner and the group may look.
constexpr mode_t kFileMode = 0640;
constexpr mode_t kDirectoryMode = 0750;
constexpr std::uint64_t kFileBytesMax = std::numeric_limits<off_t>::max();

/// Repeats a system call that a signal interrupted.
template <typename Call>
auto retry(Call call) {
  decltype(call()) result;
  do {
    result = call();
  } while (result == -1 && errno == EINTR);
  return result;
}

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    // Not repeated after EINTR: on Linux the descriptor is free all the same.
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

class PosixFile : public File {
 public:
  PosixFile(Descriptor fd, std::filesystem::path path)
      : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) const override {
    std::size_t done = 0;
    while (done < into.size()) {
      if (offset + done > kFileBytesMax) break;  // no file reaches this far
      const ssize_t n = retry([&] {
        return ::pread(fd_.get(), into.data() + done, into.size() - done,
                       static_cast<off_t>(offset + done));
      });
      if (n < 0) return os_error("read", path_, errno);
      if (n == 0) break;
      done += static_cast<std::size_t>(n);
    }
    return done;
  }

  Status write_at(std::uint64_t offset, std::span<const char> bytes) override {
    if (offset > kFileBytesMax || bytes.size() > kFileBytesMax - offset) {
      return os_error("write", path_, EFBIG);
    }
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t n = retry([&] {
        return ::pwrite(fd_.get(), bytes.data() + done, bytes.size() - done,
                        static_cast<off_t>(offset + done));
      });
      if (n < 0) return os_error("write", path_, errno);
      done += static_cast<std::size_t>(n);
    }
    return {};
  }

  Status sync() override {
    if (retry([&] { return ::fdatasync(fd_.get()); }) != 0) return os_error("sync", path_, errno);
    return {};
  }

  Status truncate(std::uint64_t size) override {
    if (size > kFileBytesMax) return os_error("truncate", path_, EFBIG);
    if (retry([&] { return ::ftruncate(fd_.get(), static_cast<off_t>(size)); }) != 0) {
      return os_error("truncate", path_, errno);
    }
    return {};
  }

  Status allocate(std::uint64_t size) override {
    if (size > kFileBytesMax) return os_error("allocate", path_, EFBIG);
    if (size == 0) return {};
    const int result =
        retry([&] { return ::fallocate(fd_.get(), 0, 0, static_cast<off_t>(size)); });
    if (result == 0) return {};
    if (errno != EOPNOTSUPP && errno != ENOSYS) return os_error("allocate", path_, errno);
    return extend_with_zeros(size);
  }

  Result<std::uint64_t> size() const override {
    struct stat info{};
    if (::fstat(fd_.get(), &info) != 0) return os_error("read the size of", path_, errno);
    return static_cast<std::uint64_t>(info.st_size);
  }

 private:
  // For file systems without fallocate (NFS, some overlays). posix_fallocate is no help: it touches
  // one byte a block, which compressing and copy-on-write file systems do not take as a reservation
  // either.
  Status extend_with_zeros(std::uint64_t size_wanted) {
    static constexpr std::array<char, 64 << 10> kZeros{};
    LOGPOND_TRY(std::uint64_t at, size());
    while (at < size_wanted) {
      const std::uint64_t piece = std::min<std::uint64_t>(kZeros.size(), size_wanted - at);
      LOGPOND_CHECK_OK(write_at(at, std::span(kZeros).first(static_cast<std::size_t>(piece))));
      at += piece;
    }
    return {};
  }

  Descriptor fd_;
  std::filesystem::path path_;
};

class PosixFileLock : public FileLock {
 public:
  explicit PosixFileLock(Descriptor fd) : fd_(std::move(fd)) {}

 private:
  Descriptor fd_;  // closing it lets go of the flock
};

int open_flags(OpenMode mode) {
  switch (mode) {
    case OpenMode::kRead:
      return O_RDONLY;
    case OpenMode::kReadWrite:
      return O_RDWR;
    case OpenMode::kCreate:
      return O_RDWR | O_CREAT | O_EXCL;
    case OpenMode::kCreateOrTruncate:
      return O_RDWR | O_CREAT | O_TRUNC;
  }
  return O_RDONLY;
}

Descriptor open_descriptor(const std::filesystem::path& path, int flags) {
  return Descriptor(retry([&] { return ::open(path.c_str(), flags | O_CLOEXEC, kFileMode); }));
}

Status make_directory(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), kDirectoryMode) == 0) return {};
  const int error = errno;
  struct stat info{};
  const bool is_there = ::stat(path.c_str(), &info) == 0;
  if (is_there && S_ISDIR(info.st_mode)) return {};
  return os_error("create directory", path, is_there ? ENOTDIR : error);
}

class PosixFileSystem : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const std::filesystem::path& path, OpenMode mode) override {
    Descriptor fd = open_descriptor(path, open_flags(mode));
    if (!fd.is_open()) return os_error("open", path, errno);
    struct stat info{};
    if (::fstat(fd.get(), &info) != 0) return os_error("open", path, errno);
    // Opening a directory for reading succeeds and every read fails; say it at once.
    if (S_ISDIR(info.st_mode)) return os_error("open", path, EISDIR);
    return std::make_unique<PosixFile>(std::move(fd), path);
  }

  Status rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    if (::rename(from.c_str(), to.c_str()) == 0) return {};
    const int error = errno;
    return os_error("rename \"" + from.native() + "\" to", to, error);
  }

  Status link(const std::filesystem::path& from, const std::filesystem::path& to) override {
    if (::link(from.c_str(), to.c_str()) == 0) return {};
    const int error = errno;
    const std::string action = "link \"" + from.native() + "\" to";
    // EPERM: the file system has no links, or may not make one to somebody else's file.
    if (error == EXDEV || error == EPERM || error == EOPNOTSUPP || error == EMLINK) {
      return fail(ErrorCode::kUnavailable, std::move(os_error(action, to, error).value().message));
    }
    return os_error(action, to, error);
  }

  Status remove(const std::filesystem::path& path) override {
    if (::unlink(path.c_str()) != 0) return os_error("remove", path, errno);
    return {};
  }

  Status remove_directory(const std::filesystem::path& path) override {
    if (::rmdir(path.c_str()) != 0) return os_error("remove directory", path, errno);
    return {};
  }

  Status create_directories(const std::filesystem::path& path) override {
    if (path.empty()) return os_error("create directory", path, ENOENT);
    std::filesystem::path made;
    for (const auto& part : path) {
      made /= part;
      if (part.empty() || made == made.root_path()) continue;
      LOGPOND_CHECK_OK(make_directory(made));
    }
    return {};
  }

  Status sync_directory(const std::filesystem::path& path) override {
    const Descriptor fd = open_descriptor(path, O_RDONLY | O_DIRECTORY);
    if (!fd.is_open()) return os_error("sync directory", path, errno);
    if (retry([&] { return ::fsync(fd.get()); }) == 0) return {};
    // File systems that know no fsync of a directory (some network ones) say EINVAL; nothing more
    // can be done there, and refusing to run would not make names last longer.
    if (errno == EINVAL) return {};
    return os_error("sync directory", path, errno);
  }

  Result<std::vector<std::string>> list(const std::filesystem::path& path) override {
    DIR* directory = ::opendir(path.c_str());
    if (directory == nullptr) return os_error("list", path, errno);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(directory)) {
      std::string name = entry->d_name;
      if (name != "." && name != "..") names.push_back(std::move(name));
      errno = 0;
    }
    const int error = errno;
    ::closedir(directory);
    if (error != 0) return os_error("list", path, error);
    std::sort(names.begin(), names.end());
    return names;
  }

  bool exists(const std::filesystem::path& path) override {
    struct stat info{};
    return ::stat(path.c_str(), &info) == 0;
  }

  Result<std::uint64_t> free_bytes(const std::filesystem::path& path) override {
    struct statvfs info{};
    if (retry([&] { return ::statvfs(path.c_str(), &info); }) != 0) {
      return os_error("read the free space of", path, errno);
    }
    return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
  }

  Result<std::unique_ptr<FileLock>> lock(const std::filesystem::path& path) override {
    Descriptor fd = open_descriptor(path, O_RDWR | O_CREAT);
    if (!fd.is_open()) return os_error("lock", path, errno);
    if (retry([&] { return ::flock(fd.get(), LOCK_EX | LOCK_NB); }) != 0) {
      if (errno == EWOULDBLOCK) {
        return fail(ErrorCode::kConflict, "cannot lock \"" + path.native() +
                                              "\": another process holds it; stop that one first");
      }
      return os_error("lock", path, errno);
    }
    return std::make_unique<PosixFileLock>(std::move(fd));
  }
};

}  // namespace

std::unique_ptr<FileSystem> make_posix_file_system() {
  return std::make_unique<PosixFileSystem>();
}

}  // namespace logpond::platform
