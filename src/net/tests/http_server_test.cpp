// The server's ordinary business: routes, keep-alive, bodies, answers.
#include "net/http_server.h"

#include <gtest/gtest.h>

#include <array>

#include "codec/compression.h"
#include "net/tests/test_server.h"

namespace logpond::net {
namespace {

using namespace test;

std::vector<Route> echo_routes() {
  return {io_route(only(Method::kGet), "/io", echo_handler()),
          pool_route(Method::kPost | Method::kPut, "/push", RunOn::kIngest, echo_handler()),
          pool_route(only(Method::kGet), "/query/{name}", RunOn::kQuery, echo_handler())};
}

TEST(HttpServer, AnswersOnTheIoThreadAndOnBothPools) {
  TestServer server(echo_routes());
  RawClient client = server.client();
  const ClientResponse io = client.ask(get("/io?a=1%202"));
  EXPECT_EQ(io.status, 200);
  EXPECT_EQ(io.body, "/io a=1 2|");
  EXPECT_EQ(client.ask(post("/push", "body")).body, "/push|body");
  EXPECT_EQ(client.ask(get("/query/a%2Fb%20c")).body, "/query/a/b c {a/b c}|");
  EXPECT_EQ(server.metric("logpond_http_connections"), 1);
}

TEST(HttpServer, SendsTheUsualHeaders) {
  TestServer server(echo_routes());
  RawClient client = server.client();
  const ClientResponse answer = client.ask(get("/io"));
  EXPECT_EQ(answer.headers.get("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(answer.headers.get("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(answer.headers.get("Server"), "logpond");
  EXPECT_EQ(answer.headers.get("Date").size(), std::string("Sun, 06 Nov 1994 08:49:37 GMT").size());
  EXPECT_FALSE(answer.headers.get("X-Request-Id").empty());
  EXPECT_FALSE(answer.headers.has("Connection"));
}

TEST(HttpServer, EchoesASaneRequestIdAndReplacesAnOddOne) {
  TestServer server(echo_routes());
  RawClient client = server.client();
  EXPECT_EQ(client.ask(get("/io", "X-Request-Id: abc-1\r\n")).headers.get("x-request-id"), "abc-1");
  const ClientResponse odd = client.ask(get("/io", "X-Request-Id: a b<script>\r\n"));
  EXPECT_FALSE(odd.headers.get("X-Request-Id").empty());
  EXPECT_EQ(odd.headers.get("X-Request-Id").find('<'), std::string::npos);
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  TestServer server(echo_routes());
  RawClient client = server.client();
  std::string all;
  for (int i = 0; i < 50; ++i) {
    const std::string n = std::to_string(i);
    all += get("/io?n=" + n) + post("/push", "b" + n) + get("/query/" + n);
  }
  ASSERT_TRUE(client.send(all));
  for (int i = 0; i < 50; ++i) {
    const std::string n = std::to_string(i);
    EXPECT_EQ(client.receive_answer().body, "/io n=" + n + "|");
    EXPECT_EQ(client.receive_answer().body, "/push|b" + n);
    EXPECT_EQ(client.receive_answer().body, "/query/" + n + " {" + n + "}|");
  }
}

TEST(HttpServer, AnswersAHalfClosedClient) {
  TestServer server(echo_routes());
  RawClient client = server.client();
  ASSERT_TRUE(client.send(get("/query/1") + get("/query/2")));
  client.shut_writes();
  EXPECT_EQ(client.receive_answer().status, 200);
  EXPECT_EQ(client.receive_answer().status, 200);
  EXPECT_EQ(client.receive_all(), "");
}

TEST(HttpServer, GivesTheSameAnswerHoweverARequestIsSplit) {
  TestServer server(echo_routes());
  const std::string body = "0123456789abcdef";
  const std::string sized = post("/push", body);
  const std::string in_chunks =
      "POST /push HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(body, 5);
  RawClient client = server.client();
  for (const std::string& request : {sized, in_chunks}) {
    for (std::size_t cut = 1; cut < request.size(); ++cut) {
      ASSERT_TRUE(client.send(request.substr(0, cut)));
      ASSERT_TRUE(client.send(request.substr(cut)));
      ASSERT_EQ(client.receive_answer().body, "/push|" + body) << "cut at " << cut;
    }
    for (const char byte : request) ASSERT_TRUE(client.send({&byte, 1}));
    ASSERT_EQ(client.receive_answer().body, "/push|" + body);
  }
}

TEST(HttpServer, TakesLargeBodiesWholeAndPadded) {
  std::atomic<bool> padded{true};
  Route route = pool_route(only(Method::kPost), "/size", RunOn::kIngest,
                           [&](HttpRequest request, Responder responder) {
                             const std::string_view body = request.body.view();
                             for (std::size_t i = 0; i < Body::kPadding; ++i) {
                               if (body.data()[body.size() + i] != 0) padded = false;
                             }
                             HttpResponse response = HttpResponse::empty(200);
                             response.content_type = "application/octet-stream";
                             response.body = body;
                             response.compressible = false;
                             responder.send(std::move(response));
                           });
  route.limits.body_bytes_max = std::size_t{32} << 20;
  TestServer server({route});
  std::string body(5'000'001, 'x');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 31 + (i >> 12));
  RawClient client = server.client();
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{16384}, std::size_t{16385}, body.size()}) {
    const std::string part = body.substr(0, size);
    EXPECT_EQ(client.ask(post("/size", part)).body, part);
    for (const std::size_t chunk : {std::size_t{1000}, std::size_t{5000}, std::size_t{1} << 20}) {
      client.send("POST /size HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
      EXPECT_EQ(client.ask(chunked(part, chunk)).body, part) << size << " by " << chunk;
    }
  }
  EXPECT_TRUE(padded);
  EXPECT_TRUE(eventually([&] { return server.metric("logpond_http_bodies_bytes") == 0; }));
}

TEST(HttpServer, ServesHeadByGetRoutesWithoutABody) {
  TestServer server(echo_routes());
  RawClient client = server.client();
  client.send("HEAD /io HTTP/1.1\r\nHost: x\r\n\r\n");
  const ClientResponse head = client.receive_answer(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.get("Content-Length"), "4");
  EXPECT_EQ(client.ask(get("/io")).body, "/io|");  // nothing of a body was in between
}

TEST(HttpServer, SaysWhichMethodsAPathTakes) {
  TestServer server(echo_routes());
  RawClient client = server.client();
  const ClientResponse wrong = client.ask(get("/push"));
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.get("Allow"), "POST, PUT, OPTIONS");
  EXPECT_TRUE(wrong.body.starts_with("/push: method not allowed")) << wrong.body;
  client.send("OPTIONS /io HTTP/1.1\r\nHost: x\r\n\r\n");
  const ClientResponse options = client.receive_answer();
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.headers.get("Allow"), "GET, HEAD, OPTIONS");
  client.send("BREW /io HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.receive_answer().status, 405);
  const ClientResponse missing = client.ask(get("/no%20where"));
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.body, "/no where: 404 page not found");
  EXPECT_EQ(server.metric(
                "logpond_http_requests_total{method=\"GET\",route=\"unmatched\",status=\"404\"}"),
            1)
      << server.metrics.scrape();
}

TEST(HttpServer, SpeaksHttp10) {
  TestServer server(echo_routes());
  RawClient closing = server.client();
  closing.send("GET /io HTTP/1.0\r\n\r\n");
  const std::string all = closing.receive_all();
  EXPECT_NE(all.find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(all.ends_with("\r\n\r\n/io|"));
  RawClient keeping = server.client();
  for (int i = 0; i < 2; ++i) {
    keeping.send("GET /io HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(keeping.receive_answer().headers.get("Connection"), "keep-alive");
  }
}

TEST(HttpServer, ClosesWhenAsked) {
  TestServer server(echo_routes());
  RawClient client = server.client();
  const ClientResponse answer = client.ask(get("/io", "Connection: close\r\n"));
  EXPECT_EQ(answer.headers.get("Connection"), "close");
  EXPECT_EQ(client.receive_all(), "");
}

TEST(HttpServer, AnswersExpectations) {
  TestServer server(echo_routes());
  RawClient client = server.client();
  client.send(
      "POST /push HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  const std::string go = "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(client.receive_exactly(go.size()), go);
  EXPECT_EQ(client.ask("ok").body, "/push|ok");
  client.send("POST /push HTTP/1.1\r\nHost: x\r\nExpect: a miracle\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.receive_answer().status, 417);
}

TEST(HttpServer, CompressesLargeAnswersWhenTheClientAllows) {
  const std::string large(5000, 'a');
  TestServer server(
      {pool_route(only(Method::kGet), "/large", RunOn::kQuery,
                  [&](HttpRequest, Responder responder) {
                    responder.send(HttpResponse::text(200, large));
                  }),
       pool_route(only(Method::kGet), "/raw", RunOn::kQuery, [&](HttpRequest, Responder responder) {
         HttpResponse response = HttpResponse::text(200, large);
         response.compressible = false;
         responder.send(std::move(response));
       })});
  RawClient client = server.client();
  const ClientResponse packed = client.ask(get("/large", "Accept-Encoding: br, gzip;q=0.5\r\n"));
  EXPECT_EQ(packed.headers.get("Content-Encoding"), "gzip");
  EXPECT_LT(packed.body.size(), 200U);
  const auto unpacked = codec::decode_content(codec::ContentCoding::kGzip, packed.body, 10'000);
  ASSERT_TRUE(unpacked);
  EXPECT_EQ(*unpacked, large);
  EXPECT_EQ(client.ask(get("/large")).body, large);
  EXPECT_EQ(client.ask(get("/large", "Accept-Encoding: gzip;q=0\r\n")).body, large);
  EXPECT_EQ(client.ask(get("/raw", "Accept-Encoding: gzip\r\n")).body, large);
}

TEST(HttpServer, AnswersForAHandlerThatDoesNot) {
  TestServer server(
      {pool_route(only(Method::kGet), "/drop", RunOn::kQuery, [](HttpRequest, Responder) {}),
       io_route(only(Method::kGet), "/throw",
                [](HttpRequest, Responder) { throw std::runtime_error("no"); })});
  RawClient client = server.client();
  EXPECT_EQ(client.ask(get("/drop")).status, 500);
  EXPECT_EQ(client.ask(get("/throw")).status, 500);
  EXPECT_EQ(client.ask(get("/drop")).status, 500);  // the connection lives on
}

TEST(HttpServer, TakesAnAnswerFromAnyThreadMuchLater) {
  std::optional<Responder> kept;
  std::atomic<bool> ready{false};
  TestServer server({io_route(only(Method::kGet), "/later", [&](HttpRequest, Responder responder) {
    kept.emplace(std::move(responder));
    ready = true;
  })});
  RawClient client = server.client();
  client.send(get("/later"));
  ASSERT_TRUE(eventually([&] { return ready.load(); }));
  kept->send(HttpResponse::text(200, "now"));
  kept->send(HttpResponse::text(200, "twice"));
  EXPECT_EQ(client.receive_answer().body, "now");
  kept.reset();
}

TEST(HttpServer, DoesNotLetAHeaderValueBeginAnotherHeader) {
  TestServer server(
      {io_route(only(Method::kGet), "/", [](HttpRequest request, Responder responder) {
        HttpResponse response = HttpResponse::text(200, "");
        response.headers.add("X-Copy", std::string(*request.query.get("v")));
        responder.send(std::move(response));
      })});
  RawClient client = server.client();
  const ClientResponse answer = client.ask(get("/?v=a%0D%0AEvil:%20yes"));
  EXPECT_EQ(answer.headers.get("X-Copy"), "a  Evil: yes");
  EXPECT_FALSE(answer.headers.has("Evil"));
}

TEST(HttpServer, CountsRequestsByRoute) {
  TestServer server(echo_routes());
  RawClient client = server.client();
  for (int i = 0; i < 3; ++i) client.ask(get("/query/x"));
  EXPECT_EQ(
      server.metric(
          "logpond_http_requests_total{method=\"GET\",route=\"/query/{name}\",status=\"200\"}"),
      3);
  EXPECT_EQ(server.metric("logpond_http_request_seconds_count{route=\"/query/{name}\"}"), 3);
}

TEST(HttpServer, SaysInOneSentenceThatTheAddressIsTaken) {
  TestServer first(echo_routes());
  HttpServer::Options options;
  options.port = first.port();
  HttpServer second(options, echo_routes(), {}, {first.ingest, first.query},
                    platform::system_clock(), first.metrics);
  const Status started = second.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kConflict);
  EXPECT_NE(started.error().message.find("127.0.0.1:" + std::to_string(first.port())),
            std::string::npos);
  HttpServer nowhere({.host = "no address"}, {}, {}, {first.ingest, first.query},
                     platform::system_clock(), first.metrics);
  EXPECT_EQ(nowhere.start().error().code, ErrorCode::kInvalidArgument);
}

TEST(HttpServer, ListensOnIpv6WhenTheMachineHasIt) {
  HttpServer::Options options;
  options.host = "[::1]";
  options.port = 0;
  platform::WorkerPool pool({"p", 1, 8});
  telemetry::MetricsRegistry metrics;
  HttpServer server(
      options,
      {io_route(only(Method::kGet), "/who",
                [](HttpRequest request, Responder responder) {
                  responder.send(HttpResponse::text(
                      200, request.remote_address + (request.remote_is_loopback ? " here" : "")));
                })},
      {}, {pool, pool}, platform::system_clock(), metrics);
  const Status started = server.start();
  if (!started) GTEST_SKIP() << started.error().message;
  auto client = HttpClient::create("http://[::1]:" + std::to_string(server.port()), {});
  ASSERT_TRUE(client);
  const auto answer = client->request("GET", "/who", {}, {});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "::1 here");
}

}  // namespace
}  // namespace logpond::net
