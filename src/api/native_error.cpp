#include "api/native_error.h"

#include <string>

#include "codec/json_text.h"

namespace logpond::api {

net::HttpResponse native_error(int status, std::string_view code, std::string_view message,
                               std::string_view hint) {
  std::string out = "{\"error\":{\"code\":";
  codec::append_json_string(out, code);
  out.append(",\"message\":");
  codec::append_json_string(out, message);
  if (!hint.empty()) {
    out.append(",\"hint\":");
    codec::append_json_string(out, hint);
  }
  out.append("}}\n");
  return net::HttpResponse::json(status, std::move(out));
}

net::HttpResponse native_error(const Error& error) {
  std::string_view hint;
  switch (error.code) {
    case ErrorCode::kLimitExceeded:
    case ErrorCode::kUnavailable:
      hint = "try again later";
      break;
    case ErrorCode::kNoSpace:
      hint = "free disk space; it recovers by itself";
      break;
    case ErrorCode::kDeadlineExceeded:
      hint = "ask for a shorter time range";
      break;
    default:
      break;
  }
  return native_error(http_status_of(error.code), error_code_name(error.code), error.message, hint);
}

}  // namespace logpond::api
