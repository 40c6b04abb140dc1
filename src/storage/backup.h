// A second data directory with the same records: backup and restore.
// Tests: storage/tests/backup_test.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "core/result.h"
#include "platform/file_system.h"

namespace logpond::storage {

struct CopyOptions {
  std::filesystem::path from;  ///< A data directory, or a backup of one.
  std::filesystem::path to;    ///< New or empty, and not inside `from`.
  bool with_wal = true;        ///< Without it what is not in parts yet is left behind.
  /// Parts are immutable, so a second name of the same file is as good as a copy, at once and for
  /// nothing; where the file system cannot, and without this, they are copied.
  bool may_link = true;
  /// Bytes copied or linked so far, and of all.
  std::function<void(std::uint64_t done, std::uint64_t total)> on_progress;
};

struct CopyReport {
  std::uint64_t parts = 0;
  std::uint64_t bytes = 0;         ///< Of the parts.
  std::uint64_t parts_linked = 0;  ///< The others were copied.
};

/// Makes `to` a data directory that holds what `from` holds at one moment of the call, also while
/// a server works on `from`. Its MANIFEST is written last: a directory without one is an unfinished
/// copy. Durable when it returns.
/// Errors: kNotFound (no data directory), kConflict (`to` is not empty), kInvalidArgument (inside
/// one another), kUnavailable (`from` changed again and again), kCorruption, kIo, kNoSpace.
Result<CopyReport> copy_data_directory(platform::FileSystem& fs, const CopyOptions& options);

/// True when `path` is missing or a directory without entries. Errors: kIo.
Result<bool> is_missing_or_empty(platform::FileSystem& fs, const std::filesystem::path& path);

}  // namespace logpond::storage
