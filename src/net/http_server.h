// HTTP/1.1 server: one route table, keep-alive, bounded everything, graceful drain.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "net/http_types.h"
#include "net/outbound.h"
#include "platform/clock.h"
#include "platform/worker_pool.h"
#include "telemetry/metrics.h"

namespace logpond::net {

/// Who may call a route. No default: a route without a declared rule does not compile.
enum class AccessRole { kNone, kMetrics, kRead, kIngest, kAdmin };
class AccessRule {
 public:
  AccessRule() = delete;
  constexpr AccessRule(AccessRole role) : role_(role) {}  // NOLINT(google-explicit-constructor)
  constexpr AccessRole role() const { return role_; }

 private:
  AccessRole role_;
};

/// Where a handler runs.
enum class RunOn {
  kIo,      ///< On the connection's thread: only for answers that are ready in microseconds.
  kIngest,  ///< On the pool that decodes pushes.
  kQuery,   ///< On the pool that runs queries; a long query never delays a push.
};

class Responder;
using Handler = std::function<void(HttpRequest request, Responder responder)>;

struct RouteLimits {
  std::size_t body_bytes_max = 1 << 20;  ///< As received. Beyond: 413.
  /// From the request's end to the answer (the cancel token's deadline).
  DurationNs deadline = 30 * kSecond;
};

/// One row of the route table.
struct Route {
  Methods methods;
  std::string path;   ///< `/a/{name}/b`; a last `{rest*}` takes everything.
  AccessRule access;  ///< Must be given.
  RunOn run_on = RunOn::kQuery;
  RouteLimits limits{};
  std::string summary;  ///< One line for the OpenAPI document.
  Handler handler;
};

/// How a 404, 405, 413, 408, 500 or 503 of the server itself looks for a path.
using ErrorFormatter =
    std::function<HttpResponse(std::string_view path, int status, std::string_view message)>;

/// Answers one request, once, from any thread. Move-only. Dropped unanswered it sends a 500.
class Responder {
 public:
  struct Exchange;  ///< Inside http_server.cpp.
  explicit Responder(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  Responder(Responder&&) noexcept = default;
  /// What it held unanswered is answered by a 500.
  Responder& operator=(Responder&& other) noexcept;
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;
  ~Responder();

  void send(HttpResponse response);
  /// Begins an answer of unknown length (chunked). What is sent on the stream is the body.
  std::shared_ptr<OutboundStream> start_stream(int status, std::string content_type,
                                               Headers headers, OutboundLimits limits);
  /// Completes a WebSocket handshake; each payload is one text frame, pings are sent and answered,
  /// text from the client is ignored. When the request is no handshake: 400 `Bad Request`, and
  /// null.
  std::shared_ptr<OutboundStream> accept_websocket(OutboundLimits limits);

 private:
  std::shared_ptr<Exchange> exchange_;
};

/// Owns its threads (`io`) and sockets. Borrows the pools, clock and metrics, which must outlive
/// it.
class HttpServer {
 public:
  struct Options {
    std::string host = "127.0.0.1";  ///< Address to bind, or `localhost`.
    std::uint16_t port = 3100;       ///< 0: any free one, see port().
    unsigned io_threads = 2;
    std::size_t connections_max = 12'000;         ///< Beyond: 503 and close.
    DurationNs head_timeout = 10 * kSecond;       ///< A request's head must arrive within.
    DurationNs body_idle_timeout = 30 * kSecond;  ///< Longest pause inside a body or while writing.
    DurationNs keep_alive_timeout = 75 * kSecond;
    std::size_t head_bytes_max = 32 << 10;  ///< Beyond: 431.
    /// All bodies in memory together. Beyond: 503.
    std::size_t bodies_bytes_max = std::size_t{512} << 20;
    std::string server_name = "logpond";
  };
  struct Pools {
    platform::WorkerPool& ingest;
    platform::WorkerPool& query;
  };

  HttpServer(Options options, std::vector<Route> routes, ErrorFormatter errors, Pools pools,
             const platform::Clock& clock, telemetry::MetricsRegistry& metrics);
  ~HttpServer();

  /// Binds and begins to accept. Errors: kConflict (address in use, said in one sentence),
  /// kPermissionDenied, kInvalidArgument (no such address, or a route that cannot be compiled),
  /// kIo.
  Status start();
  /// Stops accepting, answers what was begun, closes streams and idle connections, then returns;
  /// after `patience` what is left is cut. Idempotent. Not from a handler on an io thread.
  void stop(DurationNs patience);
  std::uint16_t port() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace logpond::net
