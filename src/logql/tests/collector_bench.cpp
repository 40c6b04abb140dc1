// What a row costs behind the scan: how fast the executors count and pick rows that a store hands
// out, in CPU nanoseconds a row, on one core.
//   collector_bench [ROWS [TELLING]]   rows a query, 4000000 unless given; TELLING 0, 1 or 2: only
//                                      what this store tells
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "logql/engine.h"

namespace {

using namespace logpond;

constexpr TimestampNs kBegin = 1'800'000'000 * kSecond;
constexpr DurationNs kSpan = kHour;
constexpr std::size_t kBlockRows = std::size_t{64} * 1024;

/// How much the store tells about what rows have in common.
enum class Telling { kNothing, kClasses, kClassesWithFields };

/// Rows of ten services with five levels and eight statuses. Two blocks of them, made before any
/// clock runs, are handed out again and again: they stay in the cache, as those do that a store has
/// just decoded, and a scan costs next to nothing.
class ReadyStore final : public storage::Store {
 public:
  ReadyStore(Telling telling, std::size_t rows) : telling_(telling), rows_(rows) {
    for (int service = 0; service < 10; ++service) {
      const std::string name = "service-" + std::to_string(service);
      streams_.push_back(std::make_shared<const Stream>(
          Stream{TenantId{}, Labels{{"app", name}, {"env", "prod"}, {"region", "north"}}}));
    }
    make_classes();
    for (int i = 0; i < 2; ++i) add_block();
  }

  Result<storage::ScanStats> scan(const storage::ScanRequest& request,
                                  storage::ScanSink& sink) override {
    storage::ScanStats stats;
    for (std::size_t i = 0; i < rows_ / kBlockRows; ++i) {
      const storage::RecordBlock block = block_of(blocks_[i % blocks_.size()], request);
      stats.rows_matched += block.size;
      if (!sink.accept(block)) break;
    }
    return stats;
  }
  void append(RecordBatch, storage::AppendCallback done) override {
    done(fail(ErrorCode::kUnavailable, "takes nothing"));
  }
  Result<std::vector<StreamPtr>> series(const TenantId&, TimeRange,
                                        const storage::Selector&) override {
    return streams_;
  }
  Result<std::vector<storage::StreamVolume>> volume(const TenantId&, TimeRange,
                                                    const storage::Selector&,
                                                    const platform::CancelToken&) override {
    return std::vector<storage::StreamVolume>();
  }
  Status flush() override { return {}; }
  Status merge() override { return {}; }
  storage::StoreStats stats() const override { return {}; }

  std::size_t rows() const { return rows_; }

 private:
  struct Columns {
    std::vector<TimestampNs> timestamps;
    std::vector<std::uint64_t> ids;
    std::vector<std::uint32_t> streams;
    std::vector<std::uint32_t> classes;
    std::vector<Severity> severities;
    std::vector<std::string_view> words;
    std::vector<std::string_view> messages;
    std::vector<std::uint32_t> sizes;
    std::vector<std::uint32_t> field_begins;
    std::vector<FieldView> fields;
  };

  void make_classes() {
    static constexpr std::array<std::string_view, 5> kLevels = {"info", "debug", "warn", "error",
                                                                "fatal"};
    static constexpr std::array<Severity, 5> kSeverities = {
        Severity::kInfo, Severity::kDebug, Severity::kWarn, Severity::kError, Severity::kFatal};
    static constexpr std::array<std::string_view, 8> kStatuses = {"200", "201", "204", "301",
                                                                  "400", "404", "500", "503"};
    for (std::uint32_t stream = 0; stream < streams_.size(); ++stream) {
      for (std::size_t level = 0; level < kLevels.size(); ++level) {
        for (const std::string_view status : kStatuses) {
          fields_.push_back({{"level", kLevels[level], FieldKind::kString},
                             {"status", status, FieldKind::kNumber}});
          classes_.push_back({.stream_index = stream, .severity = kSeverities[level]});
        }
      }
    }
    for (std::size_t i = 0; i < classes_.size(); ++i) classes_[i].fields = fields_[i];
  }

  void add_block() {
    Columns columns;
    const DurationNs gap = kSpan / static_cast<DurationNs>(kBlockRows);
    for (std::size_t row = 0; row < kBlockRows; ++row) {
      const auto place = static_cast<DurationNs>(row);
      const auto jitter = static_cast<DurationNs>(random_() % 200'000'000);
      columns.timestamps.push_back(kBegin + place * gap + jitter);
      columns.ids.push_back(static_cast<std::uint64_t>(place) + 1);
      // Most lines are of the first level, as in life.
      const std::size_t level = random_() % 10 < 7 ? 0 : random_() % 5;
      const auto one = static_cast<std::uint32_t>((random_() % 10 * 5 + level) * 8 + random_() % 8);
      columns.classes.push_back(one);
      columns.streams.push_back(classes_[one].stream_index);
      columns.severities.push_back(classes_[one].severity);
      columns.words.emplace_back();
      columns.messages.emplace_back("GET /api/v1/orders took 17ms");
      columns.sizes.push_back(28);
      columns.field_begins.push_back(static_cast<std::uint32_t>(columns.fields.size()));
      columns.fields.insert(columns.fields.end(), fields_[one].begin(), fields_[one].end());
    }
    columns.field_begins.push_back(static_cast<std::uint32_t>(columns.fields.size()));
    blocks_.push_back(std::move(columns));
  }

  storage::RecordBlock block_of(const Columns& columns, const storage::ScanRequest& request) const {
    const auto has = [&](storage::Columns one) { return has_column(request.columns, one); };
    storage::RecordBlock block;
    block.size = kBlockRows;
    block.timestamps = columns.timestamps;
    block.ids = columns.ids;
    block.stream_indexes = columns.streams;
    block.streams = streams_;
    if (has(storage::Columns::kSeverity)) block.severities = columns.severities;
    if (has(storage::Columns::kSeverity)) block.severity_texts = columns.words;
    if (has(storage::Columns::kMessage)) block.messages = columns.messages;
    if (has(storage::Columns::kMessageSize)) block.message_sizes = columns.sizes;
    if (telling_ != Telling::kNothing) {
      block.class_indexes = columns.classes;
      block.classes = classes_;
      block.classes_have_fields = telling_ == Telling::kClassesWithFields;
    }
    if (has(storage::Columns::kFields) && !block.classes_have_fields) {
      block.field_begins = columns.field_begins;
      block.fields = columns.fields;
    }
    return block;
  }

  Telling telling_;
  std::size_t rows_;
  std::mt19937 random_{7};
  std::vector<StreamPtr> streams_;
  std::vector<std::vector<FieldView>> fields_;
  std::vector<storage::RecordClass> classes_;
  std::vector<Columns> blocks_;
};

enum class Kind { kRange, kInstant, kLog };

struct Question {
  const char* name;
  Kind kind;
  const char* text;
};

constexpr std::array kQuestions = {
    Question{"count by level and minute", Kind::kRange,
             R"(sum by (level) (count_over_time({app=~".+"}[1m])))"},
    Question{"count by level and minute, as Grafana asks", Kind::kRange,
             R"(sum by (level, detected_level) (count_over_time({app=~".+"}[1m])))"},
    Question{"count by service and minute", Kind::kRange,
             R"(sum by (app) (count_over_time({app=~".+"}[1m])))"},
    Question{"count by service, one window", Kind::kInstant,
             R"(sum by (app) (count_over_time({app=~".+"}[1h])))"},
    Question{"bytes by service, one window", Kind::kInstant,
             R"(sum by (app) (bytes_over_time({app=~".+"}[1h])))"},
    Question{"count by level, status >= 500", Kind::kRange,
             R"(sum by (level) (count_over_time({app=~".+"} | status >= 500 [1m])))"},
    Question{"rate of every series", Kind::kRange, R"(rate({app=~".+"}[1m]))"},
    Question{"sum of status by level", Kind::kRange,
             R"(sum by (level) (sum_over_time({app=~".+"} | unwrap status [1m])))"},
    Question{"100 newest lines, status >= 500", Kind::kLog, R"({app=~".+"} | status >= 500)"},
    Question{"100 newest lines, status > 999", Kind::kLog, R"({app=~".+"} | status > 999)"},
};

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

void ask(logql::Engine& engine, const Question& question) {
  const auto result = [&] {
    if (question.kind == Kind::kInstant) {
      return engine.instant({.text = question.text, .time = kBegin + kSpan});
    }
    logql::RangeQuery query{.text = question.text};
    query.start = kBegin;
    query.end = kBegin + kSpan;
    query.step = kMinute;
    return engine.range(query);
  }();
  if (result) return;
  std::fprintf(stderr, "%s: %s\n", question.text, result.error().message.c_str());
  std::exit(1);
}

void measure(Telling telling, const char* name, std::size_t rows) {
  ReadyStore store(telling, rows);
  platform::ManualClock clock(kBegin);
  telemetry::MetricsRegistry metrics;
  logql::Engine engine(store, clock, metrics, {});
  std::printf("%s\n", name);
  for (const Question& question : kQuestions) {
    constexpr int kRounds = 3;
    double best = 1e9;
    for (int round = 0; round < kRounds; ++round) {
      const double start = cpu_seconds();
      ask(engine, question);
      best = std::min(best, cpu_seconds() - start);
    }
    std::printf("  %7.2f ns a row  %s\n", best * 1e9 / static_cast<double>(rows), question.name);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t asked = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 4'000'000;
  const std::size_t rows = std::max<std::size_t>(1, asked / kBlockRows) * kBlockRows;
  const std::string telling = argc > 2 ? argv[2] : "012";
  const auto is_asked = [&](char one) { return telling.find(one) != std::string::npos; };
  if (is_asked('0')) measure(Telling::kNothing, "no classes", rows);
  if (is_asked('1')) measure(Telling::kClasses, "classes without fields", rows);
  if (is_asked('2')) measure(Telling::kClassesWithFields, "classes with fields", rows);
  return 0;
}
