// The part of a connection that writes long answers.
#include <unistd.h>

#include <array>
#include <cstdio>
#include <utility>

#include "net/server/connection.h"
#include "net/server/response_head.h"
#include "net/server/websocket_session.h"

namespace logpond::net {
namespace {

/// What one turn takes from the queue: enough for few system calls, little beside the queue's
/// limit.
constexpr std::size_t kPayloadsPerTurn = 32;
constexpr std::size_t kBytesPerTurn = std::size_t{256} << 10;
/// Then the loop's other connections have their turn.
constexpr int kTurnsMax = 16;

std::string chunk_line(std::size_t size, bool closes_previous) {
  std::array<char, 24> line;
  const int length =
      std::snprintf(line.data(), line.size(), "%s%zx\r\n", closes_previous ? "\r\n" : "", size);
  return {line.data(), static_cast<std::size_t>(length)};
}

}  // namespace

std::shared_ptr<OutboundQueue> Connection::begin_stream(HttpResponse head, OutboundLimits limits) {
  const auto wake = [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self) self->loop_->post([self] { self->run(); });
  };
  auto queue = std::make_shared<OutboundQueue>(limits, wake);
  const bool posted = loop_->post([self = shared_from_this(), queue, head = std::move(head)] {
    self->on_stream(head, queue);
    self->run();
  });
  if (!posted) queue->finish();
  return queue;
}

void Connection::on_stream(HttpResponse head, std::shared_ptr<OutboundQueue> queue) {
  if (state_ != State::kHandling || reader_.has_ended()) {
    queue->finish();
    return close();
  }
  write_head(head, true, 0);
  count(head.status);
  progress_ = writer_.bytes_written();
  if (method_ == Method::kHead || !status_has_body(head.status)) {
    queue->finish();
    state_ = State::kWriting;
    return set_deadline(core_->options.body_idle_timeout);
  }
  stream_ = std::move(queue);
  stream_chunked_ = head_.version >= 11;
  stream_ending_ = false;
  chunk_open_ = false;
  stream_taken_ = 0;
  state_ = State::kStreaming;
  set_deadline(stream_->limits().write_timeout);
  if (core_->is_draining) stream_->close(1001, "the server is stopping");
}

bool Connection::step_stream() {
  if (writes_blocked_) return false;
  for (int turn = 0; turn < kTurnsMax; ++turn) {
    const ResponseWriter::Flush flush = writer_.flush(channel_->fd());
    if (flush == ResponseWriter::Flush::kFailed) {
      close();
      return false;
    }
    if (writer_.bytes_written() != progress_) {
      progress_ = writer_.bytes_written();
      set_deadline(stream_->limits().write_timeout);
    }
    if (flush == ResponseWriter::Flush::kBlocked) {
      writes_blocked_ = true;
      return false;
    }
    stream_->taken(std::exchange(stream_taken_, 0));
    if (stream_ending_) {
      stream_->finish();
      finish_response();
      return true;
    }
    OutboundQueue::Batch batch = stream_->take(kPayloadsPerTurn, kBytesPerTurn);
    if (batch.payloads.empty() && !batch.closing) {
      channel_->clear_deadline();
      return false;
    }
    set_deadline(stream_->limits().write_timeout);
    add_frames(std::move(batch));
  }
  loop_->post([self = shared_from_this()] { self->run(); });
  return false;
}

void Connection::add_frames(OutboundQueue::Batch batch) {
  stream_taken_ = batch.bytes;
  stream_ending_ = batch.closing;
  for (std::string& payload : batch.payloads) {
    if (stream_chunked_) writer_.add(chunk_line(payload.size(), chunk_open_));
    chunk_open_ = true;
    writer_.add(std::move(payload));
  }
  if (!stream_chunked_) return;
  if (stream_ending_) {
    writer_.add(chunk_line(0, chunk_open_) + "\r\n");
  } else if (std::exchange(chunk_open_, false)) {
    // Clients show a chunk when its end has come: it must not wait for the next payload.
    writer_.add("\r\n");
  }
}

std::shared_ptr<OutboundQueue> Connection::begin_websocket(std::string key, OutboundLimits limits) {
  auto session = WebSocketSession::create(context_, limits);
  auto queue = session->queue();
  const bool posted =
      loop_->post([self = shared_from_this(), key = std::move(key), session = std::move(session)] {
        self->on_websocket(key, session);
      });
  if (!posted) queue->finish();
  return queue;
}

void Connection::on_websocket(std::string key, std::shared_ptr<WebSocketSession> session) {
  // Bytes behind the handshake: frames from a client that did not wait for the answer.
  if (state_ != State::kHandling || reader_.has_ended() || reader_.has_ahead()) {
    session->queue()->finish();
    return close();
  }
  const auto self = shared_from_this();
  count(101);
  const int fd = channel_->release();
  channel_.reset();
  state_ = State::kClosed;
  cancel_.reset();
  reader_.relax();
  context_.remove(this);
  session->start(fd, key, request_id_);
}

}  // namespace logpond::net
