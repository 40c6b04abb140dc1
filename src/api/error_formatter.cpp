#include "api/dialect.h"
#include "api/native_error.h"

namespace logpond::api {
namespace {

std::string_view code_of(int status) {
  switch (status) {
    case 400:
      return "invalid_argument";
    case 404:
      return "not_found";
    case 405:
      return "method_not_allowed";
    case 408:
      return "request_timeout";
    case 413:
      return "body_too_large";
    case 431:
      return "head_too_large";
    case 503:
      return "unavailable";
    default:
      return status < 500 ? "invalid_argument" : "internal";
  }
}

net::HttpResponse format_error(std::string_view path, int status, std::string_view message) {
  const bool is_ours = path.starts_with("/api/") && !path.starts_with("/api/prom/");
  if (is_ours) return native_error(status, code_of(status), message);
  if (status == 404) return net::HttpResponse::text(404, "404 page not found\n");
  return net::HttpResponse::text(status, std::string(message) + "\n");
}

}  // namespace

net::ErrorFormatter error_formatter() {
  return format_error;
}

}  // namespace logpond::api
