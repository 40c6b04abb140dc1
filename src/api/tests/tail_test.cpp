#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "api/tail/event_stream_format.h"
#include "api/tail/inbox.h"
#include "api/tail/tail_engine.h"
#include "api/tests/world.h"

namespace logpond::api::tail {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kPatience = std::chrono::seconds(20);

/// A client that takes what it is told to take.
class FakeStream : public net::OutboundStream {
 public:
  bool try_send(std::string payload) override {
    std::lock_guard lock(mutex_);
    if (closed_ || refuses_) return false;
    sent_ += payload;
    changed_.notify_all();
    return true;
  }
  Status send_and_wait(std::string payload, DurationNs) override {
    (void)try_send(std::move(payload));
    return {};
  }
  void close(int code, std::string_view reason) override {
    std::lock_guard lock(mutex_);
    closed_ = true;
    close_code_ = code;
    close_reason_ = reason;
    changed_.notify_all();
  }
  bool is_closed() const override {
    std::lock_guard lock(mutex_);
    return closed_;
  }
  std::size_t queued_bytes() const override {
    std::lock_guard lock(mutex_);
    return queued_;
  }
  void on_closed(std::function<void()>) override {}

  /// The client reads nothing: so many bytes wait.
  void set_queued(std::size_t bytes) {
    std::lock_guard lock(mutex_);
    queued_ = bytes;
  }
  void set_refuses(bool refuses) {
    std::lock_guard lock(mutex_);
    refuses_ = refuses;
  }
  /// What was sent, once `text` is in it.
  std::string wait_for(const std::string& text) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return sent_.find(text) != std::string::npos; });
    return sent_;
  }
  int wait_for_close() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return closed_; });
    return close_code_;
  }
  std::string sent() const {
    std::lock_guard lock(mutex_);
    return sent_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string sent_;
  std::size_t queued_ = 0;
  bool refuses_ = false;
  bool closed_ = false;
  int close_code_ = 0;
  std::string close_reason_;
};

/// The messages of the records sent, in order, and `<lost N>`.
std::vector<std::string> messages_of(const std::string& sent) {
  std::vector<std::string> messages;
  std::size_t at = 0;
  const std::string kMessage = "\"message\":\"";
  const std::string kCount = "{\"count\":";
  for (std::size_t line = 0; (at = sent.find("data: ", line)) != std::string::npos; line = at + 1) {
    const std::string data = sent.substr(at, sent.find('\n', at) - at);
    if (const auto count = data.find(kCount); count != std::string::npos) {
      messages.push_back(
          "<lost " + data.substr(count + kCount.size(), data.find('}') - count - kCount.size()) +
          ">");
    } else if (const auto begin = data.find(kMessage); begin != std::string::npos) {
      const auto start = begin + kMessage.size();
      messages.push_back(data.substr(start, data.find('"', start) - start));
    }
  }
  return messages;
}

struct TailTest : ::testing::Test {
  testing::World world;
  TailEngine::Options options;
  std::unique_ptr<TailEngine> engine;
  std::shared_ptr<FakeStream> client = std::make_shared<FakeStream>();

  TailEngine& tails() {
    if (!engine) {
      engine = std::make_unique<TailEngine>(*world.engine, world.hub, world.clock, world.metrics,
                                            options);
    }
    return *engine;
  }
  TailRequest request(const std::string& query, std::size_t history = 0) {
    TailRequest wanted;
    wanted.query = query;
    wanted.start = testing::kWorldNow - kHour;
    wanted.history_lines = history;
    return wanted;
  }
  void start(const TailRequest& wanted) {
    auto prepared = tails().prepare(wanted);
    ASSERT_TRUE(prepared.has_value()) << prepared.error().message;
    tails().start(*std::move(prepared), std::make_unique<EventStreamFormat>(), client);
  }
};

TEST_F(TailTest, SendsTheNewestHistoryThenWhatArrives) {
  world.store_lines("a", {"old1", "old2", "old3"});
  world.store_lines("b", {"other"});
  start(request("{app=\"a\"}", 2));
  world.store_lines("b", {"other live"});
  world.store_lines("a", {"live1", "live2"});
  EXPECT_THAT(messages_of(client->wait_for("live2")),
              ElementsAre("old2", "old3", "live1", "live2"));
}

TEST_F(TailTest, WritesRecordsAsEvents) {
  start(request("{app=\"a\"} | logfmt"));
  world.store_lines("a", {"user=ann"});
  const std::string sent = client->wait_for("user=ann");
  EXPECT_THAT(sent, HasSubstr("event: record\nid: "));
  EXPECT_THAT(sent, HasSubstr("\ndata: {\"timestamp\":\"1795219200000000000\",\"labels\":"
                              "{\"app\":\"a\"},\"fields\":{\"user\":\"ann\"},\"level\":\"info\","
                              "\"message\":\"user=ann\"}\n\n"));
}

TEST_F(TailTest, JoinsHistoryAndLiveWithoutGapOrDouble) {
  // A writer stores without pause while tails come: each must see one run of numbers up to the
  // last.
  constexpr int kRecords = 300;
  std::thread writer([&] {
    for (int i = 0; i < kRecords; ++i) {
      world.store_lines("a", {std::to_string(i)}, testing::kWorldNow + i);
    }
  });
  std::vector<std::shared_ptr<FakeStream>> clients;
  for (int i = 0; i < 10; ++i) {
    client = std::make_shared<FakeStream>();
    clients.push_back(client);
    start(request("{app=\"a\"}", 1000));
  }
  writer.join();
  for (const auto& one : clients) {
    const auto messages = messages_of(one->wait_for("\"" + std::to_string(kRecords - 1) + "\""));
    ASSERT_EQ(messages.size(), static_cast<std::size_t>(kRecords));
    for (int i = 0; i < kRecords; ++i) {
      EXPECT_EQ(messages[static_cast<std::size_t>(i)], std::to_string(i));
    }
  }
}

TEST_F(TailTest, ResumesBehindARecord) {
  world.store_lines("a", {"one", "two", "three"});
  start(request("{app=\"a\"}", 10));
  const std::string sent = client->wait_for("three");
  const std::size_t id_at = sent.find("id: ", sent.find("one") + 1);
  TailRequest again = request("{app=\"a\"}", 1);
  again.after = RecordId{std::stoull(sent.substr(id_at + 4))};
  client = std::make_shared<FakeStream>();
  start(again);
  world.store_lines("a", {"four"});
  EXPECT_THAT(messages_of(client->wait_for("four")), ElementsAre("three", "four"));
}

TEST_F(TailTest, TellsAReaderWhoComesBackWhatIsTooMuchForTheHistory) {
  const std::size_t most = world.engine->limits().entries_max;
  world.store_lines("a", {"seen"});
  start(request("{app=\"a\"}", 1));
  const std::string sent = client->wait_for("seen");
  TailRequest again = request("{app=\"a\"}");
  again.after = RecordId{std::stoull(sent.substr(sent.find("id: ") + 4))};
  world.store_lines("a", std::vector<std::string>(most, "missed"));
  world.store_lines("b", {"never wanted"});
  // History is ordered by time: these must be later than all that were missed.
  world.store_lines("a", {"missed", "missed", "newest"},
                    testing::kWorldNow + static_cast<TimestampNs>(most));
  client = std::make_shared<FakeStream>();
  start(again);
  const auto messages = messages_of(client->wait_for("newest"));
  EXPECT_EQ(messages.front(), "<lost 3>");
  ASSERT_EQ(messages.size(), 1 + most);
  EXPECT_EQ(messages.back(), "newest");
}

TEST_F(TailTest, TellsASlowReaderHowManyRecordsHeLost) {
  options.inbox_bytes_max = 1;  // one batch always fits
  start(request("{app=\"a\"}"));
  client->set_queued(std::size_t{100} << 20);
  for (int i = 0; i < 5; ++i) world.store_lines("a", {"x" + std::to_string(i), "y"});
  world.store_lines("b", {"never wanted"});
  client->set_queued(0);
  const std::string sent = client->wait_for("dropped");
  // The dispatcher may have taken a batch or two before the client stopped reading.
  const auto messages = messages_of(sent);
  std::size_t got = 0;
  std::size_t lost = 0;
  for (const std::string& message : messages) {
    if (message.starts_with("<lost ")) {
      lost += std::stoul(message.substr(6));
    } else {
      ++got;
    }
  }
  EXPECT_GE(lost, 4U);
  EXPECT_EQ(got + lost, 10U);
  EXPECT_EQ(world.metric("logpond_tail_dropped_records_total"), static_cast<double>(lost));
}

TEST_F(TailTest, CountsAPayloadThatNeverFits) {
  start(request("{app=\"a\"}"));
  client->set_refuses(true);
  world.store_lines("a", {"too large"});
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (world.metric("logpond_tail_dropped_records_total") < 1 &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  client->set_refuses(false);
  EXPECT_THAT(messages_of(client->wait_for("dropped")), ElementsAre("<lost 1>"));
}

TEST_F(TailTest, BeatsWhenNothingHappens) {
  TailRequest wanted = request("{app=\"a\"}");
  wanted.heartbeat = 10 * kSecond;
  start(wanted);
  world.store_lines("a", {"first"});
  (void)client->wait_for("first");
  EXPECT_EQ(client->sent().find(": alive"), std::string::npos);
  world.clock.advance(11 * kSecond);
  EXPECT_THAT(client->wait_for(": alive"), HasSubstr(": alive\n\n"));
}

TEST_F(TailTest, HoldsLinesBackForTheDelay) {
  TailRequest wanted = request("{app=\"a\"}");
  wanted.delay = 5 * kSecond;
  start(wanted);
  start(request("{app=\"a\"} |= \"second\""));  // a marker: everything before was dispatched
  world.store_lines("a", {"first"});
  world.clock.advance(4 * kSecond);
  world.store_lines("a", {"second"});
  (void)client->wait_for("second");
  EXPECT_THAT(messages_of(client->sent()), ElementsAre("second"));  // of the marker
  world.clock.advance(2 * kSecond);
  EXPECT_THAT(messages_of(client->wait_for("first")), ElementsAre("second", "first"));
}

TEST_F(TailTest, EndsATailThatIsTooOld) {
  TailRequest wanted = request("{app=\"a\"}");
  wanted.life_max = kHour;
  start(wanted);
  world.clock.advance(kHour + kSecond);
  EXPECT_EQ(client->wait_for_close(), 1000);
}

TEST_F(TailTest, LimitsTailsAndGivesPlacesBack) {
  options.tails_max = 2;
  auto first = tails().prepare(request("{app=\"a\"}"));
  auto second = tails().prepare(request("{app=\"a\"}"));
  auto third = tails().prepare(request("{app=\"a\"}"));
  ASSERT_FALSE(third.has_value());
  EXPECT_EQ(third.error().message,
            "max concurrent tail requests limit exceeded, count > limit (3 > 2)");
  EXPECT_EQ(third.error().code, ErrorCode::kInvalidArgument);
  *first = nullptr;
  EXPECT_TRUE(tails().prepare(request("{app=\"a\"}")).has_value());
  EXPECT_EQ(world.hub.subscribers(), 1U);  // the second; refused and dropped ones are gone
}

TEST_F(TailTest, RefusesQueriesThatCannotBeTailed) {
  for (const char* query : {"{app=\"a\"", "rate({app=\"a\"}[1m])", "", "{}"}) {
    const auto refused = tails().prepare(request(query));
    ASSERT_FALSE(refused.has_value()) << query;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument) << query;
  }
  EXPECT_EQ(tails().tails(), 0U);
}

TEST_F(TailTest, ForgetsClientsThatWentAway) {
  start(request("{app=\"a\"}"));
  client->close(1000, "");
  world.store_lines("a", {"wakes the dispatcher"});
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (tails().tails() > 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_EQ(tails().tails(), 0U);
  EXPECT_EQ(world.hub.subscribers(), 0U);
}

TEST_F(TailTest, TellsClientsThatTheServerStops) {
  start(request("{app=\"a\"}"));
  tails().stop();
  EXPECT_EQ(client->wait_for_close(), 1011);
  EXPECT_THAT(client->sent(),
              HasSubstr("event: failed\ndata: {\"message\":\"the server is stopping\"}"));
  client = std::make_shared<FakeStream>();
  start(request("{app=\"a\"}"));
  EXPECT_EQ(client->wait_for_close(), 1011);
}

TEST_F(TailTest, KeepsTenantsApart) {
  TailRequest wanted = request("{app=\"a\"}", 10);
  wanted.tenant = TenantId{"mine"};
  world.store_lines("a", {"theirs, old"});
  start(wanted);
  world.store_lines("a", {"theirs"});
  RecordBatch batch(TenantId{"mine"}, testing::kWorldNow);
  batch.finish_record(
      {1, batch.intern_stream(Labels({{"app", "a"}})), Severity::kInfo, "", "mine"});
  world.store_batch(std::move(batch));
  EXPECT_THAT(messages_of(client->wait_for("mine")), ElementsAre("mine"));
}

TEST(Inbox, NotesStreamsOfWhatDidNotFit) {
  Inbox inbox(1);
  const auto batch_of = [](int records) {
    auto batch = std::make_shared<storage::StoredBatch>();
    const auto stream = batch->batch.intern_stream(Labels({{"a", "b"}}));
    for (int i = 0; i < records; ++i) {
      batch->batch.finish_record({i + 5, stream, Severity::kInfo, "", "x"});
    }
    batch->streams = {std::make_shared<Stream>(Stream{TenantId{}, Labels({{"a", "b"}})})};
    return batch;
  };
  inbox.put(batch_of(1), 10);
  inbox.put(batch_of(2), 10);
  inbox.put(batch_of(3), 10);
  EXPECT_EQ(inbox.take(9), nullptr);  // not due yet
  EXPECT_NE(inbox.take(10), nullptr);
  EXPECT_EQ(inbox.take(10), nullptr);
  std::size_t lost = 0;
  for (const auto& stream : inbox.take_lost()) {
    lost += stream.records;
    EXPECT_EQ(stream.first, 5);
  }
  EXPECT_EQ(lost, 5U);
  EXPECT_THAT(inbox.take_lost(), IsEmpty());
  EXPECT_TRUE(inbox.empty());
}

}  // namespace
}  // namespace logpond::api::tail
