// What the operating system knows about this process.
#pragma once

#include <cstdint>

#include "core/result.h"

namespace logpond::platform {

/// A figure that cannot be read is 0.
struct ProcessFigures {
  double cpu_seconds = 0;            ///< User and system, all threads.
  std::uint64_t resident_bytes = 0;  ///< Memory in RAM.
  std::uint64_t open_files = 0;      ///< Descriptors in use.
  std::uint64_t open_files_max = 0;  ///< The soft limit.
  double start_time_seconds = 0;  ///< Since the Unix epoch; the same for the life of the process.
};

/// Reads /proc; some 50 us. Threads: any.
ProcessFigures process_figures();

/// Raises the limit of open files to the hard limit and returns it: many parts and connections are
/// many descriptors, and the usual soft limit of 1024 is for programs that use select(). Errors:
/// kIo, kPermissionDenied.
Result<std::uint64_t> raise_open_files_max();

}  // namespace logpond::platform
