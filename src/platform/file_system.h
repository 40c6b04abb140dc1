// The only door to files. PosixFileSystem is the real one; SimFileSystem (sim/) is its in-memory
// twin that can lose power, tear writes, fill up and fail at any call.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace logpond::platform {

/// An open file. Closed by the destructor, which reports nothing: call sync() before what must
/// last.
///
/// Threads: read_at() from any thread at once; the writing calls from one thread at a time.
class File {
 public:
  virtual ~File() = default;

  /// Reads up to `into.size()` bytes at `offset`; fewer only at the end of the file. Errors: kIo.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) const = 0;
  /// Writes all of `bytes` at `offset`. After an error an unknown part is written. Errors: kIo,
  /// kNoSpace.
  virtual Status write_at(std::uint64_t offset, std::span<const char> bytes) = 0;
  /// Makes data and size durable (fdatasync). After an error nothing may be assumed and it is not
  /// tried again: the kernel may have dropped the pages. Errors: kIo, kNoSpace.
  virtual Status sync() = 0;
  /// Cuts the file or extends it with zeros. Errors: kIo, kNoSpace.
  virtual Status truncate(std::uint64_t size) = 0;
  /// Reserves room for [0, size) and extends the file with zeros, so that later writes inside it
  /// neither change the size nor run out of space. Errors: kIo, kNoSpace.
  virtual Status allocate(std::uint64_t size) = 0;
  virtual Result<std::uint64_t> size() const = 0;
};

/// A held lock on a file; let go by the destructor (and by the death of the process).
class FileLock {
 public:
  virtual ~FileLock() = default;
};

enum class OpenMode {
  kRead,       ///< Must exist.
  kReadWrite,  ///< Must exist.
  kCreate,     ///< Read and write; must not exist (kConflict).
  kCreateOrTruncate,
};

/// A tree of files. All paths are absolute or relative to the process. Threads: every call from any
/// thread.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// Errors: kNotFound, kConflict, kIo, kNoSpace, kPermissionDenied.
  virtual Result<std::unique_ptr<File>> open(const std::filesystem::path& path, OpenMode mode) = 0;
  /// Atomic; replaces `to`. Durable only after sync_directory() of the parent.
  virtual Status rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  /// Gives a file a second name: both lead to the same bytes, and removing one leaves the other.
  /// Durable only after sync_directory() of the parent. Errors: kUnavailable where it cannot be
  /// done (another file system, or one without links): copy instead; else as rename(), and
  /// kConflict when `to` exists.
  virtual Status link(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  /// Removes a file (a directory is kIo). Removing what does not exist is kNotFound. Readers that
  /// have the file open keep it.
  virtual Status remove(const std::filesystem::path& path) = 0;
  /// Removes an empty directory. Errors: kNotFound, kConflict when it is not empty, kIo.
  virtual Status remove_directory(const std::filesystem::path& path) = 0;
  /// Makes the directory and its parents; no error when it exists. Each new one is durable only
  /// after sync_directory() of its parent: create_directories_durably() below does that.
  virtual Status create_directories(const std::filesystem::path& path) = 0;
  /// Makes creations, renames and removals in `path` durable.
  virtual Status sync_directory(const std::filesystem::path& path) = 0;
  /// Names of the entries of a directory, sorted, without "." and "..". Errors: kNotFound, kIo.
  virtual Result<std::vector<std::string>> list(const std::filesystem::path& path) = 0;
  virtual bool exists(const std::filesystem::path& path) = 0;
  /// Bytes an unprivileged writer may still use where `path` lies.
  virtual Result<std::uint64_t> free_bytes(const std::filesystem::path& path) = 0;
  /// Takes an exclusive lock without waiting; makes the file when it is missing and leaves it
  /// behind. Errors: kConflict when another process, or another call of this one, holds it.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::filesystem::path& path) = 0;
};

/// Makes the directory and its parents and makes them durable. Errors: as the calls it is made of.
Status create_directories_durably(FileSystem& fs, const std::filesystem::path& path);

/// Reads a whole file of at most `bytes_max` bytes. Errors: as open(), kLimitExceeded.
Result<std::string> read_file(FileSystem& fs, const std::filesystem::path& path,
                              std::uint64_t bytes_max);

/// Replaces `path` by `bytes` so that after a crash it holds the old or the new content, never a
/// mix: temporary file, sync, rename, directory sync.
Status write_file_atomically(FileSystem& fs, const std::filesystem::path& path,
                             std::string_view bytes);

}  // namespace logpond::platform
