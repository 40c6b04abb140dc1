// Blocking HTTP/1.1 client for the command line: one connection, kept alive.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "net/http_types.h"

namespace logpond::net {

struct ClientResponse {
  int status = 0;
  Headers headers;
  std::string body;
};

/// Threads: one at a time.
class HttpClient {
 public:
  struct Options {
    DurationNs connect_timeout = 5 * kSecond;
    DurationNs idle_timeout = 60 * kSecond;  ///< Longest silence while waiting for an answer.
    std::size_t body_bytes_max = std::size_t{1} << 30;
  };
  /// `http://host[:port][/prefix]`; without a scheme `http://` is meant. Errors: kInvalidArgument.
  static Result<HttpClient> create(std::string_view url, Options options);
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;
  ~HttpClient();

  /// Sends a request, connecting first when needed (a kept connection that the server closed is
  /// tried once anew). Any status is a success here. Errors: kUnavailable with the address in the
  /// sentence
  /// (`cannot reach http://127.0.0.1:3100: connection refused`), kDeadlineExceeded, kIo.
  Result<ClientResponse> request(std::string_view method, std::string_view target,
                                 const Headers& headers, std::string_view body);
  /// GETs a stream and hands out pieces as they come, until the end or until `take` says false.
  /// A status other than 200 gives the response with its body and no call of `take`.
  Result<ClientResponse> stream(std::string_view target, const Headers& headers,
                                const std::function<bool(std::string_view)>& take);
  const std::string& url() const;

 private:
  class Impl;
  explicit HttpClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Percent-encodes for a query component.
std::string encode_url_component(std::string_view text);

}  // namespace logpond::net
