#include "net/server/server_core.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <utility>

#include "net/server/response_head.h"
#include "platform/random.h"
#include "telemetry/diag.h"

namespace logpond::net {

ServerCore::ServerCore(HttpServer::Options server_options, Router compiled, ErrorFormatter errors,
                       HttpServer::Pools worker_pools, const platform::Clock& time,
                       telemetry::MetricsRegistry& metrics)
    : options(std::move(server_options)),
      router(std::move(compiled)),
      pools(worker_pools),
      clock(time),
      bodies(std::make_shared<BodyBudget>(options.bodies_bytes_max)),
      errors_(std::move(errors)),
      metrics_(metrics),
      connections_gauge_(metrics.gauge("logpond_http_connections", "Open HTTP connections.")) {
  for (std::size_t route = 0; route <= unmatched(); ++route) {
    seconds_.push_back(&metrics_.histogram(
        "logpond_http_request_seconds", "From the end of a request to its answer.",
        telemetry::MetricsRegistry::seconds_bounds(), {{"route", route_label(route)}}));
  }
  std::array<char, 16> hex;
  std::snprintf(hex.data(), hex.size(), "%08x-",
                static_cast<unsigned>(platform::system_random().next()));
  request_id_prefix_ = hex.data();
}

const std::string& ServerCore::route_label(std::size_t route) const {
  return route < unmatched() ? router.routes()[route].path : unmatched_label_;
}

HttpResponse ServerCore::error_response(std::string_view path, int status,
                                        std::string_view message) const {
  try {
    if (errors_) return errors_(path, status, message);
  } catch (const std::exception& e) {
    telemetry::diag_error("cannot format an error answer", {{"error", e.what()}});
  }
  return HttpResponse::text(status, std::string(message) + "\n");
}

std::string ServerCore::make_request_id() {
  std::array<char, 24> hex;
  const auto number = request_ids_.fetch_add(1, std::memory_order_relaxed);
  std::snprintf(hex.data(), hex.size(), "%08llx", static_cast<unsigned long long>(number));
  return request_id_prefix_ + hex.data();
}

void ServerCore::count_refusal(const char* reason) {
  metrics_
      .counter("logpond_http_refused_total", "Requests and connections refused by the server.",
               {{"reason", reason}})
      .add();
}

telemetry::Counter& ServerCore::request_counter(std::size_t route, Method method, int status) {
  return metrics_.counter("logpond_http_requests_total", "HTTP requests answered.",
                          {{"route", route_label(route)},
                           {"method", std::string(method_name(method))},
                           {"status", std::to_string(status)}});
}

void ServerCore::connection_opened() {
  connections_.fetch_add(1);
  connections_gauge_.add(1);
}

void ServerCore::connection_closed() {
  connections_gauge_.add(-1);
  std::lock_guard lock(mutex_);
  if (connections_.fetch_sub(1) == 1) none_left_.notify_all();
}

bool ServerCore::wait_for_no_connections(DurationNs patience) {
  std::unique_lock lock(mutex_);
  return none_left_.wait_for(lock, std::chrono::nanoseconds(patience),
                             [this] { return connections_.load() == 0; });
}

void LoopContext::add(std::shared_ptr<Peer> peer) {
  Peer* key = peer.get();
  peers_.emplace(key, std::move(peer));
}

std::vector<std::shared_ptr<Peer>> LoopContext::all_peers() const {
  std::vector<std::shared_ptr<Peer>> all;
  all.reserve(peers_.size());
  for (const auto& entry : peers_) all.push_back(entry.second);
  return all;
}

void LoopContext::drain_all() {
  for (const auto& peer : all_peers()) peer->drain();
}

void LoopContext::cut_all() {
  for (const auto& peer : all_peers()) peer->cut();
}

std::string_view LoopContext::date() {
  const std::int64_t second = core->clock.now() / kSecond;
  if (second != date_second_) {
    date_second_ = second;
    date_ = format_http_date(second);
  }
  return date_;
}

void LoopContext::count_request(std::size_t route, Method method, int status, double seconds) {
  const std::uint64_t key = (static_cast<std::uint64_t>(route) << 32) |
                            (static_cast<std::uint64_t>(method) << 16) |
                            static_cast<std::uint64_t>(status & 0xffff);
  telemetry::Counter*& counter = counters_[key];
  if (counter == nullptr) counter = &core->request_counter(route, method, status);
  counter->add();
  core->request_seconds(route).observe(seconds);
}

}  // namespace logpond::net
