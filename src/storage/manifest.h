// The manifest: which parts are alive and from where the WAL still counts.
// File layout: docs/formats/manifest.md. It changes by atomic rename, so it is always a whole one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "core/result.h"
#include "platform/file_system.h"
#include "storage/mark_table.h"
#include "storage/part.h"
#include "storage/wal.h"

namespace logpond::storage {

struct Manifest {
  std::uint64_t next_part = 1;       ///< Number of the next part file.
  std::uint64_t next_record_id = 1;  ///< No record sealed so far has this id or a higher one.
  WalSequence sealed;    ///< Batches up to this one are in parts; their frames are skipped.
  WalSegment wal_floor;  ///< Segments below hold nothing that is needed.
  MarkTable marks;       ///< Of batches up to `sealed`; later ones are in the WAL.
  std::vector<PartSummary> parts;  ///< By id_min.
  bool operator==(const Manifest&) const = default;
};

/// Nothing when there is no manifest: a new data directory.
/// Errors: kCorruption; kUnavailable for a layout newer than this program.
Result<std::optional<Manifest>> read_manifest(platform::FileSystem& fs,
                                              const std::filesystem::path& directory);
/// Durable when it returns. Errors: kIo, kNoSpace; then the old one still stands.
Status write_manifest(platform::FileSystem& fs, const std::filesystem::path& directory,
                      const Manifest& manifest);

}  // namespace logpond::storage
