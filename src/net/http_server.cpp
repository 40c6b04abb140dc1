#include "net/http_server.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "net/router.h"
#include "net/server/listener.h"
#include "net/server/server_core.h"

namespace logpond::net {
namespace {

/// A loop whose sockets are all cut ends by itself; this is only for one whose handler hangs on it.
constexpr DurationNs kLoopEndPatience = 2 * kSecond;

}  // namespace

class HttpServer::Impl {
 public:
  Impl(Options options, std::vector<Route> routes, ErrorFormatter errors, Pools pools,
       const platform::Clock& clock, telemetry::MetricsRegistry& metrics)
      : options_(std::move(options)),
        routes_(std::move(routes)),
        errors_(std::move(errors)),
        pools_(pools),
        clock_(clock),
        metrics_(metrics) {}
  ~Impl() { stop(0); }

  Status start();
  void stop(DurationNs patience);
  std::uint16_t port() const { return port_; }

 private:
  void run_loop(std::size_t index);
  void end_loops();

  Options options_;
  std::vector<Route> routes_;
  ErrorFormatter errors_;
  Pools pools_;
  const platform::Clock& clock_;
  telemetry::MetricsRegistry& metrics_;
  std::atomic<std::uint16_t> port_{0};
  std::shared_ptr<ServerCore> core_;
  std::shared_ptr<void> bodies_gauge_;
  std::vector<std::unique_ptr<LoopContext>> contexts_;
  std::shared_ptr<Listener> listener_;
  std::vector<std::thread> threads_;
  std::mutex stop_mutex_;
  std::mutex running_mutex_;
  std::condition_variable loop_ended_;
  std::size_t running_ = 0;
};

Status HttpServer::Impl::start() {
  if (core_) return fail(ErrorCode::kConflict, "the HTTP server was started before");
  LOGPOND_TRY(Router router, Router::compile(routes_));
  LOGPOND_TRY(const ListeningSocket socket, open_listening_socket(options_.host, options_.port));
  port_ = socket.port;
  core_ =
      std::make_shared<ServerCore>(options_, std::move(router), errors_, pools_, clock_, metrics_);
  // Ours, not the core's: a Responder that outlives us must not reach for the registry.
  bodies_gauge_ = metrics_.gauge_from(
      "logpond_http_bodies_bytes", "Memory of request bodies, received and not yet dropped.", {},
      [budget = core_->bodies] { return static_cast<double>(budget->used()); });
  std::vector<LoopContext*> contexts;
  for (unsigned i = 0; i < std::max(1U, options_.io_threads); ++i) {
    contexts_.push_back(std::make_unique<LoopContext>(core_, EventLoop::create()));
    contexts.push_back(contexts_.back().get());
  }
  listener_ = std::make_shared<Listener>(contexts);
  listener_->start(socket.fd);
  running_ = contexts_.size();
  for (std::size_t i = 0; i < contexts_.size(); ++i) {
    threads_.emplace_back([this, i] { run_loop(i); });
  }
  return {};
}

void HttpServer::Impl::run_loop(std::size_t index) {
  platform::name_this_thread("io" + std::to_string(index));
  contexts_[index]->loop->run();
  std::lock_guard lock(running_mutex_);
  --running_;
  loop_ended_.notify_all();
}

void HttpServer::Impl::stop(DurationNs patience) {
  std::lock_guard lock(stop_mutex_);
  if (threads_.empty()) return;
  core_->is_draining = true;
  for (const auto& context : contexts_) {
    context->loop->post([this, &context = *context] {
      if (&context == contexts_.front().get()) listener_->stop();
      context.drain_all();
    });
  }
  core_->wait_for_no_connections(patience);
  core_->is_cutting = true;
  for (const auto& context : contexts_) {
    context->loop->post([&context = *context] { context.cut_all(); });
    context->loop->close();
  }
  end_loops();
}

void HttpServer::Impl::end_loops() {
  {
    std::unique_lock lock(running_mutex_);
    loop_ended_.wait_for(lock, std::chrono::nanoseconds(kLoopEndPatience),
                         [this] { return running_ == 0; });
  }
  for (const auto& context : contexts_) context->loop->abandon();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

HttpServer::HttpServer(Options options, std::vector<Route> routes, ErrorFormatter errors,
                       Pools pools, const platform::Clock& clock,
                       telemetry::MetricsRegistry& metrics)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(routes), std::move(errors), pools,
                                   clock, metrics)) {}
HttpServer::~HttpServer() = default;
Status HttpServer::start() {
  return impl_->start();
}
void HttpServer::stop(DurationNs patience) {
  impl_->stop(patience);
}
std::uint16_t HttpServer::port() const {
  return impl_->port();
}

}  // namespace logpond::net
