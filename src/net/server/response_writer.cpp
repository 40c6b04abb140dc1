#include "net/server/response_writer.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace logpond::net {
namespace {

constexpr std::size_t kPiecesPerCall = 64;

}  // namespace

void ResponseWriter::add(std::string piece) {
  if (!piece.empty()) pieces_.push_back(std::move(piece));
}

ResponseWriter::Flush ResponseWriter::flush(int fd) {
  while (!is_empty()) {
    std::array<iovec, kPiecesPerCall> parts;
    const std::size_t count = std::min(kPiecesPerCall, pieces_.size() - next_);
    for (std::size_t i = 0; i < count; ++i) {
      std::string& piece = pieces_[next_ + i];
      const std::size_t skip = i == 0 ? offset_ : 0;
      parts[i] = {piece.data() + skip, piece.size() - skip};
    }
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    const ssize_t sent = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN || errno == EWOULDBLOCK ? Flush::kBlocked : Flush::kFailed;
    }
    advance(static_cast<std::size_t>(sent));
  }
  clear();
  return Flush::kDone;
}

void ResponseWriter::advance(std::size_t bytes) {
  bytes_written_ += bytes;
  while (bytes > 0) {
    const std::size_t left = pieces_[next_].size() - offset_;
    if (bytes < left) {
      offset_ += bytes;
      return;
    }
    bytes -= left;
    offset_ = 0;
    pieces_[next_++] = {};
  }
}

void ResponseWriter::clear() {
  pieces_.clear();
  next_ = 0;
  offset_ = 0;
}

}  // namespace logpond::net
