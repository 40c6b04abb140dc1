// A file system in memory that behaves like a disk on its worst day. For tests.
//
// What a file holds is two things: what programs read back (the page cache) and what survives a
// power cut (the platter). write_at() changes the first; sync() copies it to the second. Names
// likewise: create, rename and remove change the visible directory at once and the durable one at
// sync_directory().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "platform/file_system.h"

namespace logpond::platform {

/// Threads: as FileSystem; the controls below from any thread too.
class SimFileSystem : public FileSystem {
 public:
  /// What becomes of bytes that were written but not synced when the power goes.
  enum class Unsynced {
    kLost,  ///< None of it reached the platter.
    kTorn,  ///< A random prefix of each file's unsynced writes, the last one cut at a random byte.
    kReordered,  ///< A random subset of the unsynced 512-byte sectors, in no order; names likewise.
    kKept,       ///< All of it happened to reach the platter.
  };

  static std::unique_ptr<SimFileSystem> create(std::uint64_t seed);

  /// Counts every changing call (write_at, sync, truncate, allocate, rename, remove, create,
  /// create_directories, sync_directory) since the start; the n-th has number n, from 1.
  virtual std::uint64_t operations() const = 0;
  /// At operation number `n` the power goes: that call and every later one fail with kIo and change
  /// nothing (a write at `n` itself may be torn by cut_power). 0: never.
  virtual void fail_from_operation(std::uint64_t n) = 0;
  /// Exactly operation number `n` fails with `error`; later ones succeed. Tests error handling.
  virtual void fail_operation_once(std::uint64_t n, ErrorCode error) = 0;
  /// The machine restarts: what was not durable is lost as `unsynced` says, open files become
  /// useless (every call kIo), locks are let go, failures are forgotten.
  virtual void cut_power(Unsynced unsynced) = 0;
  /// Bytes all files together may hold; beyond it writes and allocate give kNoSpace.
  virtual void set_capacity(std::uint64_t bytes) = 0;
  /// Flips one bit of what is stored, as a bad disk does. Errors: kNotFound.
  virtual Status corrupt(const std::filesystem::path& path, std::uint64_t offset) = 0;
};

}  // namespace logpond::platform
