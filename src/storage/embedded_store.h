// The store that needs nothing but a directory: WAL, head, parts, merges, retention.
// How it fits together: docs/architecture.md; files: docs/formats/.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "platform/clock.h"
#include "platform/file_system.h"
#include "storage/retention.h"
#include "storage/store.h"
#include "telemetry/metrics.h"

namespace logpond::storage {

struct EmbeddedStoreOptions {
  std::filesystem::path directory;  ///< Made when absent.
  std::size_t head_bytes_max = std::size_t{128}
                               << 20;  ///< Head, sealing included; beyond it appends wait.
  std::size_t queue_bytes_max = std::size_t{32}
                                << 20;  ///< Appends not yet written; beyond: kLimitExceeded.
  std::size_t seal_bytes = std::size_t{64} << 20;  ///< The head is sealed when it holds so much ...
  std::size_t seal_records = 256 * 1024;           ///< ... or so many records.
  std::uint64_t wal_segment_bytes = std::uint64_t{64} << 20;
  DurationNs group_wait =
      0;  ///< Wait so long for company before a sync. Under load groups form by themselves.
  DurationNs retention = 0;           ///< Parts wholly older are dropped; 0: kept for ever.
  std::uint64_t retention_bytes = 0;  ///< Oldest parts are dropped beyond it; 0: no limit.
  std::vector<RetentionRule> retention_rules;            ///< For single tenants and streams.
  std::size_t cache_bytes_max = std::size_t{256} << 20;  ///< Row groups read lately, unpacked.
  std::size_t scan_helpers = 0;  ///< Threads that help scans, beside the callers' own.
  /// Called while the WAL is replayed, from the opening thread, with bytes read and to read.
  std::function<void(std::uint64_t done, std::uint64_t total)> on_replay;
  bool read_only = false;  ///< Looks without changing anything, also while a server runs.
  bool maintain =
      true;  ///< Seal, merge and apply retention in the background. Tests do it by hand.
};

/// Called for each durable batch, in the order of ids, before its append is acknowledged. Must be
/// quick.
using PublishBatch = std::function<void(const std::shared_ptr<const StoredBatch>&)>;

/// Opens or makes the store in `options.directory` and replays its WAL. Borrows everything by
/// reference, which must outlive the store. Read-only it shows one moment of a directory that a
/// server may be working on. Errors: kConflict (another process holds the directory), kCorruption,
/// kUnavailable (newer layout; read-only: it never stood still), kIo.
Result<std::unique_ptr<Store>> open_embedded_store(platform::FileSystem& fs,
                                                   const platform::Clock& clock,
                                                   telemetry::MetricsRegistry& metrics,
                                                   EmbeddedStoreOptions options,
                                                   PublishBatch publish);

}  // namespace logpond::storage
