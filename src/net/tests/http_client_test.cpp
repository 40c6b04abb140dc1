#include "net/http_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "net/client/answer_parser.h"
#include "net/tests/test_server.h"

namespace logpond::net {
namespace {

using namespace test;

HttpClient client_for(const TestServer& server, HttpClient::Options options = {}) {
  auto client = HttpClient::create("127.0.0.1:" + std::to_string(server.port()), options);
  return std::move(client).value();
}

std::vector<Route> routes() {
  return {pool_route(Method::kGet | Method::kPost, "/echo", RunOn::kQuery, echo_handler()),
          io_route(only(Method::kGet), "/bye", [](HttpRequest, Responder responder) {
            HttpResponse response = HttpResponse::text(200, "bye");
            response.headers.add("Connection", "close");
            responder.send(std::move(response));
          })};
}

TEST(HttpClient, KeepsItsConnection) {
  TestServer server(routes());
  HttpClient client = client_for(server);
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.request("POST", "/echo?a=b", {}, "body");
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "/echo a=b|body");
  }
  EXPECT_EQ(server.metric("logpond_http_connections"), 1);
  EXPECT_EQ(client.request("GET", "/missing", {}, {})->status, 404);
  const auto head = client.request("HEAD", "/echo", {}, {});
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->body, "");
}

TEST(HttpClient, ConnectsAnewWhenAKeptConnectionWasClosed) {
  HttpServer::Options options;
  options.keep_alive_timeout = 20 * kMillisecond;
  TestServer server(routes(), options);
  HttpClient client = client_for(server);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.request("GET", "/echo", {}, {}));
    ASSERT_TRUE(eventually([&] { return server.metric("logpond_http_connections") == 0; }));
    EXPECT_EQ(client.request("GET", "/bye", {}, {})->body, "bye");
  }
}

TEST(HttpClient, SaysWhereItCannotReach) {
  std::uint16_t port = 0;
  {
    TestServer server(routes());
    port = server.port();
  }
  const std::string url = "http://127.0.0.1:" + std::to_string(port);
  auto client = HttpClient::create(url + "/", {});
  const auto answer = client->request("GET", "/", {}, {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(answer.error().message, "cannot reach " + url + ": connection refused");
}

TEST(HttpClient, ReadsAddresses) {
  EXPECT_EQ(HttpClient::create("localhost:3100", {})->url(), "http://localhost:3100");
  EXPECT_EQ(HttpClient::create("HTTP://h/a/b/", {})->url(), "http://h/a/b");
  EXPECT_EQ(HttpClient::create("http://[::1]:80", {})->url(), "http://[::1]:80");
  for (const char* bad : {"", "http://", "https://x", "http://:80", "http://h:0", "http://h:65536",
                          "http://h:8x", "http://[::1", "http://u@h", "http://h/?a", "h\r\nx"}) {
    const auto client = HttpClient::create(bad, {});
    ASSERT_FALSE(client) << bad;
    EXPECT_EQ(client.error().code, ErrorCode::kInvalidArgument) << bad;
  }
}

TEST(HttpClient, PutsThePrefixBeforeTheTarget) {
  TestServer server({io_route(only(Method::kGet), "/{rest*}", echo_handler())});
  auto client = HttpClient::create("localhost:" + std::to_string(server.port()) + "/pre/", {});
  EXPECT_EQ(client->request("GET", "/x y", {}, {})->body, "/pre/x y {pre/x y}|");
}

TEST(HttpClient, GivesUpOnASilentServer) {
  std::optional<Responder> kept;
  TestServer server({io_route(only(Method::kGet), "/", [&](HttpRequest, Responder responder) {
    kept.emplace(std::move(responder));
  })});
  HttpClient client = client_for(server, {.idle_timeout = 20 * kMillisecond});
  EXPECT_EQ(client.request("GET", "/", {}, {}).error().code, ErrorCode::kDeadlineExceeded);
}

TEST(HttpClient, BoundsTheBody) {
  TestServer server({io_route(only(Method::kGet), "/", [](HttpRequest, Responder responder) {
    responder.send(HttpResponse::text(200, std::string(2000, 'x')));
  })});
  HttpClient client = client_for(server, {.body_bytes_max = 1999});
  EXPECT_EQ(client.request("GET", "/", {}, {}).error().code, ErrorCode::kLimitExceeded);
  HttpClient larger = client_for(server, {.body_bytes_max = 2000});
  EXPECT_EQ(larger.request("GET", "/", {}, {})->body.size(), 2000U);
}

TEST(HttpClient, HandsOutAStreamUntilToldToStop) {
  std::atomic<bool> ended{false};
  TestServer server({pool_route(
      only(Method::kGet), "/events", RunOn::kQuery, [&](HttpRequest, Responder responder) {
        auto stream = responder.start_stream(200, "text/event-stream", {}, {});
        for (int i = 0; !stream->is_closed(); ++i) {
          (void)stream->send_and_wait(std::to_string(i) + "\n", kSecond);
        }
        ended = true;
      })});
  HttpClient client = client_for(server);
  std::string seen;
  const auto answer = client.stream("/events", {}, [&](std::string_view piece) {
    seen.append(piece);
    return seen.find("\n50\n") == std::string::npos;
  });
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_TRUE(seen.starts_with("0\n1\n2\n"));
  EXPECT_TRUE(eventually([&] { return ended.load(); }));
  const auto missing = client.stream("/none", {}, [](std::string_view) {
    ADD_FAILURE() << "no piece of an error is one of the stream";
    return false;
  });
  EXPECT_EQ(missing->status, 404);
  EXPECT_EQ(missing->body, "/none: 404 page not found");
}

/// Parses `text` in pieces of `size`; the body, or the error in brackets.
std::string parse(std::string_view text, std::size_t size, bool to_head = false) {
  AnswerParser parser(to_head);
  std::string body;
  for (std::size_t at = 0; at < text.size() && !parser.is_done(); at += size) {
    std::string_view piece = text.substr(at, size);
    while (!piece.empty() && !parser.is_done()) {
      const auto step = parser.feed(piece);
      if (!step) return "[" + step.error().message + "]";
      body.append(step->data);
      piece.remove_prefix(step->consumed);
    }
  }
  if (!parser.is_done()) {
    if (const Status status = parser.end(); !status) return "[" + status.error().message + "]";
  }
  return std::to_string(parser.response().status) + " " + body +
         (parser.keeps_alive() ? " kept" : "");
}

TEST(AnswerParser, ReadsEveryFramingHoweverItIsSplit) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "200 abc kept"},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 \r\nContent-Length: 0\r\n\r\n", "201  kept"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n",
       "200 abc kept"},
      {"HTTP/1.0 200 OK\r\n\r\nabc", "200 abc"},
      {"HTTP/1.1 204 None\r\n\r\n", "204  kept"},
      {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na", "200 a"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
       "[the server closed the connection inside its answer]"},
      {"HTTP/1.1 200", "[the server closed the connection before it answered]"},
      {"SSH-2.0-OpenSSH\r\n\r\n", "[the answer is not HTTP: bad status line]"},
      {"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
       "[the answer is not HTTP: bad Content-Length]"},
      {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "[the answer is not HTTP: bad header line]"},
  };
  for (const auto& [text, expected] : cases) {
    for (std::size_t size = 1; size <= text.size(); ++size)
      EXPECT_EQ(parse(text, size), expected) << text;
  }
  EXPECT_EQ(parse("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", 100, true), "200  kept");
}

}  // namespace
}  // namespace logpond::net
