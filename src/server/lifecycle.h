// Starting in order and stopping in reverse, with the order written as data.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/result.h"

namespace logpond::server {

/// Something that runs.
struct Part {
  std::string name;               ///< For diagnostics: `store`, `http`.
  std::function<Status()> start;  ///< Empty: nothing to do.
  std::function<void()> stop;     ///< Empty: nothing to do. Called only after a good start.
};

/// Threads: one at a time.
class Lifecycle {
 public:
  explicit Lifecycle(std::vector<Part> parts) : parts_(std::move(parts)) {}
  ~Lifecycle() { stop(); }
  Lifecycle(const Lifecycle&) = delete;
  Lifecycle& operator=(const Lifecycle&) = delete;

  /// Starts the parts in order. When one fails, those before it are stopped in reverse and its
  /// error is returned, with its name before it.
  Status start();
  /// Stops what runs, last started first. Idempotent.
  void stop();

 private:
  std::vector<Part> parts_;
  std::size_t running_ = 0;
};

}  // namespace logpond::server
