// One of the few files that see Boost.Asio. Connections receive and send by plain system calls;
// Asio says when to, keeps the deadlines and carries jobs between threads.
#include "net/server/asio_event_loop.h"

#include <unistd.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <mutex>
#include <thread>

#include "telemetry/diag.h"

namespace logpond::net {
namespace asio = boost::asio;
namespace {

using boost::system::error_code;
using TimePoint = std::chrono::steady_clock::time_point;
using Events = std::shared_ptr<ChannelEvents>;

/// Shared with the pending waits, so that one which fires late finds out that the channel is gone.
struct ChannelState : std::enable_shared_from_this<ChannelState> {
  ChannelState(asio::io_context& context, int fd) : descriptor(context, fd), timer(context) {}

  void wait(asio::posix::descriptor_base::wait_type type, bool& armed, const Events& events,
            void (ChannelEvents::*tell)()) {
    if (armed) return;
    armed = true;
    descriptor.async_wait(type,
                          [self = shared_from_this(), &armed, events, tell](error_code error) {
                            if (error == asio::error::operation_aborted || self->closed) return;
                            armed = false;
                            ((*events).*tell)();
                          });
  }

  void arm_timer(const Events& events) {
    timer_at = deadline;
    timer.expires_at(timer_at);
    timer.async_wait([self = shared_from_this(), events](error_code error) {
      if (error || self->closed) return;
      self->timer_at = TimePoint::max();
      if (self->deadline == TimePoint::max()) return;
      // Deadlines mostly move later; the timer follows only when it fires.
      if (self->deadline > std::chrono::steady_clock::now()) return self->arm_timer(events);
      self->deadline = TimePoint::max();
      events->on_deadline();
    });
  }

  asio::posix::stream_descriptor descriptor;
  asio::steady_timer timer;
  TimePoint deadline = TimePoint::max();
  TimePoint timer_at = TimePoint::max();
  bool readable_armed = false;
  bool writable_armed = false;
  bool closed = false;
};

class AsioChannel final : public Channel {
 public:
  explicit AsioChannel(std::shared_ptr<ChannelState> state) : state_(std::move(state)) {}
  ~AsioChannel() override { shut(); }

  int fd() const override { return state_->descriptor.native_handle(); }
  void wait_readable(const Events& events) override {
    state_->wait(asio::posix::descriptor_base::wait_read, state_->readable_armed, events,
                 &ChannelEvents::on_readable);
  }
  void wait_writable(const Events& events) override {
    state_->wait(asio::posix::descriptor_base::wait_write, state_->writable_armed, events,
                 &ChannelEvents::on_writable);
  }
  void set_deadline(DurationNs span, const Events& events) override {
    state_->deadline = std::chrono::steady_clock::now() + std::chrono::nanoseconds(span);
    if (state_->deadline < state_->timer_at) state_->arm_timer(events);
  }
  void clear_deadline() override { state_->deadline = TimePoint::max(); }
  int release() override {
    const int fd = state_->descriptor.release();
    shut();
    return fd;
  }

 private:
  void shut() {
    if (state_->closed) return;
    state_->closed = true;
    error_code ignored;
    state_->descriptor.close(ignored);
    state_->timer.cancel();
  }

  std::shared_ptr<ChannelState> state_;
};

class AsioEventLoop final : public EventLoop {
 public:
  AsioEventLoop() : context_(1), guard_(asio::make_work_guard(context_)) {}

  void run() override {
    thread_.store(std::this_thread::get_id());
    while (true) {
      try {
        context_.run();
        return;
      } catch (const std::exception& e) {
        telemetry::diag_error("an io thread caught an exception", {{"error", e.what()}});
      }
    }
  }

  bool post(std::function<void()> job) override {
    std::lock_guard lock(mutex_);
    if (closed_) return false;
    asio::post(context_, std::move(job));
    return true;
  }

  void close() override {
    std::lock_guard lock(mutex_);
    closed_ = true;
    guard_.reset();
  }

  void abandon() override { context_.stop(); }
  bool is_current() const override { return thread_.load() == std::this_thread::get_id(); }

  std::unique_ptr<Channel> adopt(int fd) override {
    try {
      return std::make_unique<AsioChannel>(std::make_shared<ChannelState>(context_, fd));
    } catch (const std::exception& e) {
      telemetry::diag_warn("cannot watch a socket", {{"error", e.what()}});
      ::close(fd);
      return nullptr;
    }
  }

  asio::io_context& context() { return context_; }

 private:
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  std::atomic<std::thread::id> thread_{};
  std::mutex mutex_;
  bool closed_ = false;
};

}  // namespace

std::shared_ptr<EventLoop> EventLoop::create() {
  return std::make_shared<AsioEventLoop>();
}

boost::asio::io_context& context_of(EventLoop& loop) {
  return static_cast<AsioEventLoop&>(loop).context();
}

}  // namespace logpond::net
