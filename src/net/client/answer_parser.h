// Takes an HTTP/1.x answer apart as its bytes arrive.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"
#include "net/chunked_decoder.h"
#include "net/http_client.h"

namespace logpond::net {

/// One answer; interim ones (1xx) are passed over. Threads: one.
class AnswerParser {
 public:
  static constexpr std::size_t kHeadBytesMax = std::size_t{256} << 10;

  /// `without_body`: the answer to a HEAD.
  explicit AnswerParser(bool without_body) : without_body_(without_body) {}

  struct Step {
    std::size_t consumed = 0;
    std::string_view data;  ///< Part of the input that is body.
  };
  /// Takes bytes up to the end of one run of body bytes. Call again with the rest until nothing is
  /// consumed or is_done(). Errors: kIo (not HTTP).
  Result<Step> feed(std::string_view input);
  /// The server sent its last byte. Errors: kIo when the answer is not whole.
  Status end();

  bool has_head() const { return state_ != State::kHead; }
  bool is_done() const { return state_ == State::kDone; }
  /// The connection may carry another request.
  bool keeps_alive() const { return is_done() && keep_alive_; }
  /// Status and headers; requires has_head(). The body is the caller's.
  ClientResponse& response() { return response_; }

 private:
  enum class State { kHead, kLength, kChunked, kUntilClose, kDone };
  Status parse_head(std::string_view head);
  Status parse_status_line(std::string_view line);
  Status choose_framing();

  const bool without_body_;
  State state_ = State::kHead;
  std::string head_;
  ClientResponse response_;
  ChunkedDecoder chunks_;
  std::uint64_t left_ = 0;
  bool keep_alive_ = true;
};

}  // namespace logpond::net
