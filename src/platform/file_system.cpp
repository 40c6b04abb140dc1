#include "platform/file_system.h"

#include <algorithm>
#include <utility>

namespace logpond::platform {
namespace {

/// The directory that holds the name `path`.
std::filesystem::path directory_of(const std::filesystem::path& path) {
  const std::filesystem::path parent = path.parent_path();
  return parent.empty() ? std::filesystem::path(".") : parent;
}

Status write_and_sync(FileSystem& fs, const std::filesystem::path& path, std::string_view bytes) {
  LOGPOND_TRY(const auto file, fs.open(path, OpenMode::kCreateOrTruncate));
  LOGPOND_CHECK_OK(file->write_at(0, bytes));
  return file->sync();
}

}  // namespace

Status create_directories_durably(FileSystem& fs, const std::filesystem::path& path) {
  const std::filesystem::path whole = path.has_filename() ? path : path.parent_path();
  std::vector<std::filesystem::path> levels;  // deepest first
  for (auto level = whole; level.has_relative_path(); level = level.parent_path()) {
    levels.push_back(level);
  }
  std::vector<bool> was_there;
  for (const auto& level : levels) was_there.push_back(fs.exists(level));
  LOGPOND_CHECK_OK(fs.create_directories(path));
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const Status synced = fs.sync_directory(directory_of(levels[i]));
    // One that was there may still be the unsynced work of a process that was killed, so it is
    // synced too; but its parent may be out of our reach (/, /var), and then it was hardly us who
    // made it.
    if (!synced && !was_there[i]) return synced;
  }
  return {};
}

Result<std::string> read_file(FileSystem& fs, const std::filesystem::path& path,
                              std::uint64_t bytes_max) {
  LOGPOND_TRY(const auto file, fs.open(path, OpenMode::kRead));
  LOGPOND_TRY(const std::uint64_t size, file->size());
  // Read until the end, not until `size`: files of /proc say 0, and a growing file says too little.
  std::string bytes;
  std::uint64_t wanted = std::min(size, bytes_max) + 1;  // one more shows whether it ends here
  while (true) {
    const std::size_t begin = bytes.size();
    bytes.resize(begin + static_cast<std::size_t>(wanted));
    LOGPOND_TRY(const std::size_t got, file->read_at(begin, std::span(bytes).subspan(begin)));
    bytes.resize(begin + got);
    if (bytes.size() > bytes_max) {
      return fail(ErrorCode::kLimitExceeded, "cannot read \"" + path.native() +
                                                 "\": it is longer than the allowed " +
                                                 std::to_string(bytes_max) + " bytes");
    }
    if (got < wanted) return bytes;
    wanted = std::min<std::uint64_t>(64 << 10, bytes_max - bytes.size() + 1);
  }
}

Status write_file_atomically(FileSystem& fs, const std::filesystem::path& path,
                             std::string_view bytes) {
  std::filesystem::path temporary = path;
  temporary += ".tmp";
  Status written = write_and_sync(fs, temporary, bytes);
  if (written) written = fs.rename(temporary, path);
  if (!written) {
    // Best effort: a leftover is overwritten by the next call.
    static_cast<void>(fs.remove(temporary));
    return written;
  }
  return fs.sync_directory(directory_of(path));
}

}  // namespace logpond::platform
