#include "net/server/response_head.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

#include "core/time.h"
#include "net/header_text.h"

namespace logpond::net {
namespace {

constexpr std::array<std::pair<int, std::string_view>, 41> kReasons{{
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Payload Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Entity"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {499, "Client Closed Request"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
}};

constexpr std::array<std::string_view, 6> kOwnHeaders{
    "Content-Length", "Transfer-Encoding", "Connection", "Date", "X-Request-Id", "Content-Type"};

bool is_own(std::string_view name) {
  return std::any_of(kOwnHeaders.begin(), kOwnHeaders.end(),
                     [&](std::string_view own) { return equal_without_case(own, name); });
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

void append_number(std::string& out, std::uint64_t value) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  const std::size_t at = out.size();
  out.append(name).append(": ").append(value);
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(at), out.end(), is_control, ' ');
  out.append("\r\n");
}

}  // namespace

std::string_view reason_phrase(int status) {
  for (const auto& [code, phrase] : kReasons) {
    if (code == status) return phrase;
  }
  return "Unknown";
}

std::string format_http_date(std::int64_t unix_seconds) {
  static constexpr std::array<const char*, 7> kDays{"Thu", "Fri", "Sat", "Sun",
                                                    "Mon", "Tue", "Wed"};
  static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::int64_t seconds = std::max<std::int64_t>(unix_seconds, 0);  // a Date is never older
  const std::int64_t day = seconds / 86'400;
  const auto in_day = static_cast<int>(seconds % 86'400);
  const std::string text = format_day(day);  // 2026-11-21
  const auto month = static_cast<std::size_t>((text[5] - '0') * 10 + (text[6] - '0') - 1);
  std::array<char, 40> out;
  std::snprintf(out.data(), out.size(), "%s, %.2s %s %.4s %02d:%02d:%02d GMT",
                kDays[static_cast<std::size_t>(day % 7)], text.c_str() + 8, kMonths[month % 12],
                text.c_str(), in_day / 3600, in_day / 60 % 60, in_day % 60);
  return out.data();
}

bool status_has_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

std::string format_head(const ResponseHead& head) {
  std::string out;
  out.reserve(256);
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(std::clamp(head.status, 100, 999)));
  out.append(" ").append(reason_phrase(head.status)).append("\r\n");
  const bool own_server = head.headers != nullptr && head.headers->has("Server");
  if (!head.server_name.empty() && !own_server) append_header(out, "Server", head.server_name);
  append_header(out, "Date", head.date);
  if (!head.content_type.empty()) append_header(out, "Content-Type", head.content_type);
  if (head.framing == ResponseHead::Framing::kLength) {
    out.append("Content-Length: ");
    append_number(out, head.content_length);
    out.append("\r\n");
  } else if (head.framing == ResponseHead::Framing::kChunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  if (head.closes) {
    out.append("Connection: close\r\n");
  } else if (head.says_keep_alive) {
    out.append("Connection: keep-alive\r\n");
  }
  if (!head.request_id.empty()) append_header(out, "X-Request-Id", head.request_id);
  if (head.headers != nullptr) {
    for (const auto& [name, value] : head.headers->all()) {
      if (!is_own(name)) append_header(out, name, value);
    }
  }
  out.append("\r\n");
  return out;
}

}  // namespace logpond::net
