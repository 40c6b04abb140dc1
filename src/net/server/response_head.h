// Writes status lines and headers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/http_types.h"

namespace logpond::net {

/// Reason phrase of a status; `Unknown` for odd ones.
std::string_view reason_phrase(int status);
/// `Sun, 06 Nov 1994 08:49:37 GMT`.
std::string format_http_date(std::int64_t unix_seconds);

struct ResponseHead {
  enum class Framing { kLength, kChunked, kUntilClose, kNone };
  int status = 200;
  std::string_view content_type;
  std::string_view request_id;
  std::string_view date;
  std::string_view server_name;
  Framing framing = Framing::kLength;
  std::uint64_t content_length = 0;
  bool closes = false;               ///< `Connection: close`.
  bool says_keep_alive = false;      ///< `Connection: keep-alive`, for HTTP/1.0 clients.
  const Headers* headers = nullptr;  ///< Further ones; what the server itself writes is left out.
};

/// 1xx, 204 and 304 never have a body.
bool status_has_body(int status);
/// The head with its blank line. Control characters in values become blanks: no value can begin a
/// header of its own.
std::string format_head(const ResponseHead& head);

}  // namespace logpond::net
