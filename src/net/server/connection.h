// One client's connection: reads requests, has them handled one at a time, writes the answers.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/server/event_loop.h"
#include "net/server/exchange.h"
#include "net/server/outbound_queue.h"
#include "net/server/request_reader.h"
#include "net/server/response_writer.h"
#include "net/server/server_core.h"

namespace logpond::net {

class WebSocketSession;

struct RemoteAddress {
  std::string text;  ///< Without the port.
  bool is_loopback = false;
};

/// A machine of states, driven by its loop: readiness of the socket, a deadline, answers that
/// handlers post from other threads.
///
/// Kept alive by its LoopContext while open, and by unanswered Responders.
/// Threads: the ResponsePort's calls from any; all else on the loop's.
class Connection final : public Peer,
                         public ChannelEvents,
                         public ResponsePort,
                         public std::enable_shared_from_this<Connection> {
 public:
  Connection(LoopContext& context, std::unique_ptr<Channel> channel, RemoteAddress remote);

  /// Begins to read; `refused`: answers 503 and closes.
  void start(bool refused);

  void drain() override;
  void cut() override { close(); }
  void on_readable() override;
  void on_writable() override;
  void on_deadline() override;
  void respond(HttpResponse response) override;
  std::shared_ptr<OutboundQueue> begin_stream(HttpResponse head, OutboundLimits limits) override;
  std::shared_ptr<OutboundQueue> begin_websocket(std::string key, OutboundLimits limits) override;

 private:
  enum class State {
    kHead,
    kBody,
    kHandling,
    kWriting,
    kStreaming,
    kLingering,  ///< Everything is said; the rest of what the client sends is thrown away.
    kClosed,
  };

  void run();
  bool step();
  bool step_head();
  bool step_body();
  bool step_write();
  bool step_stream();
  bool step_linger();
  void wait();

  void on_head();
  bool route_request();
  void send_continue();
  void dispatch();
  HttpRequest make_request();
  void run_handler(HttpRequest request, Responder responder);
  void answer_options();
  void refuse(const Refusal& refusal);
  void answer_error(int status, std::string_view message, HttpResponse* extra);
  void write_response(HttpResponse response);
  void write_head(const HttpResponse& response, bool streams, std::uint64_t length);
  void count(int status);
  void finish_response();
  void end_connection();
  void watch_client();

  void on_stream(HttpResponse head, std::shared_ptr<OutboundQueue> queue);
  void on_websocket(std::string key, std::shared_ptr<WebSocketSession> session);
  void add_frames(OutboundQueue::Batch batch);
  void close();
  void set_deadline(DurationNs span);
  template <typename Job>
  bool on_loop(Job job);

  LoopContext& context_;  ///< Owns us while open; not touched after close().
  const std::shared_ptr<ServerCore> core_;
  const std::shared_ptr<EventLoop> loop_;
  std::unique_ptr<Channel> channel_;
  const RemoteAddress remote_;
  RequestReader reader_;
  ResponseWriter writer_;
  State state_ = State::kHead;
  bool running_ = false;
  bool writes_blocked_ = false;
  bool closes_ = false;         ///< After the current answer.
  bool head_timed_ = false;     ///< The head's deadline runs.
  bool leaves_unread_ = false;  ///< Answered before the whole request was read: closes, lingers.
  bool was_refused_ = false;

  // The current request.
  RequestHead head_;
  Framing framing_;
  Router::Match match_;
  Method method_ = Method::kGet;
  std::string path_;  ///< Decoded.
  std::string_view raw_query_;
  std::string request_id_;
  TimestampNs received_ = 0;
  DurationNs received_monotonic_ = 0;
  std::optional<platform::CancelToken> cancel_;

  // The current stream.
  std::shared_ptr<OutboundQueue> stream_;
  bool stream_chunked_ = false;
  bool stream_ending_ = false;
  bool chunk_open_ = false;  ///< The CRLF behind the last chunk is not written yet.
  std::size_t stream_taken_ = 0;
  std::size_t progress_ = 0;
  std::size_t lingered_ = 0;
};

}  // namespace logpond::net
