// A TCP connection for blocking use, with a deadline on every wait.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/time.h"

namespace logpond::net {

/// Owns: the socket. Threads: one.
class ClientSocket {
 public:
  ClientSocket() = default;
  ~ClientSocket() { close(); }
  ClientSocket(const ClientSocket&) = delete;
  ClientSocket& operator=(const ClientSocket&) = delete;

  /// Tries each address of `host` (a name, or an address without brackets) in turn.
  /// Errors: kUnavailable, the reason only (`connection refused`, `timed out`, `unknown host`).
  Status connect(const std::string& host, std::uint16_t port, DurationNs timeout);
  bool is_open() const { return fd_ >= 0; }
  void close();

  /// Errors: kIo, kDeadlineExceeded when nothing moves for `idle_timeout`.
  Status send_all(std::string_view bytes, DurationNs idle_timeout);
  /// Zero: the server sent its last byte. Errors: kIo, kDeadlineExceeded.
  Result<std::size_t> receive(std::span<char> into, DurationNs idle_timeout);

 private:
  Status wait(short events, DurationNs timeout) const;

  int fd_ = -1;
};

}  // namespace logpond::net
