// A request as a handler sees it, and the answer it gives.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/time.h"
#include "platform/cancel_token.h"

namespace logpond::net {

enum class Method : std::uint8_t {
  kGet = 1,
  kPost = 2,
  kPut = 4,
  kDelete = 8,
  kHead = 16,
  kOptions = 32
};
/// A set of methods, bits of Method.
using Methods = std::uint8_t;
constexpr Methods operator|(Method a, Method b) {
  return static_cast<Methods>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr Methods only(Method m) {
  return static_cast<Methods>(m);
}

/// Ordered name=value pairs; header names compare without case.
class Headers {
 public:
  void add(std::string name, std::string value) {
    all_.emplace_back(std::move(name), std::move(value));
  }
  /// First value of `name`; empty when absent.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return all_; }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

/// Decoded query or form parameters, in order; a name may come several times.
class Parameters {
 public:
  /// Parses `a=b&c=%20d+e`. Broken escapes are kept as they are.
  static Parameters parse(std::string_view text);
  void add(std::string name, std::string value) {
    all_.emplace_back(std::move(name), std::move(value));
  }
  void append(const Parameters& other) {
    all_.insert(all_.end(), other.all_.begin(), other.all_.end());
  }
  std::optional<std::string_view> get(std::string_view name) const;
  std::vector<std::string_view> get_all(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return all_; }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

/// Body bytes as received, followed by kPadding readable bytes (zero), as simdjson wants.
/// Move-only.
class Body {
 public:
  static constexpr std::size_t kPadding = 64;
  Body() = default;
  /// Pads `bytes` by itself.
  explicit Body(std::string bytes);
  /// Adopts `size` bytes that already have their padding; the deleter gives the memory back.
  Body(std::shared_ptr<const char> padded, std::size_t size);
  Body(Body&& other) noexcept;
  Body& operator=(Body&& other) noexcept;
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;
  ~Body() = default;

  std::string_view view() const { return {bytes_ ? bytes_.get() : kEmpty, size_}; }
  std::size_t size() const { return size_; }

 private:
  static constexpr char kEmpty[kPadding] = {};
  std::shared_ptr<const char> bytes_;
  std::size_t size_ = 0;
};

struct HttpRequest {
  Method method = Method::kGet;
  std::string target;  ///< As sent: path and query.
  std::string path;    ///< Percent-decoded.
  Parameters query;    ///< Of the URL. Form bodies: form_parameters().
  /// Values of {name} places of the route's path, in order.
  std::vector<std::string> path_parameters;
  Headers headers;
  Body body;
  std::string remote_address;  ///< Without the port.
  bool remote_is_loopback = false;
  std::string request_id;  ///< From X-Request-Id when sane, else made; echoed in the answer.
  TimestampNs received = 0;
  /// Set when the client goes away; carries the route's deadline. A client that shuts only its
  /// sending side looks the same and counts as gone, but what is answered still reaches it.
  platform::CancelToken cancel;

  /// Query parameters, and those of an application/x-www-form-urlencoded body after them.
  Parameters form_parameters() const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type;  ///< Empty with an empty body.
  std::string body;
  Headers headers;  ///< Beyond Content-Type, Content-Length, Connection, X-Request-Id, Date.
  bool compressible = true;  ///< The server may gzip it when the client accepts that.

  static HttpResponse text(int status, std::string body);  ///< text/plain; charset=utf-8 + nosniff.
  static HttpResponse json(int status, std::string body);  ///< application/json; charset=UTF-8.
  static HttpResponse empty(int status);
};

}  // namespace logpond::net
