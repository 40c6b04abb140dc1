// The dialects behind a real server on a free port: what clients see.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "api/dialect.h"
#include "api/tests/push_bodies.h"
#include "api/tests/world.h"
#include "codec/compression.h"
#include "net/http_client.h"
#include "net/tests/test_server.h"

namespace logpond::api {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing::World;

class Endpoints : public ::testing::Test {
 protected:
  void serve(ApiOptions options = {}) {
    server_.reset();  // it borrows from the world
    context_.reset();
    world_ = std::make_unique<World>(options);
    context_ = std::make_unique<ApiContext>(world_->context());
    server_ = std::make_unique<net::HttpServer>(
        net::HttpServer::Options{.port = 0}, build_routes(*context_), error_formatter(),
        net::HttpServer::Pools{ingest_, query_}, world_->clock, world_->metrics);
    const Status started = server_->start();
    ASSERT_TRUE(started.has_value()) << started.error().message;
    auto client =
        net::HttpClient::create("http://127.0.0.1:" + std::to_string(server_->port()), {});
    ASSERT_TRUE(client.has_value());
    client_ = std::make_unique<net::HttpClient>(*std::move(client));
  }
  void SetUp() override {
    ApiOptions options;
    options.discover_service_name = false;
    options.discover_log_levels = false;
    serve(options);
  }
  void TearDown() override { server_->stop(5 * kSecond); }

  net::ClientResponse ask(std::string_view method, const std::string& target,
                          const net::Headers& headers = {}, const std::string& body = "") {
    auto response = client_->request(method, target, headers, body);
    EXPECT_TRUE(response.has_value()) << (response ? "" : response.error().message);
    return response ? *std::move(response) : net::ClientResponse{};
  }
  net::ClientResponse get(const std::string& target, const net::Headers& headers = {}) {
    return ask("GET", target, headers);
  }
  net::ClientResponse post(const std::string& target, const std::string& body,
                           const std::string& content_type = "application/json",
                           const std::string& coding = "") {
    net::Headers headers;
    if (!content_type.empty()) headers.add("Content-Type", content_type);
    if (!coding.empty()) headers.add("Content-Encoding", coding);
    return ask("POST", target, headers, body);
  }
  void push_sample() {
    const auto body = testing::json_push(
        {{{{"app", "shop"}, {"env", "prod"}},
          {{testing::kWorldNow - 30 * kSecond, "first", {{"trace", "abc"}}},
           {testing::kWorldNow - 20 * kSecond, "second", {}}}},
         {{{"app", "gate"}}, {{testing::kWorldNow - 10 * kSecond, "third", {}}}}});
    const auto answer = post("/loki/api/v1/push", body);
    ASSERT_EQ(answer.status, 204) << answer.body;
  }

  platform::WorkerPool ingest_{{.name = "ingest"}};
  platform::WorkerPool query_{{.name = "query", .threads = 2}};
  std::unique_ptr<World> world_;
  std::unique_ptr<ApiContext> context_;
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<net::HttpClient> client_;
};

std::string encoded(std::string_view text) {
  return net::encode_url_component(text);
}

TEST_F(Endpoints, GiveBackWhatWasPushed) {
  push_sample();
  const std::string query = "/loki/api/v1/query_range?query=" + encoded("{app=\"shop\"}");
  EXPECT_THAT(get(query).body,
              AllOf(HasSubstr(R"({"stream":{"app":"shop","env":"prod","trace":"abc"},"values":)"
                              R"([["1795219170000000000","first"]]})"),
                    HasSubstr(R"(["1795219180000000000","second"])")));
  net::Headers headers;
  headers.add("X-Loki-Response-Encoding-Flags", "categorize-labels");
  EXPECT_THAT(
      get(query + "&direction=FORWARD&limit=1", headers).body,
      HasSubstr(
          R"("result":[{"stream":{"app":"shop","env":"prod"},"values":[["1795219170000000000",)"
          R"("first",{"structuredMetadata":{"trace":"abc"}}]]}],"encodingFlags":)"
          R"(["categorize-labels"])"));
  EXPECT_EQ(get(query).headers.get("Content-Type"), "application/json; charset=UTF-8");
}

TEST_F(Endpoints, TakeFormsAsTheyTakeQueries) {
  push_sample();
  const auto form =
      post("/loki/api/v1/query_range", "query=" + encoded("{app=\"gate\"}") + "&limit=5",
           "application/x-www-form-urlencoded");
  EXPECT_THAT(form.body, HasSubstr("third"));
}

TEST_F(Endpoints, TakeEveryBodyForm) {
  const std::vector<testing::PushStream> streams{
      {{{"app", "x"}}, {{testing::kWorldNow - kSecond, "line", {}}}}};
  const std::string json = testing::json_push(streams);
  const std::string protobuf = codec::snappy_compress(testing::protobuf_push(streams));
  const char* path = "/loki/api/v1/push";
  EXPECT_EQ(post(path, json, "application/json; charset=utf-8").status, 204);
  EXPECT_EQ(post(path, codec::gzip_compress(json, 1), "application/json", "gzip").status, 204);
  EXPECT_EQ(post(path, protobuf, "application/x-protobuf").status, 204);
  EXPECT_EQ(post(path, protobuf, "application/octet-stream", "snappy").status, 204);
  EXPECT_EQ(post(path, codec::gzip_compress(protobuf, 1), "application/x-protobuf", "gzip").status,
            204);
  EXPECT_EQ(post("/api/prom/push", json).status, 204);
  EXPECT_EQ(world_->store->stats().records, 6U);
}

TEST_F(Endpoints, RefusePushesInLokisWords) {
  const char* path = "/loki/api/v1/push";
  const auto expect = [&](const net::ClientResponse& answer, int status, const std::string& text) {
    EXPECT_EQ(answer.status, status) << answer.body;
    EXPECT_THAT(answer.body, StartsWith(text));
    EXPECT_THAT(answer.body, EndsWith("\n"));
    EXPECT_EQ(answer.headers.get("X-Content-Type-Options"), "nosniff");
  };
  expect(post(path, "{}", ""), 400, "mime: no media type");
  expect(post(path, "{}", "application/json", "br"), 400, "Content-Encoding \"br\" not supported");
  expect(post(path, "\xff garbage", "application/x-protobuf"), 400, "snappy: corrupt input");
  expect(post(path, R"({"streams":[]})"), 422,
         "error at least one valid stream is required for ingestion");
  expect(post(path, R"({"streams":[{"stream":{"a":"b"},"values":[[5,"x"]]}]})"), 400,
         "couldn't parse push request");
  expect(post(path, R"({"streams":[{"stream":{"bad-name":"b"},"values":[["5","x"]]}]})"), 400,
         "couldn't parse labels: 1:5: parse error: unexpected character inside braces: '-'");
  EXPECT_EQ(get(path).status, 405);
  EXPECT_EQ(world_->store->stats().records, 0U);
}

TEST_F(Endpoints, StoreTheGoodLinesOfABadPush) {
  const auto body = testing::json_push({{{{"a", "b"}},
                                         {{testing::kWorldNow + kHour, "too new", {}},
                                          {testing::kWorldNow - kSecond, "fresh", {}}}}});
  const auto answer = post("/loki/api/v1/push", body);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body,
            "entry for stream '{a=\"b\"}' has timestamp too new: 2026-11-21T01:00:00Z\n");
  EXPECT_THAT(get("/loki/api/v1/query_range?query=" + encoded("{a=\"b\"}")).body,
              HasSubstr("fresh"));
}

TEST_F(Endpoints, AnswerTheQueryErrorsInLokisWords) {
  const auto expect = [&](const std::string& rest, const std::string& text) {
    const auto answer = get("/loki/api/v1/query_range?" + rest);
    EXPECT_EQ(answer.status, 400) << rest;
    EXPECT_EQ(answer.body, text) << rest;
  };
  const std::string query = "query=" + encoded("{a=\"b\"}");
  expect(query + "&limit=0", "limit must be a positive value");
  expect(query + "&limit=9999",
         "max entries limit per query exceeded, limit > max_entries_limit_per_query (9999 > 5000)");
  expect(query + "&start=abc",
         "could not parse 'start' parameter: strconv.ParseInt: parsing \"abc\": invalid syntax");
  expect(query + "&direction=up", "invalid direction 'up'");
  expect("", "parse error : syntax error: unexpected $end");
}

TEST_F(Endpoints, PassGrafanasConnectionTest) {
  const auto answer = get("/loki/api/v1/query?query=" + encoded("vector(1)+vector(1)") +
                          "&direction=backward&time=4000000000");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr(R"("result":[{"metric":{},"value":[4000000000,"2"]}])"));
}

TEST_F(Endpoints, ListLabelsAndSeries) {
  const std::string root = "/loki/api/v1";
  EXPECT_EQ(get(root + "/labels").body, R"({"status":"success"})");
  push_sample();
  EXPECT_EQ(get(root + "/labels").body, R"({"status":"success","data":["app","env"]})");
  EXPECT_EQ(get(root + "/label").body, R"({"status":"success","data":["app","env"]})");
  EXPECT_EQ(get(root + "/labels?query=" + encoded("{app=\"gate\"}")).body,
            R"({"status":"success","data":["app"]})");
  EXPECT_EQ(get(root + "/label/app/values").body, R"({"status":"success","data":["gate","shop"]})");
  EXPECT_EQ(get(root + "/label/none/values").body, R"({"status":"success"})");
  EXPECT_EQ(get(root + "/series?match=" + encoded("{env=\"prod\"}")).body,
            R"({"status":"success","data":[{"app":"shop","env":"prod"}]})");
  EXPECT_EQ(get(root + "/series?match[]={}").body,
            R"({"status":"success","data":[{"app":"gate"},{"app":"shop","env":"prod"}]})");
  EXPECT_EQ(get(root + "/series").body, get(root + "/series?match[]={}").body);
  EXPECT_EQ(get(root + "/labels?query={}").status, 400);
  const auto piped = get(root + "/series?match[]=" + encoded("{app=\"x\"} |= \"y\""));
  EXPECT_EQ(piped.status, 400);
  EXPECT_THAT(piped.body, HasSubstr("only label matchers are supported"));
}

TEST_F(Endpoints, CountVolumes) {
  push_sample();
  const std::string root = "/loki/api/v1/index";
  EXPECT_EQ(get(root + "/stats?query=" + encoded("{app=\"shop\"}")).body,
            R"({"streams":1,"chunks":1,"bytes":11,"entries":2})");
  const auto rows = [&](const std::string& rest) {
    const std::string body = get(root + "/volume?" + rest).body;
    const auto begin = body.find("\"result\":") + 9;
    return body.substr(begin, body.find(",\"stats\"") - begin);
  };
  const std::string all = "query=" + encoded("{app=~\".+\"}");
  EXPECT_EQ(rows(all), R"([{"metric":{"app":"shop"},"value":[1795219200,"11"]},)"
                       R"({"metric":{"app":"gate"},"value":[1795219200,"5"]}])");
  EXPECT_EQ(rows(all + "&limit=1"), R"([{"metric":{"app":"shop"},"value":[1795219200,"11"]}])");
  EXPECT_EQ(rows(all + "&targetLabels=env"),
            R"([{"metric":{"env":"prod"},"value":[1795219200,"11"]}])");
  EXPECT_EQ(rows("query={}&aggregateBy=labels"),
            R"([{"metric":{"app":""},"value":[1795219200,"16"]},)"
            R"({"metric":{"env":""},"value":[1795219200,"11"]}])");
}

TEST_F(Endpoints, TellAboutThemselves) {
  EXPECT_EQ(get("/ready").body, "ready\n");
  EXPECT_EQ(get("/health").status, 200);
  EXPECT_THAT(get("/version").body, StartsWith(R"({"name":"logpond","version":")"));
  EXPECT_THAT(get("/metrics").body, HasSubstr("logpond_"));
  EXPECT_THAT(get("/metrics").headers.get("Content-Type"), StartsWith("text/plain; version=0.0.4"));
  EXPECT_THAT(get("/loki/api/v1/status/buildinfo").body, StartsWith(R"({"version":"3.7.0")"));
  EXPECT_EQ(get("/insert/ready").body, R"({"status":"ok"})");
  EXPECT_EQ(get("/loki/api/v1/format_query?query=" + encoded("{a=\"b\"}|=\"x\"")).body,
            R"({"status":"success","data":"{a=\"b\"} |= \"x\""})");
  EXPECT_THAT(get("/loki/api/v1/format_query?query={").body,
              StartsWith(R"({"status":"invalid-query","error":"parse error)"));
}

TEST_F(Endpoints, DescribeEveryRoute) {
  const auto answer = get("/api/openapi.json");
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  ASSERT_EQ(parser.parse(answer.body).get(document), simdjson::SUCCESS);
  for (const char* path : {"/loki/api/v1/push", "/loki/api/v1/label/{name}/values",
                           "/insert/jsonline", "/api/v1/tail", "/assets/{file}"}) {
    EXPECT_EQ(document["paths"][path].error(), simdjson::SUCCESS) << path;
  }
  std::string_view name;
  EXPECT_EQ(
      document["paths"]["/loki/api/v1/label/{name}/values"]["get"]["parameters"].at(0)["name"].get(
          name),
      simdjson::SUCCESS);
  EXPECT_EQ(name, "name");
}

TEST_F(Endpoints, LookAfterTheStore) {
  push_sample();
  EXPECT_THAT(get("/api/v1/stats").body, HasSubstr("\"records\":3,"));
  EXPECT_EQ(get("/api/v1/parts").body, "{\"parts\":[]}\n");
  const auto flushed = ask("POST", "/api/v1/flush?merge=1");
  EXPECT_EQ(flushed.status, 200);
  EXPECT_THAT(flushed.body, StartsWith("{\"parts\":1,"));
  EXPECT_THAT(get("/api/v1/parts").body, HasSubstr("\"day\":\"2026-11-20\""));
  EXPECT_THAT(get("/api/v1/explain?query=" + encoded("{app=\"x\"}")).body,
              StartsWith(R"({"query":"{app=\"x\"}","plan":[)"));
  const auto bad = get("/api/v1/explain?query={");
  EXPECT_EQ(bad.status, 400);
  EXPECT_THAT(bad.body,
              StartsWith(R"({"error":{"code":"invalid_argument","message":"parse error)"));
}

TEST_F(Endpoints, AnswerUnknownPathsInTheFormOfTheirNeighbours) {
  EXPECT_EQ(get("/loki/api/v1/nothing").body, "404 page not found\n");
  EXPECT_EQ(get("/nothing").body, "404 page not found\n");
  const auto ours = get("/api/v1/nothing");
  EXPECT_EQ(ours.status, 404);
  EXPECT_THAT(ours.body, StartsWith(R"({"error":{"code":"not_found",)"));
}

TEST_F(Endpoints, TakeJsonlines) {
  const std::string target =
      "/insert/jsonline?_stream_fields=service&_msg_field=message&_time_field=timestamp";
  const std::string line =
      R"({"timestamp":"2026-11-20T23:59:59Z","service":"till","message":"hello","n":5})";
  const auto stored = post(target, line + "\nbroken\n" + line + "\n", "application/x-ndjson");
  EXPECT_EQ(stored.status, 200) << stored.body;
  EXPECT_EQ(stored.body, "");
  EXPECT_EQ(world_->store->stats().records, 2U);
  EXPECT_EQ(post(target, codec::gzip_compress(line, 1), "", "gzip").status, 200);
  EXPECT_EQ(world_->store->stats().records, 3U);
  EXPECT_EQ(post(target + "&debug=1", line).status, 200);
  EXPECT_EQ(world_->store->stats().records, 3U);
  const auto bad = post(target, "broken\nand this\n");
  EXPECT_EQ(bad.status, 400);
  EXPECT_THAT(bad.body, HasSubstr("none of 2 lines could be stored: line 1: not a JSON object"));
  EXPECT_EQ(post(target, "").status, 200);
  EXPECT_EQ(post(target + "&extra_fields=x", line).status, 400);
}

TEST_F(Endpoints, KeepTenantsApart) {
  TearDown();
  ApiOptions options;
  options.multi_tenant = true;
  serve(options);
  net::Headers mine;
  mine.add("Content-Type", "application/json");
  const std::string body = testing::json_push({{{{"a", "b"}}, {{testing::kWorldNow, "x", {}}}}});
  const auto refused = ask("POST", "/loki/api/v1/push", mine, body);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.body, "no org id\n");
  mine.add("X-Scope-OrgID", "ann");
  EXPECT_EQ(ask("POST", "/loki/api/v1/push", mine, body).status, 204);
  EXPECT_THAT(get("/loki/api/v1/labels?end=1795219300", mine).body, HasSubstr("service_name"));
  net::Headers others;
  others.add("X-Scope-OrgID", "bob");
  EXPECT_EQ(get("/loki/api/v1/labels?end=1795219300", others).body, R"({"status":"success"})");
  net::Headers odd;
  odd.add("X-Scope-OrgID", "a/b");
  EXPECT_EQ(get("/loki/api/v1/labels", odd).status, 400);
}

TEST_F(Endpoints, SayThatADiskIsFull) {
  world_->files->set_capacity(0);
  const auto body = testing::json_push({{{{"a", "b"}}, {{testing::kWorldNow, "x", {}}}}});
  const auto answer = post("/loki/api/v1/push", body);
  EXPECT_GE(answer.status, 500) << answer.body;
  EXPECT_THAT(answer.headers.get("Retry-After"), "1");
}

TEST_F(Endpoints, TailAsEvents) {
  push_sample();
  const auto bad = get("/api/v1/tail?query=" + encoded("{app="));
  EXPECT_EQ(bad.status, 400);
  EXPECT_THAT(bad.body, HasSubstr("parse error"));
  EXPECT_EQ(get("/api/v1/tail?query=x&limit=many").status, 400);
  std::string seen;
  bool pushed = false;
  const auto streamed = client_->stream("/api/v1/tail?limit=1&query=" + encoded("{app=\"shop\"}"),
                                        {}, [&](std::string_view piece) {
                                          seen += piece;
                                          if (!pushed && seen.find("second") != std::string::npos) {
                                            pushed = true;
                                            world_->store_lines("shop", {"live"});
                                          }
                                          return seen.find("\"live\"") == std::string::npos;
                                        });
  EXPECT_TRUE(streamed.has_value());
  EXPECT_THAT(seen, AllOf(HasSubstr("event: record\nid: "), Not(HasSubstr("first")),
                          HasSubstr("\"message\":\"live\"")));
}

TEST_F(Endpoints, TailOverAWebSocket) {
  push_sample();
  net::test::RawClient client(server_->port());
  const std::string handshake =
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  ASSERT_TRUE(client.send(
      net::test::get("/loki/api/v1/tail?limit=1&query=" + encoded("{app=\"shop\"}"), handshake)));
  std::string seen;
  const auto wait_for = [&](const std::string& text) {
    while (seen.find(text) == std::string::npos) {
      const std::string piece = client.receive_some();
      if (piece.empty()) break;
      seen += piece;
    }
    return seen;
  };
  EXPECT_THAT(wait_for("second"),
              AllOf(StartsWith("HTTP/1.1 101 "),
                    HasSubstr(R"({"streams":[{"stream":{"app":"shop","env":"prod"},"values":)"
                              R"([["1795219180000000000","second"]]}]})")));
  world_->store_lines("shop", {"live line"});
  EXPECT_THAT(wait_for("live line"),
              HasSubstr(R"("values":[["1795219200000000000","live line"]])"));
}

TEST_F(Endpoints, RefuseTailsBeforeTheHandshake) {
  const std::string tail = "/loki/api/v1/tail?query=";
  EXPECT_EQ(get(tail + encoded("{a=\"b\"}") + "&delay_for=9").body,
            "delay_for can't be greater than 5");
  EXPECT_EQ(get(tail + encoded("{a=")).status, 400);
  const auto plain = get(tail + encoded("{a=\"b\"}"));
  EXPECT_EQ(plain.status, 400);
  EXPECT_THAT(plain.body, StartsWith("Bad Request"));
}

}  // namespace
}  // namespace logpond::api
