// A data directory asked without a server: the engine runs in this process, read-only.

#include <algorithm>
#include <thread>

#include "cli/client/query_source.h"
#include "codec/json_text.h"
#include "logql/engine.h"
#include "platform/clock.h"
#include "platform/posix/posix_file_system.h"
#include "storage/embedded_store.h"
#include "telemetry/metrics.h"

namespace logpond::cli {
namespace {

/// Points of a metric query without --step: as Loki's API chooses them.
constexpr DurationNs kPointsWithoutStep = 250;

class DirectorySource : public QuerySource {
 public:
  DirectorySource(std::unique_ptr<platform::FileSystem> fs,
                  std::unique_ptr<telemetry::MetricsRegistry> metrics,
                  std::unique_ptr<storage::Store> store, TenantId tenant)
      : fs_(std::move(fs)),
        metrics_(std::move(metrics)),
        store_(std::move(store)),
        engine_(*store_, platform::system_clock(), *metrics_, {}),
        tenant_(std::move(tenant)) {}

  Result<Answer> range(const Question& question) override {
    logql::RangeQuery query;
    query.tenant = tenant_;
    query.text = question.query;
    query.start = question.start;
    query.end = question.end;
    query.limit = question.limit;
    query.direction = question.is_forward ? storage::Order::kForward : storage::Order::kBackward;
    query.step =
        std::max(kSecond, (question.end - question.start) / kPointsWithoutStep / kSecond * kSecond);
    if (!question.step.empty()) {
      const auto step = parse_prometheus_duration(question.step);
      if (!step || *step <= 0) {
        return fail(ErrorCode::kInvalidArgument,
                    "--step: \"" + question.step + "\" is not a duration");
      }
      query.step = *step;
    }
    LOGPOND_TRY(const logql::QueryResult result, engine_.range(query));
    return answer_of(result);
  }

  Result<Answer> instant(const std::string& text, TimestampNs time, std::size_t) override {
    logql::InstantQuery query;
    query.tenant = tenant_;
    query.text = text;
    query.time = time;
    LOGPOND_TRY(const logql::QueryResult result, engine_.instant(query));
    return answer_of(result);
  }

  Result<std::vector<PatternRow>> patterns(const std::string& selector, TimeRange range,
                                           DurationNs step) override {
    storage::PatternRequest request;
    request.tenant = tenant_;
    request.range = range;
    LOGPOND_TRY(request.selector, logql::parse_selector(selector, false));
    request.step = step;
    LOGPOND_TRY(const auto patterns, store_->patterns(request));
    std::vector<PatternRow> rows;
    for (const storage::Pattern& pattern : patterns)
      rows.push_back({pattern.text, pattern.records, pattern.first_seen, pattern.counts});
    return rows;
  }

  Result<std::string> explain(const std::string& query) override { return engine_.explain(query); }

 private:
  static LogEntry entry_of(const logql::ResultLine& line) {
    LogEntry entry;
    entry.timestamp = line.timestamp;
    std::vector<Label> stream;
    for (const logql::ResultLabel& label : line.labels) {
      auto& place = label.origin == logql::LabelOrigin::kStream ? stream : entry.fields;
      place.push_back({label.name, label.value});
    }
    entry.stream = std::make_shared<const Labels>(std::move(stream));
    entry.line = line.line;
    return entry;
  }

  static void add_series(const std::vector<logql::Series>& all, Answer& answer) {
    for (const logql::Series& series : all) {
      MetricSeries copy{series.labels, {}};
      for (const logql::Point& point : series.points) {
        copy.samples.push_back({point.time, codec::format_sample(point.value), point.value});
      }
      answer.series.push_back(std::move(copy));
    }
  }

  static Answer answer_of(const logql::QueryResult& result) {
    Answer answer;
    if (const auto* log = std::get_if<logql::LogResult>(&result.value)) {
      for (const logql::ResultLine& line : log->lines) answer.entries.push_back(entry_of(line));
    } else if (const auto* matrix = std::get_if<logql::MatrixResult>(&result.value)) {
      answer.kind = Answer::Kind::kMatrix;
      add_series(matrix->series, answer);
    } else if (const auto* vector = std::get_if<logql::VectorResult>(&result.value)) {
      answer.kind = Answer::Kind::kVector;
      add_series(vector->series, answer);
    } else {
      answer.kind = Answer::Kind::kScalar;
      const logql::Point point = std::get<logql::ScalarResult>(result.value).point;
      answer.series.push_back({{}, {{point.time, codec::format_sample(point.value), point.value}}});
    }
    answer.warnings = result.warnings;
    answer.stats = {result.stats.scan.rows_scanned, result.stats.scan.bytes_scanned,
                    result.stats.entries_returned, result.stats.seconds};
    return answer;
  }

  std::unique_ptr<platform::FileSystem> fs_;
  std::unique_ptr<telemetry::MetricsRegistry> metrics_;
  std::unique_ptr<storage::Store> store_;
  logql::Engine engine_;
  TenantId tenant_;
};

}  // namespace

Result<std::unique_ptr<QuerySource>> open_directory_source(const std::filesystem::path& directory,
                                                           const std::string& tenant) {
  auto fs = platform::make_posix_file_system();
  if (!fs->exists(directory)) {
    return fail(ErrorCode::kNotFound, "there is no data directory \"" + directory.string() + "\"");
  }
  auto metrics = std::make_unique<telemetry::MetricsRegistry>();
  storage::EmbeddedStoreOptions options;
  options.directory = directory;
  options.read_only = true;
  options.maintain = false;
  options.scan_helpers = std::max(std::thread::hardware_concurrency(), 1U) - 1;
  LOGPOND_TRY(auto store,
              storage::open_embedded_store(*fs, platform::system_clock(), *metrics, options, {}));
  TenantId owner;
  if (!tenant.empty()) owner.value = tenant;
  return std::unique_ptr<QuerySource>(std::make_unique<DirectorySource>(
      std::move(fs), std::move(metrics), std::move(store), std::move(owner)));
}

}  // namespace logpond::cli
