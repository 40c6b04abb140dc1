// A file system in memory that behaves like a disk on its worst day. For tests.
//
// What a file holds is two things: what programs read back (the page cache) and what survives a
// power cut (the platter). write_at() changes the first; sync() copies it to the second. Names
// likewise: create, rename and remove change the visible directory at once and the durable one at
// sync_directory(). Neither sync() nor rename() touches the other's half: a file whose creation was
// never made durable by sync_directory() is gone after a cut, and a durable name may lead to a file
// whose data was lost.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "platform/file_system.h"

namespace logpond::platform {

/// Relative paths start at the root, which exists; links and permissions do not.
///
/// Threads: as FileSystem; the controls below from any thread too.
class SimFileSystem : public FileSystem {
 public:
  /// What becomes of bytes that were written but not synced when the power goes.
  enum class Unsynced {
    kLost,  ///< None of it reached the platter.
    kTorn,  ///< A random prefix of each file's unsynced writes, the last one cut at a random byte;
            ///< a random prefix of the name changes.
    kReordered,  ///< A random subset of the unsynced 512-byte sectors, in no order; names likewise.
    kKept,       ///< All of it happened to reach the platter.
  };

  /// The same seed and the same calls in the same order give the same disk.
  static std::unique_ptr<SimFileSystem> create(std::uint64_t seed);

  /// Counts every changing call (write_at, sync, truncate, allocate, rename, remove,
  /// remove_directory, open that creates or truncates, lock that creates, create_directories,
  /// sync_directory), successful or not, since the start; the n-th has number n, from 1.
  virtual std::uint64_t operations() const = 0;
  /// At operation number `n` the power goes: that call and every later one, reads too, fail with
  /// kIo. A sync at `n` makes nothing durable; what another call at `n` does counts as not synced,
  /// so that cut_power() may tear or keep it. 0: never.
  virtual void fail_from_operation(std::uint64_t n) = 0;
  /// Exactly operation number `n` fails with `error` and changes nothing; later ones succeed. May
  /// be called for several. A file's sync() that fails loses what was not synced, though reads
  /// still give it, and no later sync() brings it back: so do kernels.
  virtual void fail_operation_once(std::uint64_t n, ErrorCode error) = 0;
  /// Counts calls of read_at(), from 1.
  virtual std::uint64_t reads() const = 0;
  /// Exactly the n-th read_at() fails with `error`.
  virtual void fail_read_once(std::uint64_t n, ErrorCode error) = 0;
  /// The machine restarts: what was not durable is lost as `unsynced` says, open files become
  /// useless (every call kIo), locks are let go, failures are forgotten. Counting goes on.
  virtual void cut_power(Unsynced unsynced) = 0;
  /// Bytes all files together may hold; beyond it writes (after filling what is left) and allocate
  /// give kNoSpace. Holes count as if they were filled.
  virtual void set_capacity(std::uint64_t bytes) = 0;
  /// Flips one bit of what is stored, as a bad disk does. Errors: kNotFound, kInvalidArgument when
  /// the file is shorter.
  virtual Status corrupt(const std::filesystem::path& path, std::uint64_t offset) = 0;
};

}  // namespace logpond::platform
