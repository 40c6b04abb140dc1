#include "net/server/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "telemetry/diag.h"

namespace logpond::net {
namespace {

constexpr int kBacklog = 4096;
/// Connections beyond the limit that are told so; more are closed without a word.
constexpr std::size_t kToldRefusals = 64;
/// Accepting rests so long when the process has no file descriptor left.
constexpr DurationNs kAcceptPause = 100 * kMillisecond;
constexpr int kAcceptsPerTurn = 64;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

Result<Address> parse_address(const std::string& host, std::uint16_t port) {
  Address address;
  std::string text = host == "localhost" ? "127.0.0.1" : host;
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    address.size = sizeof(sockaddr_in);
  } else if (::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    address.size = sizeof(sockaddr_in6);
  } else {
    return fail(ErrorCode::kInvalidArgument,
                "cannot listen on \"" + host + "\": give an IP address or localhost");
  }
  return address;
}

tl::unexpected<Error> listen_error(const std::string& place, int error) {
  const std::string sentence = "cannot listen on " + place + ": ";
  switch (error) {
    case EADDRINUSE:
      return fail(
          ErrorCode::kConflict,
          sentence + "the address is in use; stop the other program or choose another port");
    case EACCES:
      return fail(ErrorCode::kPermissionDenied,
                  sentence + "permission denied; ports below 1024 need a privilege");
    case EADDRNOTAVAIL:
      return fail(ErrorCode::kInvalidArgument, sentence + "this machine has no such address");
    default:
      return fail(ErrorCode::kIo, sentence + std::strerror(error));
  }
}

void set_option(int fd, int level, int name, int value) {
  ::setsockopt(fd, level, name, &value, sizeof value);
}

/// Keep-alive probes find clients that vanished while nothing is said.
void set_connection_options(int fd) {
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 15);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 4);
}

RemoteAddress describe(const sockaddr_storage& storage) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  in_addr v4{};
  bool is_v4 = storage.ss_family == AF_INET;
  bool loopback = false;
  if (is_v4) {
    v4 = reinterpret_cast<const sockaddr_in&>(storage).sin_addr;
  } else {
    const in6_addr& v6 = reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr;
    loopback = IN6_IS_ADDR_LOOPBACK(&v6);
    is_v4 = IN6_IS_ADDR_V4MAPPED(&v6);
    if (is_v4) std::memcpy(&v4, v6.s6_addr + 12, sizeof v4);
    if (!is_v4) ::inet_ntop(AF_INET6, &v6, text.data(), text.size());
  }
  if (is_v4) {
    ::inet_ntop(AF_INET, &v4, text.data(), text.size());
    loopback = (ntohl(v4.s_addr) >> 24) == 127;
  }
  return {text.data(), loopback};
}

}  // namespace

Result<ListeningSocket> open_listening_socket(const std::string& host, std::uint16_t port) {
  LOGPOND_TRY(Address address, parse_address(host, port));
  const std::string place = host + ":" + std::to_string(port);
  const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return listen_error(place, errno);
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.storage.ss_family == AF_INET6) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  auto* generic = reinterpret_cast<sockaddr*>(&address.storage);
  socklen_t size = sizeof address.storage;
  if (::bind(fd, generic, address.size) != 0 || ::listen(fd, kBacklog) != 0 ||
      ::getsockname(fd, generic, &size) != 0) {
    const int error = errno;
    ::close(fd);
    return listen_error(place, error);
  }
  const std::uint16_t bound =
      address.storage.ss_family == AF_INET6
          ? ntohs(reinterpret_cast<const sockaddr_in6&>(address.storage).sin6_port)
          : ntohs(reinterpret_cast<const sockaddr_in&>(address.storage).sin_port);
  return ListeningSocket{fd, bound};
}

void Listener::start(int fd) {
  channel_ = contexts_.front()->loop->adopt(fd);
  if (channel_) channel_->wait_readable(shared_from_this());
}

void Listener::on_deadline() {
  if (channel_) channel_->wait_readable(shared_from_this());
}

void Listener::on_readable() {
  ServerCore& core = *contexts_.front()->core;
  for (int i = 0; channel_ && i < kAcceptsPerTurn; ++i) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    const int fd = ::accept4(channel_->fd(), reinterpret_cast<sockaddr*>(&storage), &size,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      hand_over(fd, describe(storage));
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED || errno == EPROTO) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    core.count_refusal("no_file_descriptors");
    telemetry::diag_warn("cannot accept a connection", {{"error", std::strerror(errno)}});
    return channel_->set_deadline(kAcceptPause, shared_from_this());
  }
  if (channel_) channel_->wait_readable(shared_from_this());
}

void Listener::hand_over(int fd, RemoteAddress remote) {
  LoopContext& context = *contexts_[next_++ % contexts_.size()];
  const std::size_t open = context.core->connections();
  const bool refused = open >= context.core->options.connections_max;
  if (open >= context.core->options.connections_max + kToldRefusals) {
    context.core->count_refusal("connections");
    ::close(fd);
    return;
  }
  set_connection_options(fd);
  context.core->connection_opened();
  const bool posted = context.loop->post([&context, fd, remote = std::move(remote), refused] {
    std::unique_ptr<Channel> channel = context.loop->adopt(fd);
    if (!channel) return context.core->connection_closed();
    std::make_shared<Connection>(context, std::move(channel), remote)->start(refused);
  });
  if (posted) return;
  ::close(fd);
  context.core->connection_closed();
}

}  // namespace logpond::net
