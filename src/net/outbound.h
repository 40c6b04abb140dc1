// A long answer: server-sent events, a download, or the frames of a WebSocket.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/time.h"

namespace logpond::net {

struct OutboundLimits {
  std::size_t queue_bytes_max = std::size_t{4}
                                << 20;  ///< Written by us, not yet taken by the client.
  DurationNs idle_ping = 10 * kSecond;  ///< WebSocket: ping after this; 0: never.
  /// WebSocket: the text `ping` from the client is answered by the text `pong` (Logs & Found's
  /// clients).
  bool answer_text_ping = false;
  DurationNs write_timeout = 60 * kSecond;  ///< A client that takes nothing for so long is cut.
};

/// Bytes on their way to one client, in order. Shared by the producer and the connection.
///
/// Threads: all calls from any thread.
class OutboundStream {
 public:
  virtual ~OutboundStream() = default;
  /// Queues a payload (a chunk, or one WebSocket text frame). False, and nothing is queued, when
  /// the queue is full or the stream is closed: the caller drops and counts.
  virtual bool try_send(std::string payload) = 0;
  /// Waits for room; so not in a handler that runs on an io thread. Errors: kCancelled when the
  /// client went away, kDeadlineExceeded.
  virtual Status send_and_wait(std::string payload, DurationNs patience) = 0;
  /// Sends what is queued, then ends: the last chunk, or a WebSocket close with `code` and `reason`
  /// (cut to 123 bytes). Idempotent.
  virtual void close(int websocket_code = 1000, std::string_view reason = {}) = 0;
  virtual bool is_closed() const = 0;
  virtual std::size_t queued_bytes() const = 0;
  /// Called once when the stream has ended, at once when it has already. Must be quick.
  virtual void on_closed(std::function<void()> callback) = 0;
};

}  // namespace logpond::net
