#include "net/server/request_reader.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace logpond::net {
namespace {

/// From here on a chunk is received past the buffer, straight into the body.
constexpr std::size_t kDirectBytesMin = std::size_t{4} << 10;

bool is_method_start(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

Refusal no_memory() {
  return {503, "too many request bodies are in memory, try again", "bodies"};
}

}  // namespace

std::unique_ptr<char[]> ReadBlocks::take() {
  if (kept_.empty()) return std::unique_ptr<char[]>(new char[kBlockBytes]);
  auto block = std::move(kept_.back());
  kept_.pop_back();
  return block;
}

void ReadBlocks::give_back(std::unique_ptr<char[]> block) {
  if (kept_.size() < kKeptMax) kept_.push_back(std::move(block));
}

void ReadBuffer::consume(std::size_t bytes) {
  begin_ += bytes;
  if (begin_ == end_) begin_ = end_ = 0;
}

std::span<char> ReadBuffer::room() {
  if (!block_) {
    block_ = blocks_.take();
    capacity_ = ReadBlocks::kBlockBytes;
  }
  if (end_ == capacity_ && begin_ > 0) {
    std::memmove(block_.get(), block_.get() + begin_, size());
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == capacity_) {
    std::unique_ptr<char[]> larger(new char[capacity_ * 2]);
    std::memcpy(larger.get(), block_.get(), end_);
    block_ = std::move(larger);
    capacity_ *= 2;
  }
  return {block_.get() + end_, capacity_ - end_};
}

void ReadBuffer::relax() {
  if (size() > 0 || !block_) return;
  if (capacity_ == ReadBlocks::kBlockBytes) blocks_.give_back(std::move(block_));
  block_.reset();
  capacity_ = begin_ = end_ = 0;
}

RequestReader::RequestReader(std::size_t head_bytes_max, std::shared_ptr<BodyBudget> budget,
                             ReadBlocks& blocks)
    : head_bytes_max_(head_bytes_max), buffer_(blocks), body_(std::move(budget)) {
  parser_.reset(head_bytes_max_);
}

void RequestReader::next() {
  parser_.reset(head_bytes_max_);
  body_.clear();
  head_begun_ = false;
}

RequestReader::Outcome RequestReader::refuse(Refusal refusal) {
  refusal_ = std::move(refusal);
  return Outcome::kRefused;
}

RequestReader::Received RequestReader::receive(int fd, std::span<char> first,
                                               std::span<char> second, std::size_t& bytes) {
  if (ended_) return Received::kEnd;
  if (!maybe_more_) return Received::kBlocked;
  std::array<iovec, 2> parts{{{first.data(), first.size()}, {second.data(), second.size()}}};
  ssize_t got = -1;
  do {
    got = ::readv(fd, parts.data(), second.empty() ? 1 : 2);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    maybe_more_ = false;
    return errno == EAGAIN || errno == EWOULDBLOCK ? Received::kBlocked : Received::kError;
  }
  if (got == 0) {
    ended_ = true;
    return Received::kEnd;
  }
  bytes = static_cast<std::size_t>(got);
  // A short read has emptied the socket.
  maybe_more_ = bytes == first.size() + second.size();
  return Received::kSome;
}

RequestReader::Outcome RequestReader::after(Received received) {
  return received == Received::kBlocked ? Outcome::kBlocked : Outcome::kGone;
}

bool RequestReader::skip_blank_lines() {
  // RFC 9112 2.2: an empty line before a request is forgiven.
  while (buffer_.view().starts_with("\r\n")) buffer_.consume(2);
  return buffer_.size() > 0 && buffer_.view() != "\r";
}

RequestReader::Outcome RequestReader::parse_head() {
  if (!head_begun_ && !skip_blank_lines()) return Outcome::kBlocked;
  head_begun_ = true;
  // Tells a TLS handshake and other noise at its first byte instead of at the head's deadline.
  if (!is_method_start(buffer_.view().front())) return refuse({400, "malformed request line"});
  HeadParser::Outcome parsed = parser_.parse(buffer_.view());
  if (parsed.refusal) return refuse(std::move(*parsed.refusal));
  if (!parsed.complete) return Outcome::kBlocked;
  buffer_.consume(parser_.consumed());
  return Outcome::kComplete;
}

RequestReader::Outcome RequestReader::read_head(int fd) {
  bool fresh = buffer_.size() > 0;
  while (true) {
    if (fresh) {
      const Outcome parsed = parse_head();
      if (parsed != Outcome::kBlocked) return parsed;
    }
    std::size_t bytes = 0;
    const Received received = receive(fd, buffer_.room(), {}, bytes);
    if (received != Received::kSome) return after(received);
    buffer_.filled(bytes);
    fresh = true;
  }
}

Refusal RequestReader::too_large() const {
  return {413, "the request body is longer than " + std::to_string(body_bytes_max_) + " bytes",
          "body_too_large"};
}

std::optional<Refusal> RequestReader::begin_body(const Framing& framing, std::size_t bytes_max) {
  framing_ = framing;
  body_bytes_max_ = bytes_max;
  chunks_ = {};
  body_.clear();
  if (framing_.content_length.value_or(0) > bytes_max) return too_large();
  return std::nullopt;
}

RequestReader::Outcome RequestReader::read_body(int fd) {
  return framing_.chunked ? read_chunked_body(fd) : read_sized_body(fd);
}

RequestReader::Outcome RequestReader::read_sized_body(int fd) {
  const auto length = static_cast<std::size_t>(framing_.content_length.value_or(0));
  const std::string_view ahead = buffer_.view().substr(0, length - body_.size());
  if (!body_.append(ahead)) return refuse(no_memory());
  buffer_.consume(ahead.size());
  std::size_t turn = 0;
  while (body_.size() < length && turn < kBodyBytesPerTurn) {
    const std::span<char> room = body_.room(length - body_.size());
    if (room.empty()) return refuse(no_memory());
    std::size_t bytes = 0;
    const Received received = receive(fd, room, {}, bytes);
    if (received != Received::kSome) return after(received);
    body_.filled(bytes);
    turn += bytes;
  }
  return body_.size() == length ? Outcome::kComplete : Outcome::kBlocked;
}

RequestReader::Outcome RequestReader::read_chunked_body(int fd) {
  std::size_t turn = 0;
  while (true) {
    const Outcome decoded = decode_chunks();
    if (decoded != Outcome::kBlocked || turn >= kBodyBytesPerTurn) return decoded;
    std::size_t bytes = 0;
    const Outcome received = receive_chunks(fd, bytes);
    if (received != Outcome::kComplete) return received;
    turn += bytes;
  }
}

RequestReader::Outcome RequestReader::decode_chunks() {
  while (buffer_.size() > 0 && !chunks_.done() && !chunks_.is_broken()) {
    const ChunkedDecoder::Step step = chunks_.feed(buffer_.view());
    if (step.data.size() > body_bytes_max_ - body_.size()) return refuse(too_large());
    if (!body_.append(step.data)) return refuse(no_memory());
    buffer_.consume(step.consumed);
  }
  if (chunks_.is_broken()) return refuse({400, "malformed chunked body"});
  if (chunks_.data_ahead() > body_bytes_max_ - body_.size()) return refuse(too_large());
  return chunks_.done() ? Outcome::kComplete : Outcome::kBlocked;
}

/// Fills the rest of the current chunk and, behind it, the buffer with what frames the next one:
/// large chunks are copied by the kernel only. kComplete: something came.
RequestReader::Outcome RequestReader::receive_chunks(int fd, std::size_t& bytes) {
  const auto ahead = static_cast<std::size_t>(chunks_.data_ahead());
  const std::span<char> direct = ahead >= kDirectBytesMin ? body_.room(ahead) : std::span<char>();
  if (ahead >= kDirectBytesMin && direct.empty()) return refuse(no_memory());
  const bool whole_chunk = direct.size() == ahead;
  Received received = Received::kBlocked;
  if (direct.empty()) {
    received = receive(fd, buffer_.room(), {}, bytes);
  } else {
    received = receive(fd, direct, whole_chunk ? buffer_.room() : std::span<char>(), bytes);
  }
  if (received != Received::kSome) return after(received);
  const std::size_t in_body = std::min(bytes, direct.size());
  body_.filled(in_body);
  if (in_body > 0) chunks_.skip_data(in_body);
  buffer_.filled(bytes - in_body);
  return Outcome::kComplete;
}

RequestReader::Client RequestReader::watch(int fd) {
  while (can_watch()) {
    std::size_t bytes = 0;
    switch (receive(fd, buffer_.room(), {}, bytes)) {
      case Received::kSome:
        buffer_.filled(bytes);
        break;
      case Received::kBlocked:
        return Client::kThere;
      case Received::kEnd:
        return Client::kEnded;
      case Received::kError:
        return Client::kGone;
    }
  }
  return ended_ ? Client::kEnded : Client::kThere;
}

}  // namespace logpond::net
