// Receives requests from a socket: head, then body, keeping what a pipelining client sent ahead.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "net/chunked_decoder.h"
#include "net/server/body_buffer.h"
#include "net/server/head_parser.h"
#include "net/server/request_head.h"

namespace logpond::net {

/// Receive blocks of connections that wait for nothing: ten thousand idle ones need no memory here.
/// Threads: one.
class ReadBlocks {
 public:
  static constexpr std::size_t kBlockBytes = std::size_t{16} << 10;
  std::unique_ptr<char[]> take();
  void give_back(std::unique_ptr<char[]> block);

 private:
  static constexpr std::size_t kKeptMax = 64;
  std::vector<std::unique_ptr<char[]>> kept_;
};

/// Bytes received and not yet understood. Threads: one.
class ReadBuffer {
 public:
  explicit ReadBuffer(ReadBlocks& blocks) : blocks_(blocks) {}
  std::string_view view() const { return {block_.get() + begin_, end_ - begin_}; }
  std::size_t size() const { return end_ - begin_; }
  void consume(std::size_t bytes);
  /// At least one byte of room. Views are invalid afterwards.
  std::span<char> room();
  void filled(std::size_t bytes) { end_ += bytes; }
  /// Gives the memory back when nothing is in it.
  void relax();

 private:
  ReadBlocks& blocks_;
  std::unique_ptr<char[]> block_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

/// Threads: one.
class RequestReader {
 public:
  RequestReader(std::size_t head_bytes_max, std::shared_ptr<BodyBudget> budget, ReadBlocks& blocks);

  enum class Outcome {
    kBlocked,  ///< Call again when the socket is readable.
    kComplete,
    kRefused,  ///< See refusal(); the stream of requests cannot go on.
    kGone,     ///< The client ended before the end.
  };
  Outcome read_head(int fd);
  /// Requires: read_head() was complete. Gives the refusal of a body that is announced too large.
  std::optional<Refusal> begin_body(const Framing& framing, std::size_t bytes_max);
  Outcome read_body(int fd);
  const Refusal& refusal() const { return refusal_; }
  RequestHead take_head() { return parser_.take(); }
  Body take_body() { return body_.release(); }
  /// Forgets the request; the next head begins.
  void next();

  /// Nothing of the next head has come.
  bool is_idle() const { return !head_begun_; }
  /// Bytes beyond the current request are there.
  bool has_ahead() const { return buffer_.size() > 0; }
  /// The socket was reported readable.
  void readable() { maybe_more_ = true; }
  void relax() { buffer_.relax(); }

  enum class Client { kThere, kEnded, kGone };
  /// Receives ahead while an answer is made, to notice a client that leaves.
  Client watch(int fd);
  /// Whether watch() may receive more.
  bool can_watch() const { return !ended_ && buffer_.size() < kAheadBytesMax; }
  bool has_ended() const { return ended_; }

 private:
  static constexpr std::size_t kAheadBytesMax = std::size_t{64} << 10;
  static constexpr std::size_t kBodyBytesPerTurn = std::size_t{8} << 20;

  enum class Received { kSome, kBlocked, kEnd, kError };
  Received receive(int fd, std::span<char> first, std::span<char> second, std::size_t& bytes);
  Outcome refuse(Refusal refusal);
  bool skip_blank_lines();
  Outcome parse_head();
  Outcome read_sized_body(int fd);
  Outcome read_chunked_body(int fd);
  Outcome decode_chunks();
  Outcome receive_chunks(int fd, std::size_t& bytes);
  Outcome after(Received received);
  Refusal too_large() const;

  const std::size_t head_bytes_max_;
  ReadBuffer buffer_;
  HeadParser parser_;
  ChunkedDecoder chunks_;
  BodyBuffer body_;
  Framing framing_;
  Refusal refusal_;
  std::size_t body_bytes_max_ = 0;
  bool head_begun_ = false;
  bool maybe_more_ = false;  ///< The socket may hold bytes; false saves a call that would block.
  bool ended_ = false;       ///< The client sent its last byte.
};

}  // namespace logpond::net
