// Deletions, patterns, fields and backup behind a real server; patterns come from a store that
// makes them up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/dialect.h"
#include "api/loki/detected_fields.h"
#include "api/tests/world.h"
#include "net/http_client.h"
#include "net/tests/test_server.h"

namespace logpond::api {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::kWorldNow;
using ::testing::Not;
using ::testing::StartsWith;
using testing::World;

/// Passes everything on, and has patterns and field statistics.
class PatternStore : public storage::Store {
 public:
  explicit PatternStore(storage::Store& store) : store_(store) {}
  void append(RecordBatch batch, storage::AppendCallback done) override {
    store_.append(std::move(batch), std::move(done));
  }
  Result<storage::ScanStats> scan(const storage::ScanRequest& request,
                                  storage::ScanSink& sink) override {
    return store_.scan(request, sink);
  }
  Result<std::vector<StreamPtr>> series(const TenantId& tenant, TimeRange range,
                                        const storage::Selector& selector) override {
    return store_.series(tenant, range, selector);
  }
  Result<std::vector<storage::StreamVolume>> volume(const TenantId& tenant, TimeRange range,
                                                    const storage::Selector& selector,
                                                    const platform::CancelToken& cancel) override {
    return store_.volume(tenant, range, selector, cancel);
  }
  Status flush() override { return store_.flush(); }
  Status merge() override { return store_.merge(); }
  storage::StoreStats stats() const override { return store_.stats(); }
  Result<std::vector<storage::Pattern>> patterns(const storage::PatternRequest& request) override {
    asked = request;
    storage::Pattern pattern;
    pattern.text = "user \"<_>\" in";
    pattern.first_seen = kWorldNow - kDay;
    pattern.records = 7;
    pattern.counts = {{kWorldNow - kHour, 4}, {kWorldNow - kMinute, 3}};
    return std::vector{pattern};
  }
  Result<std::vector<storage::FieldStats>> field_stats(const TenantId&, TimeRange,
                                                       const storage::Selector&,
                                                       const platform::CancelToken&) override {
    return std::vector<storage::FieldStats>{{"trace", FieldKind::kString, 10, 4711}};
  }
  storage::PatternRequest asked;

 private:
  storage::Store& store_;
};

class LifecycleEndpoints : public ::testing::Test {
 protected:
  void SetUp() override { serve(world_.context()); }
  void TearDown() override { server_->stop(5 * kSecond); }

  void serve(ApiContext context) {
    if (server_) server_->stop(5 * kSecond);
    server_ = std::make_unique<net::HttpServer>(
        net::HttpServer::Options{.port = 0}, build_routes(std::move(context)), error_formatter(),
        net::HttpServer::Pools{ingest_, query_}, world_.clock, world_.metrics);
    ASSERT_TRUE(server_->start());
    auto client =
        net::HttpClient::create("http://127.0.0.1:" + std::to_string(server_->port()), {});
    ASSERT_TRUE(client.has_value());
    client_ = std::make_unique<net::HttpClient>(*std::move(client));
  }
  void serve_patterns() {
    pattern_store_ = std::make_unique<PatternStore>(*world_.store);
    const ApiContext base = world_.context();
    serve(ApiContext{.store = *pattern_store_,
                     .pipeline = base.pipeline,
                     .hub = base.hub,
                     .engine = base.engine,
                     .clock = base.clock,
                     .metrics = base.metrics,
                     .options = base.options});
  }
  net::ClientResponse ask(std::string_view method, const std::string& target) {
    auto response = client_->request(method, target, {}, {});
    EXPECT_TRUE(response.has_value()) << (response ? "" : response.error().message);
    return response ? *std::move(response) : net::ClientResponse{};
  }
  static std::string encoded(std::string_view text) { return net::encode_url_component(text); }
  std::string delete_target(std::string_view query, const std::string& more = "") {
    return "/loki/api/v1/delete?query=" + encoded(query) +
           "&start=" + std::to_string(kWorldNow / kSecond - 3600) + more;
  }
  std::string lines_of(const std::string& query) {
    return ask("GET", "/loki/api/v1/query_range?query=" + encoded(query)).body;
  }

  World world_;
  platform::WorkerPool ingest_{{.name = "ingest"}};
  platform::WorkerPool query_{{.name = "query", .threads = 2}};
  std::unique_ptr<PatternStore> pattern_store_;
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<net::HttpClient> client_;
};

TEST_F(LifecycleEndpoints, DeleteHidesListsAndIsProcessedAfterAMerge) {
  world_.store_lines("shop", {"card 1", "open", "card 2"}, kWorldNow - kMinute);
  const auto accepted = ask("POST", delete_target(R"({app="shop"} |= "card")"));
  ASSERT_EQ(accepted.status, 204) << accepted.body;
  const std::string id(accepted.headers.get("X-Logpond-Delete-Request-Id"));
  EXPECT_EQ(id.size(), 8U);
  EXPECT_THAT(lines_of(R"({app="shop"})"), AllOf(HasSubstr("open"), Not(HasSubstr("card"))));
  EXPECT_THAT(ask("GET", "/loki/api/v1/delete").body,
              AllOf(StartsWith("[{\"request_id\":\"" + id + "\",\"start_time\":"),
                    HasSubstr(R"("query":"{app=\"shop\"} |= \"card\"","status":"received")")));
  EXPECT_EQ(ask("POST", "/api/v1/flush?merge=1").status, 200);
  EXPECT_THAT(ask("GET", "/loki/api/v1/delete").body, HasSubstr(R"("status":"processed")"));
  const auto late = ask("DELETE", "/loki/api/v1/delete?request_id=" + id);
  EXPECT_EQ(late.status, 400);
  EXPECT_EQ(late.body,
            "deletion of request which is in process or already processed is not allowed");
}

TEST_F(LifecycleEndpoints, DeleteCanBeTakenBack) {
  world_.store_lines("shop", {"one"}, kWorldNow - kMinute);
  const auto accepted = ask("PUT", delete_target(R"({app="shop"})"));
  const std::string id(accepted.headers.get("X-Logpond-Delete-Request-Id"));
  EXPECT_THAT(lines_of(R"({app="shop"})"), Not(HasSubstr("one")));
  EXPECT_EQ(ask("DELETE", "/loki/api/v1/delete?force=true&request_id=" + id).status, 204);
  EXPECT_THAT(lines_of(R"({app="shop"})"), HasSubstr("one"));
  const auto unknown = ask("DELETE", "/loki/api/v1/delete?request_id=" + id);
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.body, "could not find delete request with given id");
  EXPECT_EQ(ask("GET", "/loki/api/v1/delete").body, "[]\n");
}

TEST_F(LifecycleEndpoints, DeleteRefusesInLokisWords) {
  const auto refusal = [&](const std::string& parameters) {
    const auto answer = ask("POST", "/loki/api/v1/delete?" + parameters);
    EXPECT_EQ(answer.status, 400) << parameters;
    return answer.body;
  };
  const std::string query = "query=" + encoded(R"({app="shop"})");
  EXPECT_EQ(refusal("start=1"), "query not set");
  EXPECT_EQ(refusal(query), "start time not set");
  EXPECT_EQ(refusal(query + "&start=abc"),
            "invalid start time: require unix seconds or RFC3339 format");
  EXPECT_EQ(refusal(query + "&start=1&end=abc"),
            "invalid end time: require unix seconds or RFC3339 format");
  EXPECT_EQ(refusal(query + "&start=1&end=4000000000"), "deletes in the future are not allowed");
  EXPECT_EQ(refusal(query + "&start=1795219100&end=1795219000"),
            "start time can't be greater than end time");
  EXPECT_THAT(refusal("start=1&query=" + encoded(R"({app="shop"} | json)")),
              StartsWith("invalid query expression"));
}

TEST_F(LifecycleEndpoints, BackupWantsAnAbsolutePathAndWritesThere) {
  world_.store_lines("shop", {"one"});
  EXPECT_EQ(ask("POST", "/api/v1/backup").status, 400);
  EXPECT_EQ(ask("POST", "/api/v1/backup?target=here").status, 400);
  EXPECT_EQ(ask("POST", "/api/v1/backup?target=/backup").status, 200);
  EXPECT_TRUE(world_.files->exists("/backup/MANIFEST"));
  EXPECT_EQ(ask("POST", "/api/v1/backup?target=/backup").status, 409);
}

TEST_F(LifecycleEndpoints, PatternsHaveLokisShape) {
  serve_patterns();
  const auto answer = ask("GET", "/loki/api/v1/patterns?step=1m&query=" + encoded(R"({a="b"})"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body,
            R"({"status":"success","data":[{"pattern":"user \"<_>\" in","level":"unknown",)"
            R"("samples":[[1795215600,4],[1795219140,3]]}]})");
  EXPECT_EQ(pattern_store_->asked.step, kMinute);
  EXPECT_EQ(pattern_store_->asked.selector.matchers().size(), 1U);
  EXPECT_EQ(ask("GET", "/loki/api/v1/patterns?query=" + encoded("{a=")).status, 400);
}

TEST_F(LifecycleEndpoints, PatternsTellWhenTheyWereFirstSeen) {
  serve_patterns();
  const auto answer = ask("GET", "/api/v1/patterns?step=60&query=" + encoded(R"({a="b"})"));
  EXPECT_EQ(answer.body, R"({"patterns":[{"pattern":"user \"<_>\" in","count":7,)"
                         R"("first_seen":"2026-11-20T00:00:00Z",)"
                         R"("samples":[[1795215600,4],[1795219140,3]]}]})"
                         "\n");
}

TEST_F(LifecycleEndpoints, PatternsAre404WhereThereAreNone) {
  class NoPatterns : public PatternStore {
   public:
    using PatternStore::PatternStore;
    Result<std::vector<storage::Pattern>> patterns(
        const storage::PatternRequest& request) override {
      return storage::Store::patterns(request);
    }
  };
  pattern_store_ = std::make_unique<NoPatterns>(*world_.store);
  const ApiContext base = world_.context();
  serve(ApiContext{.store = *pattern_store_,
                   .pipeline = base.pipeline,
                   .hub = base.hub,
                   .engine = base.engine,
                   .clock = base.clock,
                   .metrics = base.metrics,
                   .options = base.options});
  EXPECT_EQ(ask("GET", "/loki/api/v1/patterns?query=" + encoded(R"({a="b"})")).status, 404);
}

TEST_F(LifecycleEndpoints, DetectedFieldsComeFromMetadataJsonAndLogfmt) {
  serve_patterns();
  world_.store_lines(
      "gate",
      {R"({"code":200,"req":{"path":"/a"},"ok":true})", R"({"code":404,"req":{"path":"/b"}})",
       "took=15ms size=3KB name=ann", "nothing to see"},
      kWorldNow - kMinute);
  const std::string target = "/loki/api/v1/detected_fields?query=" + encoded(R"({app="gate"})");
  EXPECT_THAT(
      ask("GET", target).body,
      AllOf(HasSubstr(R"({"label":"code","type":"int","cardinality":2,)"
                      R"("parsers":["json"],"jsonPath":["code"]})"),
            HasSubstr(R"({"label":"req_path","type":"string","cardinality":2,)"
                      R"("parsers":["json"],"jsonPath":["req","path"]})"),
            HasSubstr(R"({"label":"ok","type":"boolean")"),
            HasSubstr(R"({"label":"took","type":"duration","cardinality":1,"parsers":["logfmt"]})"),
            HasSubstr(R"({"label":"size","type":"bytes")"),
            HasSubstr(R"({"label":"trace","type":"string","cardinality":4711,"parsers":null})"),
            HasSubstr(R"("limit":1000})")));
  EXPECT_EQ(
      ask("GET", "/loki/api/v1/detected_field/code/values?query=" + encoded(R"({app="gate"})"))
          .body,
      R"({"values":["404","200"],"limit":1000})");
  EXPECT_EQ(
      ask("GET", "/loki/api/v1/detected_field/none/values?query=" + encoded(R"({app="gate"})"))
          .body,
      "{}");
}

TEST_F(LifecycleEndpoints, DetectedFieldsTakeAQueryThatParses) {
  world_.store_lines("gate", {R"({"code":200})"}, kWorldNow - kMinute);
  const auto answer = ask(
      "GET", "/loki/api/v1/detected_fields?query=" +
                 encoded(R"({app="gate"} | json | logfmt | drop __error__, __error_details__)"));
  EXPECT_THAT(answer.body, HasSubstr(R"({"label":"code","type":"int","cardinality":1,)"
                                     R"("parsers":["json","logfmt"],"jsonPath":["code"]})"));
  EXPECT_EQ(ask("GET", "/loki/api/v1/detected_fields?query=" + encoded("{app=")).status, 400);
  EXPECT_EQ(ask("GET", "/loki/api/v1/detected_fields?query=" +
                           encoded(R"(count_over_time({app="gate"}[1m]))"))
                .status,
            400);
}

TEST(DetectedType, IsTheNarrowestThatFits) {
  using loki::name_of;
  using loki::type_of_value;
  EXPECT_EQ(name_of(type_of_value("12")), "int");
  EXPECT_EQ(name_of(type_of_value("-1.5")), "float");
  EXPECT_EQ(name_of(type_of_value("true")), "boolean");
  EXPECT_EQ(name_of(type_of_value("1m30s")), "duration");
  EXPECT_EQ(name_of(type_of_value("3KB")), "bytes");
  EXPECT_EQ(name_of(type_of_value("ann")), "string");
  EXPECT_EQ(name_of(type_of_value("")), "string");
}

}  // namespace
}  // namespace logpond::api
