// What all connections of a server share, and what those of one io thread share.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "net/http_server.h"
#include "net/router.h"
#include "net/server/body_buffer.h"
#include "net/server/event_loop.h"
#include "net/server/request_reader.h"

namespace logpond::net {

/// Shared by the server, its connections and unanswered Responders.
/// Threads: any, after construction.
class ServerCore {
 public:
  ServerCore(HttpServer::Options options, Router router, ErrorFormatter errors,
             HttpServer::Pools pools, const platform::Clock& clock,
             telemetry::MetricsRegistry& metrics);

  const HttpServer::Options options;
  const Router router;
  const HttpServer::Pools pools;
  const platform::Clock& clock;
  const std::shared_ptr<BodyBudget> bodies;

  /// The error body of this path's dialect; never throws.
  HttpResponse error_response(std::string_view path, int status, std::string_view message) const;
  std::string make_request_id();
  void count_refusal(const char* reason);
  /// Slow: a look-up by name. Loops keep what it gives.
  telemetry::Counter& request_counter(std::size_t route, Method method, int status);
  telemetry::Histogram& request_seconds(std::size_t route) { return *seconds_[route]; }
  /// Route index of requests that met no route.
  std::size_t unmatched() const { return router.routes().size(); }

  void connection_opened();
  void connection_closed();
  std::size_t connections() const { return connections_.load(); }
  /// False when some are left after `patience`.
  bool wait_for_no_connections(DurationNs patience);

  std::atomic<bool> is_draining{false};  ///< Answer what was begun, begin nothing.
  std::atomic<bool> is_cutting{false};   ///< Patience is over.

 private:
  const std::string& route_label(std::size_t route) const;

  const ErrorFormatter errors_;
  telemetry::MetricsRegistry& metrics_;
  telemetry::Gauge& connections_gauge_;
  std::vector<telemetry::Histogram*> seconds_;
  std::string unmatched_label_ = "unmatched";
  std::string request_id_prefix_;
  std::atomic<std::uint64_t> request_ids_{0};
  std::atomic<std::size_t> connections_{0};
  std::mutex mutex_;
  std::condition_variable none_left_;
};

/// Somebody on the other end of a socket. Threads: its loop's.
class Peer {
 public:
  virtual ~Peer() = default;
  /// Ends when what was begun is answered.
  virtual void drain() = 0;
  /// Ends now.
  virtual void cut() = 0;
};

/// Owns the peers of one io thread. Threads: that thread's.
class LoopContext {
 public:
  LoopContext(std::shared_ptr<ServerCore> server, std::shared_ptr<EventLoop> event_loop)
      : core(std::move(server)), loop(std::move(event_loop)) {}

  const std::shared_ptr<ServerCore> core;
  const std::shared_ptr<EventLoop> loop;
  ReadBlocks read_blocks;

  void add(std::shared_ptr<Peer> peer);
  /// The caller keeps itself alive until it returns.
  void remove(Peer* peer) { peers_.erase(peer); }
  void drain_all();
  void cut_all();
  /// The Date header of this second.
  std::string_view date();
  void count_request(std::size_t route, Method method, int status, double seconds);

 private:
  std::vector<std::shared_ptr<Peer>> all_peers() const;

  std::unordered_map<Peer*, std::shared_ptr<Peer>> peers_;
  std::unordered_map<std::uint64_t, telemetry::Counter*> counters_;
  std::int64_t date_second_ = -1;
  std::string date_;
};

}  // namespace logpond::net
