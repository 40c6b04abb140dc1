// The listening socket: accepts and deals connections out to the loops.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "net/server/connection.h"
#include "net/server/event_loop.h"
#include "net/server/server_core.h"

namespace logpond::net {

/// An open, listening, non-blocking socket and the port it got.
/// Errors: kConflict, kPermissionDenied, kInvalidArgument (not an address), kIo.
struct ListeningSocket {
  int fd = -1;
  std::uint16_t port = 0;
};
Result<ListeningSocket> open_listening_socket(const std::string& host, std::uint16_t port);

/// One acceptor for all loops, not one per thread by SO_REUSEPORT: with that a second server could
/// quietly share our port, and few connections would spread badly.
///
/// Borrows the contexts, which outlive it. Threads: those of the first context's loop.
class Listener final : public ChannelEvents, public std::enable_shared_from_this<Listener> {
 public:
  explicit Listener(std::vector<LoopContext*> contexts) : contexts_(std::move(contexts)) {}
  void start(int fd);
  void stop() { channel_.reset(); }

  void on_readable() override;
  void on_writable() override {}
  void on_deadline() override;

 private:
  void hand_over(int fd, RemoteAddress remote);

  std::vector<LoopContext*> contexts_;
  std::size_t next_ = 0;
  std::unique_ptr<Channel> channel_;
};

}  // namespace logpond::net
