// Long answers: chunked streams and WebSockets.
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "net/tests/test_server.h"

namespace logpond::net {
namespace {

using namespace test;

using StreamPointer = std::shared_ptr<OutboundStream>;

/// A route whose handler opens a stream and hands it to the test.
class StreamSource {
 public:
  explicit StreamSource(OutboundLimits limits = {}) : limits_(limits) {}

  Route events(RunOn run_on = RunOn::kQuery) {
    return pool_route(only(Method::kGet), "/events", run_on,
                      [this](HttpRequest, Responder responder) {
                        Headers headers;
                        headers.add("Cache-Control", "no-cache");
                        put(responder.start_stream(200, "text/event-stream", headers, limits_));
                      });
  }
  Route socket() {
    return pool_route(
        only(Method::kGet), "/socket", RunOn::kQuery,
        [this](HttpRequest, Responder responder) { put(responder.accept_websocket(limits_)); });
  }
  /// The stream of the last request.
  StreamPointer wait() {
    std::unique_lock lock(mutex_);
    opened_.wait_for(lock, std::chrono::seconds(20), [this] { return is_open_; });
    is_open_ = false;
    return std::move(stream_);
  }

 private:
  void put(StreamPointer stream) {
    std::lock_guard lock(mutex_);
    stream_ = std::move(stream);
    is_open_ = true;
    opened_.notify_all();
  }

  OutboundLimits limits_;
  std::mutex mutex_;
  std::condition_variable opened_;
  bool is_open_ = false;
  StreamPointer stream_;
};

TEST(HttpStream, SendsPiecesAsTheyComeAndEnds) {
  StreamSource source;
  TestServer server({source.events(), io_route(only(Method::kGet), "/io", echo_handler())});
  RawClient client = server.client();
  client.send(get("/events"));
  const StreamPointer stream = source.wait();
  ASSERT_TRUE(stream);
  EXPECT_TRUE(stream->try_send("data: 1\n\n"));
  std::string seen;
  while (seen.find("data: 1\n\n\r\n") == std::string::npos) {
    const std::string more = client.receive_some();
    ASSERT_FALSE(more.empty());
    seen += more;
  }
  EXPECT_TRUE(seen.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_NE(seen.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_NE(seen.find("Content-Type: text/event-stream\r\n"), std::string::npos);
  EXPECT_NE(seen.find("Cache-Control: no-cache\r\n"), std::string::npos);
  EXPECT_TRUE(stream->try_send("data: 2\n\n"));
  stream->close();
  EXPECT_TRUE(stream->is_closed());
  EXPECT_FALSE(stream->try_send("late"));
  EXPECT_EQ(client.receive_exactly(19), "9\r\ndata: 2\n\n\r\n0\r\n\r\n");
  EXPECT_EQ(client.ask(get("/io")).body, "/io|");  // the connection goes on
}

TEST(HttpStream, KeepsOrderOfManyPiecesFromManyThreads) {
  OutboundLimits limits;
  limits.queue_bytes_max = 2000;
  StreamSource source(limits);
  TestServer server({source.events()});
  RawClient client = server.client();
  client.send(get("/events"));
  const StreamPointer stream = source.wait();
  std::vector<std::thread> producers;
  for (int p = 0; p < 3; ++p) {
    producers.emplace_back([&stream, p] {
      for (int i = 0; i < 2000; ++i) {
        const std::string piece = std::to_string(p) + " " + std::to_string(i) + "\n";
        ASSERT_TRUE(stream->send_and_wait(piece, 20 * kSecond));
      }
    });
  }
  std::thread closer([&] {
    for (std::thread& producer : producers) producer.join();
    stream->close();
  });
  const std::string body = client.receive_answer().body;
  closer.join();
  std::array<int, 3> next{};
  for (std::size_t at = 0; at < body.size(); at = body.find('\n', at) + 1) {
    const auto p = static_cast<std::size_t>(body[at] - '0');
    ASSERT_LT(p, 3U);
    ASSERT_EQ(std::atoi(body.c_str() + at + 2), next[p]++);
  }
  for (const int count : next) EXPECT_EQ(count, 2000);
}

TEST(HttpStream, SaysNoToTheProducerOfASlowReader) {
  OutboundLimits limits;
  limits.queue_bytes_max = 100'000;
  StreamSource source(limits);
  TestServer server({source.events()});
  RawClient client(server.port(), 4096);
  client.send(get("/events"));
  const StreamPointer stream = source.wait();
  const std::string piece(1000, 'x');
  std::size_t accepted = 0;
  Status last;
  while (last) {
    while (stream->try_send(piece)) ++accepted;
    ASSERT_LE(stream->queued_bytes(), limits.queue_bytes_max);
    ASSERT_LT(accepted, 100'000U) << "nobody reads, and still there is room";
    // Room may come from the kernel's buffers a few times more.
    last = stream->send_and_wait(piece, 50 * kMillisecond);
    if (last) ++accepted;
  }
  EXPECT_EQ(last.error().code, ErrorCode::kDeadlineExceeded);
  EXPECT_FALSE(stream->is_closed());
  EXPECT_FALSE(stream->try_send(piece));
  std::thread reader(
      [&] { EXPECT_EQ(client.receive_answer().body.size(), (accepted + 1) * 1000); });
  EXPECT_TRUE(stream->send_and_wait(piece, 20 * kSecond));
  stream->close();
  reader.join();
}

TEST(HttpStream, CutsAReaderThatTakesNothing) {
  OutboundLimits limits;
  limits.queue_bytes_max = std::size_t{16} << 20;
  limits.write_timeout = 50 * kMillisecond;
  StreamSource source(limits);
  TestServer server({source.events()});
  RawClient client(server.port(), 4096);
  client.send(get("/events"));
  const StreamPointer stream = source.wait();
  while (stream->try_send(std::string(100'000, 'x'))) {
  }
  EXPECT_TRUE(eventually([&] { return stream->is_closed(); }));
  EXPECT_EQ(stream->queued_bytes(), 0U);
  EXPECT_TRUE(eventually([&] { return server.metric("logpond_http_connections") == 0; }));
}

TEST(HttpStream, NoticesAClientThatLeavesWhileNothingIsSent) {
  for (const RunOn run_on : {RunOn::kIo, RunOn::kQuery}) {
    StreamSource source;
    TestServer server({source.events(run_on)});
    RawClient client = server.client();
    client.send(get("/events"));
    const StreamPointer stream = source.wait();
    std::atomic<int> told{0};
    stream->on_closed([&] { ++told; });
    EXPECT_NE(client.receive_some(), "");
    client.close();
    EXPECT_TRUE(eventually([&] { return told == 1; }));
    EXPECT_FALSE(stream->try_send("x"));
    EXPECT_EQ(stream->send_and_wait("x", kSecond).error().code, ErrorCode::kCancelled);
    stream->on_closed([&] { ++told; });
    EXPECT_EQ(told, 2);  // at once: it had ended already
    stream->close();
    EXPECT_EQ(told, 2);
  }
}

TEST(HttpStream, EndsByCloseForHttp10AndSendsNoBodyToHead) {
  StreamSource source;
  TestServer server({source.events()});
  RawClient old = server.client();
  old.send("GET /events HTTP/1.0\r\n\r\n");
  const StreamPointer stream = source.wait();
  EXPECT_TRUE(stream->try_send("all"));
  stream->close();
  EXPECT_TRUE(old.receive_all().ends_with("\r\n\r\nall"));
  RawClient client = server.client();
  client.send("HEAD /events HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(eventually([s = source.wait()] { return s->is_closed(); }));
  EXPECT_EQ(client.receive_answer(true).status, 200);
}

TEST(HttpStream, IsClosedByStopAfterWhatIsQueued) {
  StreamSource source;
  TestServer server({source.events()});
  RawClient client = server.client();
  client.send(get("/events"));
  const StreamPointer stream = source.wait();
  EXPECT_TRUE(stream->try_send("event: disconnect\n\n"));
  server.server->stop(10 * kSecond);
  EXPECT_EQ(client.receive_answer().body, "event: disconnect\n\n");
  EXPECT_TRUE(stream->is_closed());
  server.server.reset();
  EXPECT_FALSE(stream->try_send("x"));
}

TEST(HttpStream, OutlivesItsServer) {
  StreamSource source;
  auto server = std::make_unique<TestServer>(std::vector<Route>{source.events()});
  RawClient client = server->client();
  client.send(get("/events"));
  const StreamPointer stream = source.wait();
  server->server.reset();  // cuts
  EXPECT_TRUE(stream->is_closed());
  EXPECT_FALSE(stream->try_send("x"));
  stream->close();
}

/// As much of RFC 6455 as a test needs.
struct Frame {
  int opcode = -1;
  bool final = false;
  std::string payload;
};

std::string masked_frame(int opcode, const std::string& payload) {
  std::string frame{static_cast<char>(0x80 | opcode)};
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(0x80 | payload.size()));
  } else {
    const bool is_short = payload.size() < 65'536;
    frame.push_back(static_cast<char>(0x80 | (is_short ? 126 : 127)));
    for (int shift = is_short ? 8 : 56; shift >= 0; shift -= 8) {
      frame.push_back(static_cast<char>(static_cast<std::uint64_t>(payload.size()) >> shift));
    }
  }
  const std::string mask = "\x11\x22\x33\x44";
  frame += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    frame.push_back(static_cast<char>(payload[i] ^ mask[i % 4]));
  }
  return frame;
}

Frame receive_frame(RawClient& client) {
  const std::string head = client.receive_exactly(2);
  if (head.size() < 2) return {};
  std::size_t size = static_cast<unsigned char>(head[1]);
  EXPECT_LT(size, 128U) << "a server does not mask";
  if (size >= 126) {
    const std::string longer = client.receive_exactly(size == 126 ? 2 : 8);
    size = 0;
    for (const char c : longer) size = size * 256 + static_cast<unsigned char>(c);
  }
  return {head[0] & 15, (head[0] & 0x80) != 0, client.receive_exactly(size)};
}

const std::string kHandshake =
    "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://elsewhere\r\n";

/// The handshake of RFC 6455 1.3, whose answer is known.
ClientResponse shake_hands(RawClient& client) {
  client.send(get("/socket", kHandshake));
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    const std::string byte = client.receive_exactly(1);
    if (byte.empty()) break;
    head += byte;
  }
  ClientResponse answer;
  answer.status = head.starts_with("HTTP/1.1 101 ") ? 101 : 0;
  answer.body = head;
  return answer;
}

std::string close_payload(int code, const std::string& reason) {
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 255)} + reason;
}

TEST(WebSocket, SendsTextFramesAndClosesWithAReason) {
  StreamSource source;
  TestServer server({source.socket()});
  RawClient client = server.client();
  const ClientResponse answer = shake_hands(client);
  EXPECT_EQ(answer.status, 101) << answer.body;
  EXPECT_NE(answer.body.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos) << answer.body;
  EXPECT_NE(answer.body.find("X-Request-Id: "), std::string::npos);
  const StreamPointer stream = source.wait();
  const std::string large(100'000, 'y');
  EXPECT_TRUE(stream->try_send("{\"a\":1}"));
  EXPECT_TRUE(stream->try_send(large));
  Frame frame = receive_frame(client);
  EXPECT_EQ(frame.opcode, 1);
  EXPECT_TRUE(frame.final);
  EXPECT_EQ(frame.payload, "{\"a\":1}");
  frame = receive_frame(client);
  EXPECT_TRUE(frame.final);
  EXPECT_EQ(frame.payload, large);
  stream->close(1011, std::string(122, 'r') + "\xc3\xa4");  // the last character does not fit whole
  frame = receive_frame(client);
  EXPECT_EQ(frame.opcode, 8);
  EXPECT_EQ(frame.payload, close_payload(1011, std::string(122, 'r')));
  client.send(masked_frame(8, close_payload(1011, "")));
  EXPECT_EQ(client.receive_all(), "");
  EXPECT_TRUE(eventually([&] { return server.metric("logpond_http_connections") == 0; }));
  EXPECT_EQ(
      server.metric("logpond_http_requests_total{method=\"GET\",route=\"/socket\",status=\"101\"}"),
      1);
}

TEST(WebSocket, IgnoresTextAndAnswersPings) {
  StreamSource source;
  TestServer server({source.socket()});
  RawClient client = server.client();
  shake_hands(client);
  const StreamPointer stream = source.wait();
  client.send(masked_frame(1, "ping") + masked_frame(1, std::string(60'000, 'z')) +
              masked_frame(9, "are you there"));
  const Frame pong = receive_frame(client);
  EXPECT_EQ(pong.opcode, 10);
  EXPECT_EQ(pong.payload, "are you there");
  EXPECT_TRUE(stream->try_send("still open"));
  EXPECT_EQ(receive_frame(client).payload, "still open");
}

TEST(WebSocket, AnswersTextPingsWhenAsked) {
  OutboundLimits limits;
  limits.answer_text_ping = true;
  StreamSource source(limits);
  TestServer server({source.socket()});
  RawClient client = server.client();
  shake_hands(client);
  const StreamPointer stream = source.wait();
  client.send(masked_frame(1, "pingpong") + masked_frame(1, "ping"));
  const Frame frame = receive_frame(client);
  EXPECT_EQ(frame.opcode, 1);
  EXPECT_EQ(frame.payload, "pong");
}

TEST(WebSocket, EndsWhenTheClientCloses) {
  StreamSource source;
  TestServer server({source.socket()});
  RawClient client = server.client();
  shake_hands(client);
  const StreamPointer stream = source.wait();
  std::atomic<bool> told{false};
  stream->on_closed([&] { told = true; });
  client.send(masked_frame(8, close_payload(1000, "bye")));
  EXPECT_EQ(receive_frame(client).opcode, 8);
  EXPECT_TRUE(eventually([&] { return told.load(); }));
  EXPECT_FALSE(stream->try_send("x"));
  EXPECT_EQ(client.receive_all(), "");
}

TEST(WebSocket, PingsASilentClientAndCutsOneThatNeverAnswers) {
  OutboundLimits limits;
  limits.idle_ping = 20 * kMillisecond;
  limits.write_timeout = 200 * kMillisecond;
  StreamSource source(limits);
  TestServer server({source.socket()});
  RawClient alive = server.client();
  shake_hands(alive);
  const StreamPointer kept = source.wait();
  RawClient dead = server.client();
  shake_hands(dead);
  const StreamPointer cut = source.wait();
  // Answering for longer than the write timeout keeps the one; saying nothing ends the other.
  while (!cut->is_closed()) {
    const Frame ping = receive_frame(alive);
    ASSERT_EQ(ping.opcode, 9);
    ASSERT_TRUE(alive.send(masked_frame(10, ping.payload)));
  }
  for (int i = 0; i < 3; ++i) {
    const Frame ping = receive_frame(alive);
    ASSERT_EQ(ping.opcode, 9);
    ASSERT_TRUE(alive.send(masked_frame(10, ping.payload)));
  }
  EXPECT_FALSE(kept->is_closed());
  EXPECT_TRUE(kept->try_send("x"));
}

TEST(WebSocket, RefusesTooLargeMessagesAndNoise) {
  StreamSource source;
  TestServer server({source.socket()});
  for (const std::string& noise : {masked_frame(1, std::string(70'000, 'z')),
                                   std::string(20, '\xff'), std::string("\x81\x05hello")}) {
    RawClient client = server.client();
    shake_hands(client);
    const StreamPointer stream = source.wait();
    client.send(noise);
    EXPECT_TRUE(eventually([&] { return stream->is_closed(); }));
  }
  EXPECT_TRUE(eventually([&] { return server.metric("logpond_http_connections") == 0; }));
}

TEST(WebSocket, RefusesWhatIsNoHandshake) {
  StreamSource source;
  TestServer server({source.socket()});
  RawClient client = server.client();
  const auto broken = [&](const std::string& from, const std::string& to) {
    std::string headers = kHandshake;
    headers.replace(headers.find(from), from.size(), to);
    const ClientResponse answer = client.ask(get("/socket", headers));
    EXPECT_EQ(source.wait(), nullptr);
    return answer.status;
  };
  EXPECT_EQ(client.ask(get("/socket")).body, "Bad Request\n");
  EXPECT_EQ(source.wait(), nullptr);
  EXPECT_EQ(broken("websocket", "h2c"), 400);
  EXPECT_EQ(broken("Version: 13", "Version: 8"), 400);
  EXPECT_EQ(broken("dGhlIHNhbXBsZSBub25jZQ==", "short"), 400);
  EXPECT_EQ(broken("keep-alive, Upgrade", "keep-alive"), 400);
  EXPECT_EQ(shake_hands(client).status, 101);  // on the same connection
}

TEST(WebSocket, IsToldThatTheServerStops) {
  StreamSource source;
  TestServer server({source.socket()});
  RawClient client = server.client();
  shake_hands(client);
  const StreamPointer stream = source.wait();
  EXPECT_TRUE(stream->try_send("last"));
  std::thread stopper([&] { server.server->stop(20 * kSecond); });
  EXPECT_EQ(receive_frame(client).payload, "last");
  const Frame frame = receive_frame(client);
  EXPECT_EQ(frame.opcode, 8);
  EXPECT_EQ(frame.payload, close_payload(1001, "the server is stopping"));
  client.send(masked_frame(8, frame.payload));
  stopper.join();
  EXPECT_EQ(client.receive_all(), "");
}

}  // namespace
}  // namespace logpond::net
