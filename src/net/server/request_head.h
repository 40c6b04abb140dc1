// What the head of a request says, and how its body is framed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http_types.h"

namespace logpond::net {

/// A request the server itself refuses: the status, a sentence, and the name its counter carries.
struct Refusal {
  int status = 400;
  std::string message;
  const char* reason = "bad_request";
};

/// As parsed, with nothing believed yet.
struct RequestHead {
  std::string method;
  std::string target;
  int version = 11;  ///< 10 or 11.
  Headers headers;
};

/// What the headers mean for the connection.
struct Framing {
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = true;
  bool expects_continue = false;
  bool has_body() const { return chunked || content_length.value_or(0) != 0; }
};

/// Two servers that read one head differently let a request hide in another's body. So anything
/// that could be read in two ways is refused: both framings at once, repeated or odd lengths,
/// codings other than `chunked`, several hosts. Gives the refusal, or nothing and fills `framing`.
std::optional<Refusal> interpret_framing(const RequestHead& head, Framing& framing);

/// Path and query of a target in origin or absolute form; nothing for other forms (`*` too).
struct SplitTarget {
  std::string_view path;  ///< Raw; starts with /.
  std::string_view query;
};
std::optional<SplitTarget> split_target(std::string_view target);

/// The Sec-WebSocket-Key when the request is a well-formed version 13 handshake; else empty.
std::string websocket_key(const RequestHead& head);

/// An X-Request-Id that may be echoed: 1 to 128 characters of A-Za-z0-9 and ._-+/=:@
bool is_sane_request_id(std::string_view id);

}  // namespace logpond::net
