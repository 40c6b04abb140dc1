// The bar of commands that read or copy a data directory.
#pragma once

#include <cstdint>

#include "cli/output/progress.h"

namespace logpond::cli {

/// Shown when stderr is a terminal. Threads: one.
class CopyProgress {
 public:
  CopyProgress();
  void update(std::uint64_t bytes_done, std::uint64_t bytes_total);
  void clear() { bar_.clear(); }

 private:
  ProgressBar bar_;
  DurationNs begin_;
};

}  // namespace logpond::cli
