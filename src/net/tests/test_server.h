// A real server on a free port, and a raw client that says exactly what a test wants said.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_client.h"
#include "net/http_server.h"

namespace logpond::net::test {

/// True once `condition` holds; false after 20 seconds.
bool eventually(const std::function<bool()>& condition);

/// A blocking TCP client. Every wait ends after 20 seconds, then the call gives what it has.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer_bytes = 0);
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool is_connected() const { return fd_ >= 0; }
  bool send(std::string_view bytes) const;
  void shut_writes() const;
  void close();
  /// Closes with a reset instead of a polite end.
  void reset();
  /// What comes next, at least one byte; empty at the end of the connection.
  std::string receive_some() const;
  /// Everything up to the end of the connection.
  std::string receive_all();
  /// Exactly `size` bytes, or fewer when the connection ends.
  std::string receive_exactly(std::size_t size);
  /// One answer; status 0 when none came whole.
  ClientResponse receive_answer(bool to_head = false);
  /// Sends, then receives one answer.
  ClientResponse ask(std::string_view request);

 private:
  int fd_ = -1;
  std::string ahead_;
};

struct TestServer {
  explicit TestServer(std::vector<Route> routes, HttpServer::Options options = {},
                      std::size_t query_threads = 2, std::size_t jobs_max = 64);
  ~TestServer();

  std::uint16_t port() const { return server->port(); }
  RawClient client() const { return RawClient(port()); }
  /// Value of a metric's line that starts with `series`; -1 when there is none.
  double metric(const std::string& series) const;

  platform::WorkerPool ingest;
  platform::WorkerPool query;
  telemetry::MetricsRegistry metrics;
  std::unique_ptr<HttpServer> server;
};

/// A route that answers at once on the connection's thread.
Route io_route(Methods methods, std::string path, Handler handler);
/// A route on a pool.
Route pool_route(Methods methods, std::string path, RunOn run_on, Handler handler);
/// Answers `<method> <path> <parameters,> <body>`.
Handler echo_handler();
std::string get(std::string_view path, std::string_view headers = {});
std::string post(std::string_view path, std::string_view body, std::string_view headers = {});
/// `bytes` cut into chunks of `size`.
std::string chunked(std::string_view bytes, std::size_t size);

}  // namespace logpond::net::test
