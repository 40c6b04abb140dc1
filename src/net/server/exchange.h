// One request being answered: what a Responder holds.
#pragma once

#include <memory>
#include <string>

#include "net/http_server.h"
#include "net/server/outbound_queue.h"
#include "net/server/server_core.h"

namespace logpond::net {

/// How answers reach the connection. Threads: any.
class ResponsePort {
 public:
  virtual ~ResponsePort() = default;
  virtual void respond(HttpResponse response) = 0;
  /// The queue is live at once; the connection begins to take from it when its thread comes to it.
  virtual std::shared_ptr<OutboundQueue> begin_stream(HttpResponse head, OutboundLimits limits) = 0;
  virtual std::shared_ptr<OutboundQueue> begin_websocket(std::string key,
                                                         OutboundLimits limits) = 0;
};

struct Responder::Exchange {
  std::shared_ptr<ResponsePort> port;
  std::shared_ptr<const ServerCore> core;
  std::string path;           ///< Decoded; the error formatter chooses by it.
  std::string websocket_key;  ///< Empty: not a handshake.
  bool accepts_gzip = false;
};

}  // namespace logpond::net
