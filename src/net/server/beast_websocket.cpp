// One of the few files that see Boost.Beast: its WebSocket stream makes and reads frames. Its own
// timeouts are off, ours apply.
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <deque>
#include <optional>
#include <utility>

#include "net/server/asio_event_loop.h"
#include "net/server/websocket_session.h"

namespace logpond::net {
namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
namespace {

using boost::beast::error_code;
using Clock = std::chrono::steady_clock;

/// Longest message taken from a client; all are thrown away.
constexpr std::size_t kMessageBytesMax = std::size_t{64} << 10;
/// How long the client has to answer a close.
constexpr DurationNs kCloseSpan = 5 * kSecond;
constexpr DurationNs kCloseSpanDraining = kSecond / 2;

Clock::time_point after(DurationNs span) {
  return Clock::now() + std::chrono::nanoseconds(span);
}

/// The library's own way to end a TCP connection waits for the client without a limit. Ours does
/// not wait: the close frame is written, and whoever broke the protocol has no claim to more.
class SessionSocket : public asio::ip::tcp::socket {
 public:
  explicit SessionSocket(asio::io_context& context) : asio::ip::tcp::socket(context) {}
};

template <typename Handler>
void async_teardown(boost::beast::role_type, SessionSocket& socket, Handler&& handler) {
  error_code error;
  socket.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  asio::post(socket.get_executor(),
             boost::beast::bind_front_handler(std::forward<Handler>(handler), error_code()));
}

class BeastWebSocket final : public WebSocketSession,
                             public std::enable_shared_from_this<BeastWebSocket> {
 public:
  BeastWebSocket(LoopContext& context, OutboundLimits limits)
      : context_(context), core_(context.core), loop_(context.loop), limits_(limits) {}

  void make_queue() {
    queue_ = std::make_shared<OutboundQueue>(limits_, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self) self->loop_->post([self] { self->pump(); });
    });
  }

  std::shared_ptr<OutboundQueue> queue() override { return queue_; }
  void start(int fd, const std::string& key, const std::string& request_id) override;
  void drain() override { queue_->close(1001, "the server is stopping"); }
  void cut() override { end(); }

 private:
  using Stream = websocket::stream<SessionSocket, false>;

  void on_accepted(error_code error);
  void read();
  void on_read(error_code error);
  void on_control(websocket::frame_type kind);
  void pump();
  void write_next();
  void on_written(error_code error);
  void close_stream();
  void watch();
  void on_timer();
  void end();

  LoopContext& context_;  ///< Not touched after end().
  const std::shared_ptr<ServerCore> core_;
  const std::shared_ptr<EventLoop> loop_;
  const OutboundLimits limits_;
  std::shared_ptr<OutboundQueue> queue_;
  std::optional<Stream> stream_;
  std::optional<asio::steady_timer> timer_;
  boost::beast::flat_buffer received_;
  http::request<http::empty_body> handshake_;
  std::deque<std::string> batch_;
  std::string writing_;
  websocket::ping_data ping_payload_;
  bool started_ = false;
  bool accepted_ = false;
  bool is_writing_ = false;
  bool is_pinging_ = false;
  bool batch_ends_ = false;  ///< Behind batch_ comes the close.
  bool is_closing_ = false;
  bool ended_ = false;
  Clock::time_point must_progress_by_ = Clock::time_point::max();
  Clock::time_point ping_at_ = Clock::time_point::max();
};

void BeastWebSocket::start(int fd, const std::string& key, const std::string& request_id) {
  started_ = true;
  context_.add(shared_from_this());
  asio::io_context& context = context_of(*loop_);
  SessionSocket socket(context);
  error_code error;
  socket.assign(asio::ip::tcp::v4(), fd, error);
  stream_.emplace(std::move(socket));
  timer_.emplace(context);
  if (error || core_->is_cutting) return end();
  stream_->set_option(websocket::stream_base::timeout{websocket::stream_base::none(),
                                                      websocket::stream_base::none(), false});
  stream_->set_option(websocket::stream_base::decorator(
      [request_id, server = core_->options.server_name](websocket::response_type& response) {
        response.set("X-Request-Id", request_id);
        response.set(http::field::server, server);
      }));
  stream_->read_message_max(kMessageBytesMax);
  stream_->auto_fragment(false);
  stream_->text(true);
  stream_->control_callback(
      [this](websocket::frame_type kind, boost::beast::string_view) { on_control(kind); });
  handshake_.method(http::verb::get);
  handshake_.target("/");
  handshake_.version(11);
  handshake_.set(http::field::host, "logpond");
  handshake_.set(http::field::upgrade, "websocket");
  handshake_.set(http::field::connection, "upgrade");
  handshake_.set(http::field::sec_websocket_version, "13");
  handshake_.set(http::field::sec_websocket_key, key);
  must_progress_by_ = after(limits_.write_timeout);
  stream_->async_accept(handshake_,
                        [self = shared_from_this()](error_code e) { self->on_accepted(e); });
  watch();
}

void BeastWebSocket::on_accepted(error_code error) {
  if (error || ended_) return end();
  accepted_ = true;
  must_progress_by_ = Clock::time_point::max();
  if (limits_.idle_ping > 0) ping_at_ = after(limits_.idle_ping);
  if (core_->is_draining) drain();
  watch();
  read();
  write_next();
}

void BeastWebSocket::read() {
  received_.consume(received_.size());
  stream_->async_read(received_, [self = shared_from_this()](error_code error, std::size_t) {
    self->on_read(error);
  });
}

void BeastWebSocket::on_read(error_code error) {
  if (ended_) return;
  // While our close is under way its own completion ends the session.
  if (error) return is_closing_ && error == websocket::error::closed ? void() : end();
  if (limits_.answer_text_ping && stream_->got_text() && received_.size() == 4 &&
      std::string_view(static_cast<const char*>(received_.data().data()), 4) == "ping") {
    queue_->try_send("pong");
  }
  read();
}

void BeastWebSocket::on_control(websocket::frame_type kind) {
  if (kind != websocket::frame_type::pong || is_writing_ || is_closing_) return;
  must_progress_by_ = Clock::time_point::max();
}

void BeastWebSocket::pump() {
  if (accepted_ && !ended_) write_next();
}

void BeastWebSocket::write_next() {
  if (is_writing_ || is_closing_ || ended_) return;
  if (batch_.empty() && !batch_ends_) {
    OutboundQueue::Batch batch = queue_->take(32, std::size_t{256} << 10);
    batch_.assign(std::make_move_iterator(batch.payloads.begin()),
                  std::make_move_iterator(batch.payloads.end()));
    batch_ends_ = batch.closing;
  }
  if (batch_.empty()) {
    if (batch_ends_) close_stream();
    return;
  }
  writing_ = std::move(batch_.front());
  batch_.pop_front();
  is_writing_ = true;
  must_progress_by_ = after(limits_.write_timeout);
  watch();
  stream_->async_write(
      asio::buffer(writing_),
      [self = shared_from_this()](error_code error, std::size_t) { self->on_written(error); });
}

void BeastWebSocket::on_written(error_code error) {
  is_writing_ = false;
  if (error || ended_) return end();
  queue_->taken(writing_.size());
  must_progress_by_ = Clock::time_point::max();
  if (limits_.idle_ping > 0) ping_at_ = after(limits_.idle_ping);
  write_next();
}

void BeastWebSocket::close_stream() {
  is_closing_ = true;
  must_progress_by_ = after(core_->is_draining ? kCloseSpanDraining : kCloseSpan);
  ping_at_ = Clock::time_point::max();
  watch();
  websocket::close_reason reason;
  reason.code = static_cast<std::uint16_t>(queue_->close_code());
  const std::string text = queue_->close_reason();
  reason.reason.assign(text.data(), text.size());
  stream_->async_close(reason, [self = shared_from_this()](error_code) { self->end(); });
}

/// One timer looks at both deadlines; they move often, it is set anew only when one comes nearer.
void BeastWebSocket::watch() {
  if (ended_) return;
  const Clock::time_point next = std::min(must_progress_by_, ping_at_);
  if (next >= timer_->expiry() && timer_->expiry() > Clock::now()) return;
  if (next == Clock::time_point::max()) return;
  timer_->expires_at(next);
  timer_->async_wait([self = shared_from_this()](error_code error) {
    if (!error) self->on_timer();
  });
}

void BeastWebSocket::on_timer() {
  if (ended_) return;
  const Clock::time_point now = Clock::now();
  if (now >= must_progress_by_) {
    core_->count_refusal("write_timeout");
    return end();
  }
  if (now >= ping_at_) {
    ping_at_ = after(limits_.idle_ping);
    if (!is_writing_ && !is_pinging_ && !is_closing_ && accepted_) {
      is_pinging_ = true;
      // A client that answers nothing for the write timeout is gone.
      if (must_progress_by_ == Clock::time_point::max()) {
        must_progress_by_ = after(limits_.write_timeout);
      }
      stream_->async_ping(ping_payload_, [self = shared_from_this()](error_code error) {
        self->is_pinging_ = false;
        if (error) self->end();
      });
    }
  }
  watch();
}

void BeastWebSocket::end() {
  if (std::exchange(ended_, true)) return;
  queue_->finish();
  if (stream_) {
    error_code ignored;
    stream_->next_layer().close(ignored);
  }
  if (timer_) timer_->cancel();
  if (!started_) return;
  context_.remove(this);
  core_->connection_closed();
}

}  // namespace

std::shared_ptr<WebSocketSession> WebSocketSession::create(LoopContext& context,
                                                           OutboundLimits limits) {
  auto session = std::make_shared<BeastWebSocket>(context, limits);
  session->make_queue();
  return session;
}

}  // namespace logpond::net
