#include "net/client/client_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>

namespace logpond::net {
namespace {

/// The system's words, lower case as all our sentences.
std::string reason_of(int error) {
  switch (error) {
    case ECONNREFUSED:
      return "connection refused";
    case ECONNRESET:
      return "connection reset by the server";
    case EPIPE:
      return "the server closed the connection";
    case ETIMEDOUT:
      return "timed out";
    case ENETUNREACH:
      return "network unreachable";
    case EHOSTUNREACH:
      return "host unreachable";
    default:
      return "system error " + std::to_string(error);
  }
}

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Result<Addresses> resolve(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return fail(ErrorCode::kUnavailable, "unknown host");
  }
  return Addresses(found, &::freeaddrinfo);
}

}  // namespace

void ClientSocket::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Status ClientSocket::wait(short events, DurationNs timeout) const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::nanoseconds(timeout);
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd entry{fd_, events, 0};
    const auto patience = std::clamp<std::int64_t>(left.count() + 1, 0, 86'400'000);
    const int ready = ::poll(&entry, 1, static_cast<int>(patience));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return fail(ErrorCode::kIo, reason_of(errno));
    if (std::chrono::steady_clock::now() >= deadline) {
      return fail(ErrorCode::kDeadlineExceeded, "timed out after " + format_duration(timeout));
    }
  }
}

Status ClientSocket::connect(const std::string& host, std::uint16_t port, DurationNs timeout) {
  close();
  LOGPOND_TRY(const Addresses addresses, resolve(host, port));
  std::string reason = "unknown host";
  for (const addrinfo* at = addresses.get(); at != nullptr; at = at->ai_next) {
    fd_ = ::socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0) {
      reason = reason_of(errno);
      continue;
    }
    int error = ::connect(fd_, at->ai_addr, at->ai_addrlen) == 0 ? 0 : errno;
    if (error == EINPROGRESS || error == EINTR) {
      const Status ready = wait(POLLOUT, timeout);
      socklen_t size = sizeof error;
      if (!ready) {
        error = ETIMEDOUT;
      } else if (::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
        error = errno;
      }
    }
    if (error == 0) {
      const int on = 1;
      ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return {};
    }
    reason = reason_of(error);
    close();
  }
  return fail(ErrorCode::kUnavailable, reason);
}

Status ClientSocket::send_all(std::string_view bytes, DurationNs idle_timeout) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      LOGPOND_CHECK_OK(wait(POLLOUT, idle_timeout));
    } else if (errno != EINTR) {
      return fail(ErrorCode::kIo, reason_of(errno));
    }
  }
  return {};
}

Result<std::size_t> ClientSocket::receive(std::span<char> into, DurationNs idle_timeout) {
  while (true) {
    const ssize_t got = ::recv(fd_, into.data(), into.size(), 0);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      LOGPOND_CHECK_OK(wait(POLLIN, idle_timeout));
    } else if (errno != EINTR) {
      return fail(ErrorCode::kIo, reason_of(errno));
    }
  }
}

}  // namespace logpond::net
