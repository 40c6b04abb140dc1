#include "net/http_client.h"

#include <array>
#include <charconv>
#include <utility>

#include "net/client/answer_parser.h"
#include "net/client/client_socket.h"
#include "net/header_text.h"

namespace logpond::net {
namespace {

struct Place {
  std::string host;  ///< Without brackets.
  std::uint16_t port = 80;
  std::string authority;  ///< As in the Host header.
  std::string prefix;     ///< Without a slash at its end.
};

Result<Place> parse_url(std::string_view url) {
  const auto bad = [&](std::string_view why) {
    return fail(ErrorCode::kInvalidArgument,
                "bad address \"" + std::string(url) + "\": " + std::string(why));
  };
  std::string_view rest = url;
  if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos) {
    if (!equal_without_case(url.substr(0, scheme), "http")) return bad("only http:// is spoken");
    rest = url.substr(scheme + 3);
  }
  Place place;
  const std::size_t slash = rest.find_first_of("/?#");
  place.authority = rest.substr(0, slash);
  place.prefix = slash == std::string_view::npos ? "" : std::string(rest.substr(slash));
  while (place.prefix.ends_with('/')) place.prefix.pop_back();
  if (place.prefix.find_first_of("?# \r\n") != std::string::npos)
    return bad("only a path may follow");
  std::string_view authority = place.authority;
  const std::size_t host_end =
      authority.starts_with('[') ? authority.find(']') + 1 : authority.find(':');
  place.host = authority.substr(0, host_end);
  if (place.host.starts_with('[')) place.host = place.host.substr(1, place.host.size() - 2);
  if (place.host.empty() || place.host.find_first_of("@ \r\n[]") != std::string::npos) {
    return bad("the host is missing or malformed");
  }
  if (host_end < authority.size()) {
    const std::string_view port = authority.substr(host_end);
    const auto [end, error] =
        std::from_chars(port.data() + 1, port.data() + port.size(), place.port);
    if (port[0] != ':' || error != std::errc() || end != port.data() + port.size() ||
        place.port == 0) {
      return bad("the port is not a number from 1 to 65535");
    }
  }
  return place;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  for (const char c : value) out.push_back(c == '\r' || c == '\n' ? ' ' : c);
  out.append("\r\n");
}

}  // namespace

class HttpClient::Impl {
 public:
  using Take = std::function<bool(std::string_view)>;

  Impl(Place place, Options options) : place_(std::move(place)), options_(options) {
    url_ = "http://" + place_.authority + place_.prefix;
  }

  Result<ClientResponse> request(std::string_view method, std::string_view target,
                                 const Headers& headers, std::string_view body, const Take* take);
  const std::string& url() const { return url_; }

 private:
  struct Attempt {
    Result<ClientResponse> result;
    bool never_answered = false;  ///< The connection ended without one byte of an answer.
  };
  std::string format_request(std::string_view method, std::string_view target,
                             const Headers& headers, std::size_t body_bytes) const;
  Attempt attempt(const std::string& head, std::string_view body, AnswerParser parser,
                  const Take* take);
  Status read_answer(AnswerParser& parser, bool& answered, const Take* take);
  /// False: the receiver has enough.
  Result<bool> hand_out(AnswerParser& parser, std::string_view data, const Take* take) const;
  tl::unexpected<Error> with_place(std::string_view what, Error error) const;

  const Place place_;
  const Options options_;
  std::string url_;
  ClientSocket socket_;
};

tl::unexpected<Error> HttpClient::Impl::with_place(std::string_view what, Error error) const {
  return fail_in(std::string(what) + " " + url_, std::move(error));
}

std::string HttpClient::Impl::format_request(std::string_view method, std::string_view target,
                                             const Headers& headers, std::size_t body_bytes) const {
  std::string head;
  head.append(method).append(" ").append(place_.prefix);
  if (!target.starts_with('/')) head.push_back('/');
  for (const char c : target) {
    if (c == ' ' || c == '\r' || c == '\n') {
      head.append(encode_url_component({&c, 1}));
    } else {
      head.push_back(c);
    }
  }
  head.append(" HTTP/1.1\r\n");
  append_header(head, "Host", place_.authority);
  for (const auto& [name, value] : headers.all()) append_header(head, name, value);
  if (body_bytes > 0 || method == "POST" || method == "PUT") {
    append_header(head, "Content-Length", std::to_string(body_bytes));
  }
  head.append("\r\n");
  return head;
}

Result<ClientResponse> HttpClient::Impl::request(std::string_view method, std::string_view target,
                                                 const Headers& headers, std::string_view body,
                                                 const Take* take) {
  const std::string head = format_request(method, target, headers, body.size());
  if (socket_.is_open()) {
    Attempt kept = attempt(head, body, AnswerParser(method == "HEAD"), take);
    if (!kept.never_answered) return std::move(kept.result);
  }
  const Status connected = socket_.connect(place_.host, place_.port, options_.connect_timeout);
  if (!connected) return with_place("cannot reach", connected.error());
  return attempt(head, body, AnswerParser(method == "HEAD"), take).result;
}

HttpClient::Impl::Attempt HttpClient::Impl::attempt(const std::string& head, std::string_view body,
                                                    AnswerParser parser, const Take* take) {
  Status sent = socket_.send_all(head, options_.idle_timeout);
  if (sent) sent = socket_.send_all(body, options_.idle_timeout);
  bool answered = false;
  Status read;
  if (sent || sent.error().code == ErrorCode::kIo) {
    // A server that refuses a body answers early and closes: its answer says more than our EPIPE.
    read = read_answer(parser, answered, take);
    if (!sent && !parser.has_head()) read = std::move(sent);
  } else {
    read = std::move(sent);
  }
  if (!read || !parser.keeps_alive()) socket_.close();
  if (read) return {std::move(parser.response()), false};
  const bool lost = read.error().code == ErrorCode::kIo && !answered;
  return {with_place("no answer from", std::move(read).error()), lost};
}

Status HttpClient::Impl::read_answer(AnswerParser& parser, bool& answered, const Take* take) {
  std::array<char, 64 << 10> buffer;
  while (!parser.is_done()) {
    LOGPOND_TRY(const std::size_t got, socket_.receive(buffer, options_.idle_timeout));
    if (got == 0) return parser.end();
    answered = true;
    std::string_view input(buffer.data(), got);
    while (!input.empty() && !parser.is_done()) {
      LOGPOND_TRY(const AnswerParser::Step step, parser.feed(input));
      input.remove_prefix(step.consumed);
      if (step.data.empty()) continue;
      LOGPOND_TRY(const bool more, hand_out(parser, step.data, take));
      if (!more) return {};
    }
    // Bytes behind the answer: the next one could not be told from them.
    if (!input.empty()) socket_.close();
  }
  return {};
}

Result<bool> HttpClient::Impl::hand_out(AnswerParser& parser, std::string_view data,
                                        const Take* take) const {
  ClientResponse& response = parser.response();
  if (take != nullptr && response.status == 200) return (*take)(data);
  if (data.size() > options_.body_bytes_max - response.body.size()) {
    return fail(ErrorCode::kLimitExceeded,
                "the answer is longer than " + std::to_string(options_.body_bytes_max) + " bytes");
  }
  response.body.append(data);
  return true;
}

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

Result<HttpClient> HttpClient::create(std::string_view url, Options options) {
  LOGPOND_TRY(Place place, parse_url(url));
  return HttpClient(std::make_unique<Impl>(std::move(place), options));
}

Result<ClientResponse> HttpClient::request(std::string_view method, std::string_view target,
                                           const Headers& headers, std::string_view body) {
  return impl_->request(method, target, headers, body, nullptr);
}

Result<ClientResponse> HttpClient::stream(std::string_view target, const Headers& headers,
                                          const std::function<bool(std::string_view)>& take) {
  return impl_->request("GET", target, headers, {}, &take);
}

const std::string& HttpClient::url() const {
  return impl_->url();
}

}  // namespace logpond::net
