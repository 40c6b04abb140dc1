#include "net/server/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "net/header_text.h"
#include "net/server/response_head.h"
#include "net/url_encoding.h"
#include "telemetry/diag.h"

namespace logpond::net {
namespace {

/// After an early answer the client may still be sending: closing at once would reset the
/// connection and take the answer away from it. So for a while what comes is thrown away.
constexpr DurationNs kLingerSpan = 3 * kSecond;
constexpr DurationNs kLingerSpanDraining = kSecond / 2;
constexpr std::size_t kLingerBytesMax = std::size_t{256} << 20;
constexpr std::size_t kLingerBytesPerTurn = std::size_t{8} << 20;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Connection::Connection(LoopContext& context, std::unique_ptr<Channel> channel, RemoteAddress remote)
    : context_(context),
      core_(context.core),
      loop_(context.loop),
      channel_(std::move(channel)),
      remote_(std::move(remote)),
      reader_(core_->options.head_bytes_max, core_->bodies, context.read_blocks) {}

void Connection::start(bool refused) {
  context_.add(shared_from_this());
  if (core_->is_cutting) return close();
  reader_.readable();
  was_refused_ = refused;
  if (refused) {
    closes_ = true;
    refuse({503, "too many connections, try again", "connections"});
  } else {
    set_deadline(core_->options.keep_alive_timeout);
  }
  run();
}

void Connection::set_deadline(DurationNs span) {
  channel_->set_deadline(span, shared_from_this());
}

/// Steps until the socket or a handler must be waited for. A handler that answers at once, on this
/// thread, only changes the state: the loop that called it goes on from there.
void Connection::run() {
  if (running_ || state_ == State::kClosed) return;
  const auto self = shared_from_this();
  running_ = true;
  while (step()) {
  }
  running_ = false;
  wait();
}

bool Connection::step() {
  switch (state_) {
    case State::kHead:
      return step_head();
    case State::kBody:
      return step_body();
    case State::kWriting:
      return step_write();
    case State::kStreaming:
      return step_stream();
    case State::kLingering:
      return step_linger();
    case State::kHandling:
    case State::kClosed:
      break;
  }
  return false;
}

void Connection::wait() {
  if (state_ == State::kClosed) return;
  const auto self = shared_from_this();
  const bool writes = state_ == State::kWriting || state_ == State::kStreaming;
  if (writes && writes_blocked_) channel_->wait_writable(self);
  const bool watches = state_ == State::kHandling || state_ == State::kStreaming;
  if (watches ? reader_.can_watch() : state_ != State::kWriting) channel_->wait_readable(self);
}

void Connection::on_readable() {
  if (state_ == State::kClosed) return;
  reader_.readable();
  if (state_ == State::kHandling || state_ == State::kStreaming) {
    watch_client();
  } else if (state_ != State::kWriting) {
    run();
  }
}

void Connection::on_writable() {
  writes_blocked_ = false;
  run();
}

void Connection::on_deadline() {
  switch (state_) {
    case State::kHead:
      if (reader_.is_idle()) return close();
      refuse({408, "the request head took too long", "head_timeout"});
      return run();
    case State::kBody:
      refuse({408, "the request body stopped coming", "body_timeout"});
      return run();
    case State::kWriting:
    case State::kStreaming:
      core_->count_refusal("write_timeout");
      return close();
    case State::kLingering:
      return close();
    case State::kHandling:
    case State::kClosed:
      return;
  }
}

void Connection::watch_client() {
  const RequestReader::Client client = reader_.watch(channel_->fd());
  if (client == RequestReader::Client::kThere) return wait();
  if (cancel_) cancel_->cancel();
  // The end of the client's bytes may be a half-closed socket that still reads an answer; a stream
  // cannot know how long to go on and ends.
  if (client == RequestReader::Client::kGone || state_ == State::kStreaming) close();
}

void Connection::drain() {
  closes_ = true;
  if (state_ == State::kHead && reader_.is_idle()) {
    reader_.readable();  // a request that already lies in the socket was begun
    run();
  } else if (state_ == State::kStreaming) {
    stream_->close(1001, "the server is stopping");
  } else if (state_ == State::kLingering) {
    set_deadline(kLingerSpanDraining);
  }
}

bool Connection::step_head() {
  switch (reader_.read_head(channel_->fd())) {
    case RequestReader::Outcome::kComplete:
      on_head();
      return true;
    case RequestReader::Outcome::kRefused:
      closes_ = true;
      refuse(reader_.refusal());
      return true;
    case RequestReader::Outcome::kGone:
      close();
      return false;
    case RequestReader::Outcome::kBlocked:
      break;
  }
  if (reader_.is_idle()) {
    reader_.relax();
    if (core_->is_draining) close();
  } else if (!std::exchange(head_timed_, true)) {
    set_deadline(core_->options.head_timeout);
  }
  return false;
}

bool Connection::step_body() {
  switch (reader_.read_body(channel_->fd())) {
    case RequestReader::Outcome::kComplete:
      dispatch();
      return true;
    case RequestReader::Outcome::kRefused:
      refuse(reader_.refusal());
      return true;
    case RequestReader::Outcome::kGone:
      close();
      return false;
    case RequestReader::Outcome::kBlocked:
      break;
  }
  set_deadline(core_->options.body_idle_timeout);
  return false;
}

void Connection::on_head() {
  head_ = reader_.take_head();
  received_ = core_->clock.now();
  received_monotonic_ = core_->clock.monotonic();
  const std::string_view sent_id = head_.headers.get("X-Request-Id");
  request_id_ = is_sane_request_id(sent_id) ? std::string(sent_id) : core_->make_request_id();
  method_ = parse_method(head_.method).value_or(Method::kGet);
  if (auto refusal = interpret_framing(head_, framing_)) return refuse(*refusal);
  closes_ = closes_ || !framing_.keep_alive || core_->is_draining;
  if (!route_request()) return;
  if (auto refusal = reader_.begin_body(framing_, match_.route->limits.body_bytes_max)) {
    return refuse(*refusal);
  }
  if (!framing_.has_body()) return dispatch();
  state_ = State::kBody;
  set_deadline(core_->options.body_idle_timeout);
  if (framing_.expects_continue && !reader_.has_ahead()) send_continue();
}

/// False when the request is answered already: no such target, path or method.
bool Connection::route_request() {
  const auto method = parse_method(head_.method);
  const auto target = split_target(head_.target);
  // An answer without reading the body leaves no place where the next request surely begins.
  leaves_unread_ = framing_.has_body() && !target;
  if (!target && method == Method::kOptions && head_.target == "*") {
    answer_options();
    return false;
  }
  if (!target) {
    refuse({400, "malformed request target"});
    return false;
  }
  path_ = percent_decode(target->path, PlusSign::kLiteral);
  raw_query_ = target->query;
  match_ = core_->router.find(method, target->path);
  if (match_.route != nullptr) return true;
  match_.index = core_->unmatched();
  leaves_unread_ = framing_.has_body();
  if (match_.allowed == 0) {
    answer_error(404, "404 page not found", nullptr);
  } else if (method == Method::kOptions) {
    answer_options();
  } else {
    HttpResponse extra;
    extra.headers.add("Allow", allow_text(match_.allowed));
    answer_error(405, "method not allowed, use one of: " + allow_text(match_.allowed), &extra);
  }
  return false;
}

void Connection::answer_options() {
  match_.index = core_->unmatched();
  HttpResponse response = HttpResponse::empty(204);
  response.headers.add("Allow", allow_text(match_.allowed));
  write_response(std::move(response));
}

void Connection::send_continue() {
  // The socket's buffer is empty here but for an answer a pipelining client does not read: its
  // loss.
  const ssize_t sent =
      ::send(channel_->fd(), kContinue.data(), kContinue.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent != static_cast<ssize_t>(kContinue.size())) close();
}

HttpRequest Connection::make_request() {
  HttpRequest request;
  request.method = method_;
  request.query = Parameters::parse(raw_query_);
  request.path = path_;
  request.path_parameters = std::move(match_.parameters);
  request.body = reader_.take_body();
  request.target = std::move(head_.target);
  request.headers = std::move(head_.headers);
  request.remote_address = remote_.text;
  request.remote_is_loopback = remote_.is_loopback;
  request.request_id = request_id_;
  request.received = received_;
  const DurationNs deadline = match_.route->limits.deadline;
  cancel_.emplace(core_->clock, deadline == 0 ? 0 : core_->clock.monotonic() + deadline);
  request.cancel = *cancel_;
  return request;
}

void Connection::dispatch() {
  state_ = State::kHandling;
  channel_->clear_deadline();
  auto exchange = std::make_shared<Responder::Exchange>();
  exchange->port = shared_from_this();
  exchange->core = core_;
  exchange->path = path_;
  exchange->websocket_key = websocket_key(head_);
  exchange->accepts_gzip =
      method_ != Method::kHead && allows_gzip(head_.headers.get("Accept-Encoding"));
  run_handler(make_request(), Responder(std::move(exchange)));
}

namespace {

/// A request on its way to a pool thread.
struct Work {
  std::shared_ptr<const ServerCore> core;  // keeps the route alive
  const Route* route;
  HttpRequest request;
  Responder responder;

  void run() {
    try {
      route->handler(std::move(request), std::move(responder));
    } catch (const std::exception& e) {
      // The responder died on the way out and has answered 500.
      telemetry::diag_error("a handler threw", {{"route", route->path}, {"error", e.what()}});
    }
  }
};

}  // namespace

void Connection::run_handler(HttpRequest request, Responder responder) {
  const auto work =
      std::make_shared<Work>(Work{core_, match_.route, std::move(request), std::move(responder)});
  if (match_.route->run_on == RunOn::kIo) return work->run();
  platform::WorkerPool& pool =
      match_.route->run_on == RunOn::kIngest ? core_->pools.ingest : core_->pools.query;
  if (pool.submit([work] { work->run(); })) return;
  core_->count_refusal("pool_full");
  HttpResponse response = core_->error_response(path_, 503, "too many requests wait, try again");
  response.headers.add("Retry-After", "1");
  work->responder.send(std::move(response));
}

/// A request that never reached a handler; its framing cannot be trusted any more.
void Connection::refuse(const Refusal& refusal) {
  core_->count_refusal(refusal.reason);
  closes_ = true;
  leaves_unread_ = true;
  if (match_.route == nullptr) match_.index = core_->unmatched();
  if (request_id_.empty()) request_id_ = core_->make_request_id();
  HttpResponse extra;
  if (refusal.status == 503) extra.headers.add("Retry-After", "1");
  answer_error(refusal.status, refusal.message, &extra);
}

void Connection::answer_error(int status, std::string_view message, HttpResponse* extra) {
  HttpResponse response = core_->error_response(path_, status, message);
  if (extra != nullptr) {
    for (const auto& [name, value] : extra->headers.all()) response.headers.add(name, value);
  }
  write_response(std::move(response));
}

/// Runs `job` on the loop's thread: at once when this is it and a step of ours is under way.
template <typename Job>
bool Connection::on_loop(Job job) {
  if (loop_->is_current() && running_) {
    job(*this);
    return true;
  }
  auto shared = std::make_shared<Job>(std::move(job));
  return loop_->post([self = shared_from_this(), shared] {
    (*shared)(*self);
    self->run();
  });
}

void Connection::respond(HttpResponse response) {
  on_loop([response = std::move(response)](Connection& self) mutable {
    if (self.state_ == State::kHandling) self.write_response(std::move(response));
  });
}

void Connection::write_response(HttpResponse response) {
  const bool has_body = status_has_body(response.status);
  closes_ = closes_ || leaves_unread_ || core_->is_draining ||
            list_names(response.headers.get("Connection"), "close");
  write_head(response, false, response.body.size());
  if (has_body && method_ != Method::kHead) writer_.add(std::move(response.body));
  count(response.status);
  state_ = State::kWriting;
  progress_ = writer_.bytes_written();
  set_deadline(core_->options.body_idle_timeout);
}

void Connection::write_head(const HttpResponse& response, bool streams, std::uint64_t length) {
  ResponseHead head;
  head.status = response.status;
  head.content_type = response.content_type;
  head.request_id = request_id_;
  head.date = context_.date();
  head.server_name = core_->options.server_name;
  head.content_length = length;
  if (!status_has_body(response.status)) {
    head.framing = ResponseHead::Framing::kNone;
  } else if (streams) {
    head.framing =
        head_.version >= 11 ? ResponseHead::Framing::kChunked : ResponseHead::Framing::kUntilClose;
    closes_ = closes_ || head_.version < 11;
  }
  head.closes = closes_;
  head.says_keep_alive =
      head_.version < 11 || equal_without_case(response.headers.get("Connection"), "keep-alive");
  head.headers = &response.headers;
  writer_.add(format_head(head));
}

void Connection::count(int status) {
  if (was_refused_) return;
  const DurationNs span = core_->clock.monotonic() - received_monotonic_;
  const double seconds = received_monotonic_ == 0 ? 0 : static_cast<double>(span) / kSecond;
  context_.count_request(match_.index, method_, status, seconds);
}

bool Connection::step_write() {
  if (writes_blocked_) return false;
  switch (writer_.flush(channel_->fd())) {
    case ResponseWriter::Flush::kDone:
      finish_response();
      return true;
    case ResponseWriter::Flush::kFailed:
      close();
      return false;
    case ResponseWriter::Flush::kBlocked:
      break;
  }
  writes_blocked_ = true;
  if (writer_.bytes_written() != progress_) {
    progress_ = writer_.bytes_written();
    set_deadline(core_->options.body_idle_timeout);
  }
  return false;
}

void Connection::finish_response() {
  cancel_.reset();
  stream_.reset();
  if (closes_) return end_connection();
  reader_.next();
  head_timed_ = false;
  method_ = Method::kGet;
  path_.clear();
  request_id_.clear();
  match_ = {};
  received_monotonic_ = 0;
  state_ = State::kHead;
  set_deadline(core_->options.keep_alive_timeout);
}

void Connection::end_connection() {
  char ahead = 0;
  const bool unread = leaves_unread_ || reader_.has_ahead() ||
                      ::recv(channel_->fd(), &ahead, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
  if (reader_.has_ended() || !unread) return close();
  ::shutdown(channel_->fd(), SHUT_WR);
  state_ = State::kLingering;
  set_deadline(core_->is_draining ? kLingerSpanDraining : kLingerSpan);
}

bool Connection::step_linger() {
  std::size_t turn = 0;
  while (turn < kLingerBytesPerTurn) {
    // MSG_TRUNC: the kernel throws the bytes away without copying them.
    const ssize_t got =
        ::recv(channel_->fd(), nullptr, kLingerBytesPerTurn, MSG_TRUNC | MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
    if (got > 0) {
      turn += static_cast<std::size_t>(got);
      lingered_ += static_cast<std::size_t>(got);
    }
    if (got <= 0 || lingered_ > kLingerBytesMax) {
      close();
      return false;
    }
  }
  return false;
}

void Connection::close() {
  if (state_ == State::kClosed) return;
  const auto self = shared_from_this();
  state_ = State::kClosed;
  if (cancel_) cancel_->cancel();
  if (stream_) stream_->finish();
  stream_.reset();
  writer_.clear();
  reader_.next();
  reader_.relax();
  channel_.reset();
  context_.remove(this);
  core_->connection_closed();
}

}  // namespace logpond::net
