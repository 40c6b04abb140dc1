// A connection after its WebSocket handshake.
#pragma once

#include <memory>
#include <string>

#include "net/server/outbound_queue.h"
#include "net/server/server_core.h"

namespace logpond::net {

/// Writes payloads as text frames, pings a silent connection, answers pings and closes, ignores
/// text. Kept alive by its LoopContext from start() on.
///
/// Threads: create() and queue() from any; the rest on the loop's.
class WebSocketSession : public Peer {
 public:
  static std::shared_ptr<WebSocketSession> create(LoopContext& context, OutboundLimits limits);
  virtual std::shared_ptr<OutboundQueue> queue() = 0;
  /// Takes over the open socket `fd` and answers the handshake for `key`, which was found
  /// well-formed.
  virtual void start(int fd, const std::string& key, const std::string& request_id) = 0;
};

}  // namespace logpond::net
