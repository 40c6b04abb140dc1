#include "cli/client/query_source.h"

namespace logpond::cli {
namespace {

class ServerSource : public QuerySource {
 public:
  explicit ServerSource(ServerClient client) : client_(std::move(client)) {}

  Result<Answer> range(const Question& question) override { return client_.ask_range(question); }
  Result<Answer> instant(const std::string& query, TimestampNs time, std::size_t limit) override {
    return client_.ask_instant(query, time, limit);
  }
  Result<std::vector<PatternRow>> patterns(const std::string& selector, TimeRange range,
                                           DurationNs step) override {
    LOGPOND_TRY(const std::string body,
                client_.get("/api/v1/patterns", {{"query", selector},
                                                 {"start", std::to_string(range.start)},
                                                 {"end", std::to_string(range.end)},
                                                 {"step", std::to_string(step / kSecond)}}));
    return parse_patterns(body);
  }
  Result<std::string> explain(const std::string& query) override {
    LOGPOND_TRY(const std::string body, client_.get("/api/v1/explain", {{"query", query}}));
    LOGPOND_TRY(const std::vector<std::string> steps, parse_plan(body));
    std::string plan;
    for (const std::string& step : steps) plan += step + "\n";
    return plan;
  }

 private:
  ServerClient client_;
};

}  // namespace

std::unique_ptr<QuerySource> make_server_source(ServerClient client) {
  return std::make_unique<ServerSource>(std::move(client));
}

}  // namespace logpond::cli
