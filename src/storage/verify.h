// Reads everything of a data directory and says what is not as it was written.
// Tests: storage/tests/backup_test.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "core/result.h"
#include "platform/cancel_token.h"
#include "platform/file_system.h"

namespace logpond::storage {

/// Something that is not as it was written.
struct Damage {
  std::string place;  ///< A file below the data directory.
  std::string reason;
};

struct VerifyOptions {
  std::function<void(const Damage&)> on_damage;
  /// Bytes of parts read so far, and of all.
  std::function<void(std::uint64_t done, std::uint64_t total)> on_progress;
  platform::CancelToken cancel;
};

struct VerifyReport {
  std::uint64_t parts = 0;
  std::uint64_t records = 0;      ///< In sound parts.
  std::uint64_t bytes = 0;        ///< Of parts.
  std::uint64_t wal_batches = 0;  ///< In the write-ahead log, sound.
  std::uint64_t damages = 0;
  std::uint64_t set_aside = 0;  ///< Files that were found damaged earlier (*.damaged).
};

/// Checks every checksum of manifest, deletions, write-ahead log and parts; changes nothing. Works
/// beside a running server too. Damage is reported, not an error. Errors: kNotFound (no data
/// directory), kUnavailable (newer layout), kCancelled, kIo.
Result<VerifyReport> verify_data_directory(platform::FileSystem& fs,
                                           const std::filesystem::path& directory,
                                           const VerifyOptions& options);

}  // namespace logpond::storage
