// Live tails: history from the store, then what arrives, without gap or double.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "api/tail/tail_format.h"
#include "core/ids.h"
#include "core/result.h"
#include "core/time.h"
#include "ingest/live_hub.h"
#include "logql/engine.h"
#include "net/outbound.h"
#include "platform/cancel_token.h"
#include "platform/clock.h"
#include "telemetry/metrics.h"

namespace logpond::api::tail {

/// Batches that wait for one tail, together. They are shared with the other tails, so many slow
/// readers of the same records cost little more than one.
inline constexpr std::size_t kInboxBytesMax = std::size_t{16} << 20;

struct TailRequest {
  TenantId tenant;
  std::string query;
  TimestampNs start = 0;          ///< History begins here.
  std::size_t history_lines = 0;  ///< The newest so many lines of it, oldest first; 0: none.
  std::optional<RecordId> after;  ///< Only records behind this one: a reader that comes back.
  DurationNs delay = 0;           ///< Lines wait so long before they are sent.
  DurationNs life_max = 0;        ///< The tail is ended after it; 0: never.
  DurationNs heartbeat = 0;       ///< Format's heartbeat after such a silence; 0: none.
  platform::CancelToken cancel;   ///< For reading the history.
};

/// A tail that has everything but a client: its place is taken, its history read.
class PreparedTail {
 public:
  virtual ~PreparedTail() = default;
};

/// One thread filters and writes for all tails, so a tail costs no thread. A reader who is slow
/// holds nobody up: his batches wait in his inbox, and what does not fit there he is told of.
///
/// Borrows: the engine, hub, clock and metrics, which must outlive it.
/// Threads: any.
class TailEngine {
 public:
  struct Options {
    std::size_t tails_max = 100;
    DurationNs newest_ahead = 10 * kMinute;  ///< History reads so far into the future.
    std::size_t inbox_bytes_max = kInboxBytesMax;
  };
  TailEngine(logql::Engine& engine, ingest::LiveHub& hub, const platform::Clock& clock,
             telemetry::MetricsRegistry& metrics, Options options);
  ~TailEngine();

  /// Takes a place, compiles the query, subscribes, then reads the history: in this order, so that
  /// nothing falls between. Blocks for the history's query.
  /// Errors: kInvalidArgument (the query; or all places taken, in Loki's words), as Engine::range.
  Result<std::unique_ptr<PreparedTail>> prepare(const TailRequest& request);
  /// Sends the tail to `stream` until that is closed, the tail's life ends, or stop().
  void start(std::unique_ptr<PreparedTail> tail, std::unique_ptr<TailFormat> format,
             std::shared_ptr<net::OutboundStream> stream);
  /// Ends all tails, telling them so. Idempotent; the destructor does it too.
  void stop();
  std::size_t tails() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace logpond::api::tail
