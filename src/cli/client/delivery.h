// Sends push bodies so that a busy or restarting server loses nothing: bounded retries with
// back-off.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "cli/client/server_client.h"

namespace logpond::cli {

struct DeliveryOutcome {
  bool is_stored = false;
  bool is_refused = false;  ///< The server said no for good: another try would not help.
  std::string sentence;     ///< Why not, or empty.
};

/// Threads: one at a time.
class Delivery {
 public:
  struct Options {
    DurationNs patience = 60 * kSecond;  ///< All tries of one body together; at least one is made.
    DurationNs pause_first = 200 * kMillisecond;
    DurationNs pause_max = 10 * kSecond;
    /// Waits between tries; tests replace it.
    std::function<void(DurationNs)> pause;
    /// Told once when tries begin: `the server is busy ...`.
    std::function<void(const std::string&)> notice;
  };
  Delivery(ServerClient client, Options options);

  /// Tries again on 408, 429, 500, 502 to 504, 507 and when the server cannot be reached;
  /// Retry-After is heeded.
  DeliveryOutcome send(std::string_view path, std::string_view content_type, std::string_view body);

 private:
  ServerClient client_;
  Options options_;
};

}  // namespace logpond::cli
