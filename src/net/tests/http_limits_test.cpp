// What the server refuses, cuts, and survives.
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "net/tests/test_server.h"

namespace logpond::net {
namespace {

using namespace test;

std::vector<Route> routes() {
  Route push = pool_route(only(Method::kPost), "/push", RunOn::kIngest, echo_handler());
  push.limits.body_bytes_max = 1000;
  return {io_route(only(Method::kGet), "/io", echo_handler()), push};
}

/// Answers nothing until told.
struct Gate {
  std::mutex mutex;
  std::condition_variable opened;
  bool open = false;
  std::atomic<int> waiting{0};

  Handler handler() {
    return [this](HttpRequest, Responder responder) {
      std::unique_lock lock(mutex);
      ++waiting;
      opened.wait(lock, [this] { return open; });
      responder.send(HttpResponse::text(200, "through"));
    };
  }
  void let_through() {
    std::lock_guard lock(mutex);
    open = true;
    opened.notify_all();
  }
};

TEST(HttpLimits, RefusesABodyThatIsAnnouncedTooLarge) {
  TestServer server(routes());
  RawClient client = server.client();
  const ClientResponse answer = client.ask(post("/push", std::string(1001, 'x')));
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.headers.get("Connection"), "close");
  EXPECT_EQ(answer.body, "/push: the request body is longer than 1000 bytes");
  EXPECT_EQ(server.client().ask(post("/push", std::string(1000, 'x'))).status, 200);
  EXPECT_EQ(server.metric("logpond_http_refused_total{reason=\"body_too_large\"}"), 1);
}

TEST(HttpLimits, LetsAClientSeeThe413WhileItStillSends) {
  TestServer server(routes());
  RawClient client = server.client();
  const std::string huge(std::size_t{8} << 20, 'x');
  EXPECT_TRUE(client.send(post("/push", huge)));  // all of it is taken off the wire
  EXPECT_EQ(client.receive_answer().status, 413);
  EXPECT_EQ(client.receive_all(), "");
}

TEST(HttpLimits, RefusesAChunkedBodyWhenItGrowsTooLarge) {
  TestServer server(routes());
  const std::string head = "POST /push HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(server.client().ask(head + chunked(std::string(1001, 'x'), 100)).status, 413);
  EXPECT_EQ(server.client().ask(head + "FFFFFFF\r\n").status, 413);  // a chunk says so by itself
  EXPECT_EQ(server.client().ask(head + chunked(std::string(1000, 'x'), 100)).status, 200);
  EXPECT_EQ(server.client().ask(head + "xyz\r\n").status, 400);
}

TEST(HttpLimits, RefusesALongHead) {
  TestServer server(routes());
  const std::string long_line = "X: " + std::string(40'000, 'x') + "\r\n";
  const ClientResponse answer = server.client().ask(get("/io", long_line));
  EXPECT_EQ(answer.status, 431);
  std::string many;
  while (many.size() < 40'000) many += "X-Some-Header: and its value\r\n";
  EXPECT_EQ(server.client().ask(get("/io", many)).status, 431);
  EXPECT_EQ(server.client().ask(get("/io", "X: " + std::string(30'000, 'x') + "\r\n")).status, 200);
}

TEST(HttpLimits, RefusesWhatCouldBeReadInTwoWays) {
  TestServer server(routes());
  const auto status = [&](const std::string& head, const std::string& body = "") {
    return server.client().ask(head + "\r\n" + body).status;
  };
  const std::string start = "POST /push HTTP/1.1\r\nHost: x\r\n";
  EXPECT_EQ(status(start + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
            400);
  EXPECT_EQ(status(start + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n"),
            400);
  EXPECT_EQ(status(start + "Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"), 400);
  EXPECT_EQ(status(start + "Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400);
  EXPECT_EQ(status(start + "Content-Length: 3, 3\r\n", "abc"), 400);
  EXPECT_EQ(status(start + "Content-Length: +3\r\n", "abc"), 400);
  EXPECT_EQ(status(start + "Content-Length: -1\r\n"), 400);
  EXPECT_EQ(status(start + "Content-Length: 0x3\r\n", "abc"), 400);
  EXPECT_EQ(status(start + "Content-Length: 99999999999999999999\r\n"), 400);
  EXPECT_EQ(status(start + "Content-Length:\r\n"), 400);
  EXPECT_EQ(status(start + "Content-Length : 3\r\n", "abc"), 400);
  EXPECT_EQ(status(start + "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501);
  EXPECT_EQ(status(start + "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 501);
  EXPECT_EQ(status(start + "X: a\r\n folded\r\nContent-Length: 0\r\n"), 400);
  EXPECT_EQ(status("GET /io HTTP/1.1\r\nHost: x\r\nHost: y\r\n"), 400);
  EXPECT_EQ(status("GET /io HTTP/1.1\r\n"), 400);
  EXPECT_EQ(status("GET /io HTTP/2.0\r\nHost: x\r\n"), 505);
  EXPECT_EQ(status("GET io HTTP/1.1\r\nHost: x\r\n"), 400);
  EXPECT_EQ(status("POST /push HTTP/1.0\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400);
  EXPECT_EQ(status(start + "Content-Length: 3\r\n", "abc"), 200);
}

TEST(HttpLimits, NeverReadsAnotherRequestOutOfARefusedOne) {
  TestServer server(routes());
  RawClient client = server.client();
  client.send(
      "POST /push HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
      "0\r\n\r\n" +
      get("/io"));
  const std::string all = client.receive_all();
  EXPECT_TRUE(all.starts_with("HTTP/1.1 400 ")) << all;
  EXPECT_EQ(all.find("HTTP/1.1", 1), std::string::npos) << all;
}

TEST(HttpLimits, AnswersGarbageAtOnce) {
  TestServer server(routes());
  for (const std::string& garbage :
       {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), std::string(100, '\0'),
        std::string("get\r\n\r\n"), std::string("GET  /io HTTP/1.1\r\n\r\n"),
        std::string("GET /io HTTP/1.1\nHost: x\n\n\r\n\r\n"), std::string("{\"a\":1}\n")}) {
    RawClient client = server.client();
    ASSERT_TRUE(client.send(garbage));
    EXPECT_EQ(client.receive_answer().status, 400) << garbage;
    EXPECT_EQ(client.receive_all(), "");
  }
  EXPECT_EQ(server.client().ask("\r\n\r\n" + get("/io")).status, 200);  // blank lines are forgiven
}

TEST(HttpLimits, CutsASlowHeadThatKeepsDripping) {
  HttpServer::Options options;
  options.head_timeout = 100 * kMillisecond;
  TestServer server(routes(), options);
  RawClient client = server.client();
  std::atomic<bool> stop{false};
  // Each byte comes well within the timeout; the head as a whole does not.
  std::thread dripper([&] {
    client.send("GET /io HTTP/1.1\r\nX: ");
    while (!stop && client.send("x")) std::this_thread::yield();
  });
  const ClientResponse answer = client.receive_answer();
  EXPECT_EQ(answer.status == 408 || answer.status == 431, true) << answer.status;
  stop = true;
  dripper.join();
  RawClient silent = server.client();
  silent.send("GET /io");
  EXPECT_EQ(silent.receive_answer().status, 408);
  EXPECT_EQ(silent.receive_all(), "");
}

TEST(HttpLimits, CutsABodyThatStopsComing) {
  HttpServer::Options options;
  options.body_idle_timeout = 50 * kMillisecond;
  TestServer server(routes(), options);
  for (const std::string framing : {"Content-Length: 10", "Transfer-Encoding: chunked"}) {
    RawClient client = server.client();
    client.send("POST /push HTTP/1.1\r\nHost: x\r\n" + framing + "\r\n\r\n3\r\n");
    EXPECT_EQ(client.receive_answer().status, 408);
    EXPECT_EQ(client.receive_all(), "");
  }
  EXPECT_EQ(server.metric("logpond_http_refused_total{reason=\"body_timeout\"}"), 2);
}

TEST(HttpLimits, ClosesIdleConnections) {
  HttpServer::Options options;
  options.keep_alive_timeout = 50 * kMillisecond;
  TestServer server(routes(), options);
  RawClient fresh = server.client();
  RawClient used = server.client();
  EXPECT_EQ(used.ask(get("/io")).status, 200);
  EXPECT_EQ(fresh.receive_all(), "");
  EXPECT_EQ(used.receive_all(), "");
  EXPECT_TRUE(eventually([&] { return server.metric("logpond_http_connections") == 0; }));
}

TEST(HttpLimits, CutsAClientThatDoesNotReadItsAnswer) {
  HttpServer::Options options;
  options.body_idle_timeout = 50 * kMillisecond;
  TestServer server({io_route(only(Method::kGet), "/large",
                              [](HttpRequest, Responder responder) {
                                responder.send(HttpResponse::text(200, std::string(64 << 20, 'x')));
                              })},
                    options);
  RawClient client = server.client();
  client.send(get("/large"));
  EXPECT_TRUE(eventually(
      [&] { return server.metric("logpond_http_refused_total{reason=\"write_timeout\"}") == 1; }));
  EXPECT_LT(client.receive_all().size(), std::size_t{64} << 20);
}

TEST(HttpLimits, RefusesConnectionsBeyondTheLimit) {
  HttpServer::Options options;
  options.connections_max = 3;
  TestServer server(routes(), options);
  std::vector<RawClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(server.client());
    EXPECT_EQ(clients.back().ask(get("/io")).status, 200);
  }
  RawClient refused = server.client();
  const ClientResponse answer = refused.receive_answer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.headers.get("Retry-After"), "1");
  EXPECT_EQ(refused.receive_all(), "");
  clients.clear();
  refused.close();
  EXPECT_TRUE(eventually([&] { return server.metric("logpond_http_connections") == 0; }));
  EXPECT_EQ(server.client().ask(get("/io")).status, 200);
}

TEST(HttpLimits, RefusesBodiesBeyondTheirCommonMemory) {
  HttpServer::Options options;
  options.bodies_bytes_max = 100'000;
  Gate gate;
  Route hold = pool_route(only(Method::kPost), "/hold", RunOn::kQuery, gate.handler());
  TestServer server({hold}, options);
  RawClient first = server.client();
  first.send(post("/hold", std::string(60'000, 'x')));
  ASSERT_TRUE(eventually([&] { return gate.waiting == 1; }));
  const ClientResponse refused = server.client().ask(post("/hold", std::string(60'000, 'y')));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.get("Retry-After"), "1");
  gate.let_through();
  EXPECT_EQ(first.receive_answer().status, 200);
  ASSERT_TRUE(eventually([&] { return server.metric("logpond_http_bodies_bytes") == 0; }));
  EXPECT_EQ(server.client().ask(post("/hold", std::string(60'000, 'y'))).status, 200);
}

TEST(HttpLimits, ABodyThatIsOnlyAnnouncedTakesLittleMemory) {
  Route route = pool_route(only(Method::kPost), "/big", RunOn::kIngest, echo_handler());
  route.limits.body_bytes_max = std::size_t{64} << 20;
  TestServer server({route});
  std::vector<RawClient> liars;
  for (int i = 0; i < 20; ++i) {
    liars.push_back(server.client());
    liars.back().send("POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: 60000000\r\n\r\nx");
  }
  ASSERT_TRUE(
      eventually([&] { return server.metric("logpond_http_bodies_bytes") >= 20 * 16'384; }));
  EXPECT_LT(server.metric("logpond_http_bodies_bytes"), 20 * 40'000);
}

TEST(HttpLimits, AnswersBusyWhenThePoolIsFull) {
  Gate gate;
  TestServer server({pool_route(only(Method::kGet), "/hold", RunOn::kQuery, gate.handler())}, {}, 1,
                    1);
  RawClient running = server.client();
  RawClient queued = server.client();
  running.send(get("/hold"));
  ASSERT_TRUE(eventually([&] { return gate.waiting == 1; }));
  queued.send(get("/hold"));
  ASSERT_TRUE(eventually([&] { return server.query.waiting() == 1; }));
  RawClient third = server.client();
  const ClientResponse busy = third.ask(get("/hold"));
  EXPECT_EQ(busy.status, 503);
  EXPECT_EQ(busy.headers.get("Retry-After"), "1");
  gate.let_through();
  EXPECT_EQ(running.receive_answer().body, "through");
  EXPECT_EQ(queued.receive_answer().body, "through");
  EXPECT_EQ(third.ask(get("/hold")).body, "through");  // was refused, but not cut
}

TEST(HttpLimits, CancelsTheRequestOfAClientThatLeaves) {
  for (const bool politely : {true, false}) {
    std::atomic<bool> started{false};
    std::atomic<bool> cancelled{false};
    TestServer server({pool_route(only(Method::kGet), "/long", RunOn::kQuery,
                                  [&](HttpRequest request, Responder responder) {
                                    started = true;
                                    cancelled = eventually([&] { return !request.cancel.check(); });
                                    responder.send(HttpResponse::text(200, "late"));
                                  })});
    RawClient client = server.client();
    client.send(get("/long"));
    ASSERT_TRUE(eventually([&] { return started.load(); }));
    politely ? client.close() : client.reset();
    EXPECT_TRUE(eventually([&] { return cancelled.load(); }));
    EXPECT_TRUE(eventually([&] { return server.metric("logpond_http_connections") == 0; }));
  }
}

TEST(HttpLimits, CarriesTheRoutesDeadline) {
  Route route = pool_route(
      only(Method::kGet), "/slow", RunOn::kQuery, [](HttpRequest request, Responder responder) {
        const bool met = eventually([&] {
          const Status status = request.cancel.check();
          return !status && status.error().code == ErrorCode::kDeadlineExceeded;
        });
        responder.send(HttpResponse::text(met ? 504 : 200, ""));
      });
  route.limits.deadline = 20 * kMillisecond;
  TestServer server({route});
  EXPECT_EQ(server.client().ask(get("/slow")).status, 504);
}

TEST(HttpLimits, HoldsAThousandIdleConnections) {
  TestServer server(routes());
  std::vector<RawClient> clients;
  for (int i = 0; i < 1000; ++i) {
    clients.push_back(server.client());
    ASSERT_TRUE(clients.back().is_connected()) << i;
  }
  ASSERT_TRUE(eventually([&] { return server.metric("logpond_http_connections") == 1000; }));
  for (std::size_t i = 0; i < clients.size(); i += 10) {
    ASSERT_EQ(clients[i].ask(get("/io")).status, 200);
  }
  server.server->stop(10 * kSecond);
  for (RawClient& client : clients) ASSERT_EQ(client.receive_all(), "");
}

TEST(HttpStop, AnswersWhatWasBegun) {
  Gate gate;
  std::vector<Route> table = routes();
  table.push_back(pool_route(only(Method::kGet), "/hold", RunOn::kQuery, gate.handler()));
  TestServer server(table);
  RawClient busy = server.client();
  RawClient idle = server.client();
  RawClient sending = server.client();
  EXPECT_EQ(idle.ask(get("/io")).status, 200);
  busy.send(get("/hold"));
  sending.send(
      "POST /push HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_FALSE(sending.receive_exactly(25).empty());  // the head is read
  ASSERT_TRUE(eventually([&] { return gate.waiting == 1; }));
  std::thread stopper([&] { server.server->stop(20 * kSecond); });
  EXPECT_EQ(idle.receive_all(), "");
  EXPECT_EQ(sending.ask("ok").body, "/push|ok");
  EXPECT_EQ(sending.receive_all(), "");
  gate.let_through();
  const ClientResponse answer = busy.receive_answer();
  EXPECT_EQ(answer.body, "through");
  EXPECT_EQ(answer.headers.get("Connection"), "close");
  stopper.join();
  EXPECT_FALSE(server.client().is_connected());
  server.server->stop(0);
}

TEST(HttpStop, CutsWhatIsLeftWhenPatienceEnds) {
  Gate gate;
  TestServer server({pool_route(only(Method::kGet), "/hold", RunOn::kQuery, gate.handler())});
  RawClient busy = server.client();
  busy.send(get("/hold"));
  ASSERT_TRUE(eventually([&] { return gate.waiting == 1; }));
  server.server->stop(10 * kMillisecond);
  EXPECT_EQ(busy.receive_all(), "");
  server.server.reset();
  gate.let_through();  // the handler answers into a server that is gone
}

TEST(HttpStop, SurvivesClientsComingAndGoingWhileItStops) {
  for (int round = 0; round < 20; ++round) {
    TestServer server(routes());
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        while (!stop) {
          RawClient client = server.client();
          if (client.is_connected()) client.ask(post("/push", "x"));
        }
      });
    }
    ASSERT_TRUE(eventually([&] {
      return server.metric(
                 "logpond_http_requests_total{method=\"POST\",route=\"/push\",status=\"200\"}") > 3;
    }));
    server.server->stop((round % 2) * kSecond);
    stop = true;
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(server.metric("logpond_http_connections"), 0);
  }
}

}  // namespace
}  // namespace logpond::net
