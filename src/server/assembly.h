// The server as one thing: every object built in order, started in order, stopped in reverse.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "config/config.h"
#include "core/result.h"

namespace logpond::server {

/// Where records and the rest of the data lie.
struct DataPlaces {
  std::filesystem::path data;     ///< The data directory.
  std::filesystem::path records;  ///< The embedded store's directory; usually the same.
};
/// `store.url` wins for records; when only it is given it names the data directory too.
/// Errors: kInvalidArgument.
Result<DataPlaces> data_places(const config::Config& config);

/// Errors: kPermissionDenied with a sentence that says how to listen on `http` all the same, when
/// it is not loopback and `insecure` is off.
Status check_listen_address(const config::Config& config);

/// Owns the whole server. Threads: start(), stop() and reload() from one thread at a time.
class Assembly {
 public:
  /// Called while start() replays what the last run left in the write-ahead log, from its thread:
  /// bytes read and to read.
  using ReplayProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

  explicit Assembly(config::Config config, ReplayProgress on_replay = {});
  ~Assembly();  ///< Stops.

  /// Opens the store, listens, and feeds the demo when asked. Errors: kConflict (address or data
  /// directory in use), kPermissionDenied, kCorruption, kUnavailable, kIo; nothing runs then.
  Status start();
  /// Closes the doors, finishes what was begun within `drain_timeout`, closes the store.
  /// Idempotent.
  void stop();
  /// Takes the reloadable options of `newer` and says in diagnostics what needs a restart.
  void reload(const config::Config& newer);

  /// Port that was bound; after start().
  std::uint16_t port() const;
  /// Address for people's browsers: `http://127.0.0.1:3100`; after start().
  std::string url() const;
  DataPlaces places() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace logpond::server
