#include "net/tests/test_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "net/client/answer_parser.h"

namespace logpond::net::test {
namespace {

constexpr int kPatienceMs = 20'000;

HttpServer::Options on_free_port(HttpServer::Options options) {
  options.port = 0;
  return options;
}

}  // namespace

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return condition();
}

RawClient::RawClient(std::uint16_t port, int receive_buffer_bytes) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer_bytes > 0) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
  }
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) close();
}

RawClient::~RawClient() {
  close();
}

RawClient::RawClient(RawClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), ahead_(std::move(other.ahead_)) {}

void RawClient::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void RawClient::reset() {
  const linger abort{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  close();
}

bool RawClient::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawClient::shut_writes() const {
  ::shutdown(fd_, SHUT_WR);
}

std::string RawClient::receive_some() const {
  pollfd entry{fd_, POLLIN, 0};
  if (::poll(&entry, 1, kPatienceMs) != 1) return {};
  std::array<char, 64 << 10> buffer;
  const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), 0);
  return got > 0 ? std::string(buffer.data(), static_cast<std::size_t>(got)) : std::string();
}

std::string RawClient::receive_all() {
  std::string all = std::exchange(ahead_, {});
  while (true) {
    const std::string more = receive_some();
    if (more.empty()) return all;
    all.append(more);
  }
}

std::string RawClient::receive_exactly(std::size_t size) {
  while (ahead_.size() < size) {
    const std::string more = receive_some();
    if (more.empty()) break;
    ahead_.append(more);
  }
  const std::string result = ahead_.substr(0, size);
  ahead_.erase(0, size);
  return result;
}

ClientResponse RawClient::receive_answer(bool to_head) {
  AnswerParser parser(to_head);
  while (!parser.is_done()) {
    if (ahead_.empty()) ahead_ = receive_some();
    if (ahead_.empty()) {
      if (!parser.end()) return {};
      break;
    }
    const auto step = parser.feed(ahead_);
    if (!step) return {};
    parser.response().body.append(step->data);
    ahead_.erase(0, step->consumed);
  }
  return parser.response();
}

ClientResponse RawClient::ask(std::string_view request) {
  send(request);
  return receive_answer();
}

TestServer::TestServer(std::vector<Route> routes, HttpServer::Options options,
                       std::size_t query_threads, std::size_t jobs_max)
    : ingest({"ingest", 1, jobs_max}),
      query({"query", query_threads, jobs_max}),
      server(std::make_unique<HttpServer>(
          on_free_port(std::move(options)), std::move(routes),
          [](std::string_view path, int status, std::string_view message) {
            return HttpResponse::text(status, std::string(path) + ": " + std::string(message));
          },
          HttpServer::Pools{ingest, query}, platform::system_clock(), metrics)) {
  const Status started = server->start();
  if (started) return;
  std::fprintf(stderr, "%s\n", started.error().message.c_str());
  std::abort();
}

TestServer::~TestServer() = default;

double TestServer::metric(const std::string& series) const {
  const std::string text = "\n" + metrics.scrape();
  const std::size_t at = text.find("\n" + series);
  if (at == std::string::npos) return -1;
  const std::size_t end = text.find('\n', at + 1);
  const std::string line = text.substr(at + 1, end - at - 1);
  return std::atof(line.c_str() + line.rfind(' '));
}

Route io_route(Methods methods, std::string path, Handler handler) {
  return pool_route(methods, std::move(path), RunOn::kIo, std::move(handler));
}

Route pool_route(Methods methods, std::string path, RunOn run_on, Handler handler) {
  return Route{methods, std::move(path),   AccessRole::kNone, run_on, RouteLimits{},
               "",      std::move(handler)};
}

Handler echo_handler() {
  return [](HttpRequest request, Responder responder) {
    std::string text = request.path;
    for (const auto& parameter : request.path_parameters) text += " {" + parameter + "}";
    for (const auto& [name, value] : request.query.all()) text += " " + name + "=" + value;
    text.append("|").append(request.body.view());
    responder.send(HttpResponse::text(200, text));
  };
}

std::string get(std::string_view path, std::string_view headers) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\n";
}

std::string post(std::string_view path, std::string_view body, std::string_view headers) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string chunked(std::string_view bytes, std::size_t size) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    const std::string_view chunk = bytes.substr(at, size);
    std::array<char, 24> line;
    std::snprintf(line.data(), line.size(), "%zx\r\n", chunk.size());
    out.append(line.data()).append(chunk).append("\r\n");
  }
  return out + "0\r\n\r\n";
}

}  // namespace logpond::net::test
