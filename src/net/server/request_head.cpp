#include "net/server/request_head.h"

#include <algorithm>
#include <charconv>

#include "net/header_text.h"

namespace logpond::net {
namespace {

bool is_base64(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

std::optional<std::uint64_t> parse_length(std::string_view text) {
  // from_chars would take more than 18 digits as overflow; fewer also keep sums away from it.
  if (text.empty() || text.size() > 18) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct SeenHeaders {
  int hosts = 0;
  int lengths = 0;
  int codings = 0;
  bool close = false;
  bool keep_alive = false;
};

std::optional<Refusal> see_header(const std::string& name, const std::string& value,
                                  SeenHeaders& seen, Framing& framing) {
  if (equal_without_case(name, "Content-Length")) {
    ++seen.lengths;
    framing.content_length = parse_length(value);
    if (!framing.content_length) return Refusal{400, "bad Content-Length \"" + value + "\""};
  } else if (equal_without_case(name, "Transfer-Encoding")) {
    ++seen.codings;
    if (!equal_without_case(value, "chunked")) {
      return Refusal{501, "Transfer-Encoding \"" + value + "\" is not supported, use chunked"};
    }
    framing.chunked = true;
  } else if (equal_without_case(name, "Host")) {
    ++seen.hosts;
  } else if (equal_without_case(name, "Connection")) {
    seen.close = seen.close || list_names(value, "close");
    seen.keep_alive = seen.keep_alive || list_names(value, "keep-alive");
  } else if (equal_without_case(name, "Expect")) {
    if (!equal_without_case(value, "100-continue")) {
      return Refusal{417, "cannot meet expectation \"" + value + "\""};
    }
    framing.expects_continue = true;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> interpret_framing(const RequestHead& head, Framing& framing) {
  framing = {};
  SeenHeaders seen;
  for (const auto& [name, value] : head.headers.all()) {
    if (auto refusal = see_header(name, value, seen, framing)) return refusal;
  }
  if (seen.lengths > 1) return Refusal{400, "more than one Content-Length header"};
  if (seen.codings > 1) return Refusal{400, "more than one Transfer-Encoding header"};
  if (framing.chunked && framing.content_length) {
    return Refusal{400, "both Content-Length and Transfer-Encoding are given"};
  }
  if (framing.chunked && head.version < 11) {
    return Refusal{400, "Transfer-Encoding in an HTTP/1.0 request"};
  }
  if (seen.hosts > 1) return Refusal{400, "more than one Host header"};
  if (seen.hosts == 0 && head.version >= 11) return Refusal{400, "the Host header is missing"};
  framing.keep_alive = !seen.close && (head.version >= 11 || seen.keep_alive);
  framing.expects_continue = framing.expects_continue && head.version >= 11;
  return std::nullopt;
}

std::optional<SplitTarget> split_target(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_without_case(target.substr(0, scheme.size()), scheme)) continue;
    const std::size_t end = target.find_first_of("/?", scheme.size());
    target = end == std::string_view::npos ? std::string_view("/") : target.substr(end);
    if (target.starts_with('?')) return SplitTarget{"/", target.substr(1)};
  }
  if (!target.starts_with('/')) return std::nullopt;
  const std::size_t question = target.find('?');
  if (question == std::string_view::npos) return SplitTarget{target, {}};
  return SplitTarget{target.substr(0, question), target.substr(question + 1)};
}

std::string websocket_key(const RequestHead& head) {
  const Headers& headers = head.headers;
  const std::string_view key = headers.get("Sec-WebSocket-Key");
  const bool shaped =
      key.size() == 24 && key.ends_with("==") && std::all_of(key.begin(), key.end() - 2, is_base64);
  const bool asked = head.method == "GET" && head.version == 11 &&
                     list_names(headers.get("Upgrade"), "websocket") &&
                     list_names(headers.get("Connection"), "upgrade") &&
                     headers.get("Sec-WebSocket-Version") == "13";
  return shaped && asked ? std::string(key) : std::string();
}

bool is_sane_request_id(std::string_view id) {
  if (id.empty() || id.size() > 128) return false;
  return std::all_of(id.begin(), id.end(), [](char c) {
    return is_base64(c) || c == '.' || c == '_' || c == '-' || c == '=' || c == ':' || c == '@';
  });
}

}  // namespace logpond::net
