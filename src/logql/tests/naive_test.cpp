// The plan's answer is the naive answer: filters pushed down or not, one pass or one pass per step.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <random>

#include "logql/engine.h"
#include "logql/tests/memory_store.h"
#include "logql/tests/result_text.h"

namespace logpond::logql {
namespace {

constexpr TimestampNs kBase = 1'000'000 * kSecond;

/// Some records of few words, so that queries about these words find something.
struct World {
  explicit World(std::uint32_t seed, logql::testing::MemoryStoreOptions options = {})
      : random(seed), store(with_block_size(options, 1 + seed % 7)) {
    RecordBatch batch(TenantId{}, kBase);
    const std::size_t count = 1 + pick(40);
    for (std::size_t i = 0; i < count; ++i) {
      if (pick(2) == 0) batch.add_field(one_of({"level", "level", "user.id", "b"}), word());
      std::vector<Label> labels{{"app", word()}};
      if (pick(2) == 0) labels.push_back({one_of({"env", "level", "level"}), word()});
      const auto stream = batch.intern_stream(Labels(std::move(labels)));
      batch.finish_record({.timestamp = kBase + static_cast<DurationNs>(pick(60)) * kSecond / 2,
                           .stream = stream,
                           .severity = pick(2) == 0 ? Severity::kInfo : Severity::kUnset,
                           .message = message()});
    }
    (void)store.append_and_wait(std::move(batch));
  }

  static logql::testing::MemoryStoreOptions with_block_size(
      logql::testing::MemoryStoreOptions options, std::size_t rows) {
    options.rows_per_block = rows;
    return options;
  }

  std::size_t pick(std::size_t below) { return random() % below; }
  std::string one_of(std::initializer_list<const char*> words) {
    return *(words.begin() + pick(words.size()));
  }
  std::string word() { return one_of({"x", "x", "y", "7", "3s"}); }
  std::string label() {
    return one_of({"app", "env", "level", "level", "user_id", "b", "n", "detected_level"});
  }
  std::string message() {
    switch (pick(4)) {
      case 0:
        return "b=" + word() + " level=" + word() + " n=" + std::to_string(pick(9));
      case 1:
        return R"({"b":")" + word() + R"(","n":)" + std::to_string(pick(9)) + "}";
      case 2:
        return R"({"b":")" + word();
      default:
        return word() + " " + word();
    }
  }
  std::string stage() {
    switch (pick(11)) {
      case 0:
        return " |= \"" + word() + "\"";
      case 1:
        return " != \"" + word() + "\" or \"" + word() + "\"";
      case 2:
        return " |~ \"[" + word() + "]=?\"";
      case 3:
        return " | " + label() + "=\"" + word() + "\"";
      case 4:
        return " | " + label() + "!~\"" + word() + "|\" and " + label() + "!=\"" + word() + "\"";
      case 5:
        return " | n > 3 or " + label() + "=\"\"";
      case 6:
        return " | logfmt";
      case 7:
        return " | json";
      case 8:
        return " | drop " + label() + ", " + label() + "=\"" + word() + "\"";
      case 9:
        // The last one with a value: `keep b != "x"` would take a line filter's place.
        return " | keep n, " + label() + ", app=~\".+\"";
      default:
        return " | label_format " + label() + "=" + label();
    }
  }
  std::string log_query(std::size_t stages) {
    std::string text = one_of({"{app=~\".+\"}", "{app=\"x\"}", "{app!=\"\", env=\"\"}"});
    for (; stages > 0; --stages) text += stage();
    return text;
  }

  /// Labels as groupings name them, those that meet others of their name included.
  std::string any_label() {
    return label() + one_of({"", "", "", "_extracted", "_extracted_extracted"});
  }
  std::string metric_query() {
    std::string log = log_query(pick(4));
    const bool unwraps = pick(3) == 0;
    if (unwraps) log += " | unwrap " + one_of({"n", "b", "user_id", "level"});
    if (unwraps && pick(2) == 0) log += " | " + any_label() + "=\"" + word() + "\"";
    if (pick(3) != 0) log += unwraps ? " | __error__=\"\"" : " | drop __error__, __error_details__";
    const std::string window = "(" + log + " [" + std::to_string(1 + pick(20)) + "s])";
    const std::string by =
        one_of({"by", "by", "without"}) + " (" + any_label() + ", " + any_label() + ")";
    if (!unwraps) {
      const std::string op =
          one_of({"count_over_time", "rate", "bytes_over_time", "absent_over_time"});
      return (pick(4) == 0 ? "" : "sum " + by + " ") + "(" + op + window + ")";
    }
    if (pick(2) == 0) return "sum " + by + " (sum_over_time" + window + ")";
    if (pick(3) == 0) return "quantile_over_time(0.5, " + window.substr(1) + " " + by;
    return one_of({"avg", "first", "last", "stddev"}) + "_over_time" + window + " " + by;
  }

  std::mt19937 random;
  logql::testing::MemoryStore store;
  platform::ManualClock clock{kBase};
  telemetry::MetricsRegistry metrics;
  Engine engine{store, clock, metrics, {}};
};

/// Hands every record to a tail, which pushes nothing down.
class TailSink final : public storage::ScanSink {
 public:
  explicit TailSink(LineFilterPipeline& tail) : tail_(tail) {}
  bool accept(const storage::RecordBlock& block) override {
    for (std::size_t row = 0; row < block.size; ++row) {
      storage::StoredBatch stored{.batch = RecordBatch(TenantId{}, 0),
                                  .first_id = RecordId{block.ids[row]}};
      for (const FieldView& f : block.fields_of(row))
        stored.batch.add_field(f.name, f.value, f.kind);
      const auto stream = stored.batch.intern_stream(block.stream(row)->labels);
      stored.batch.finish_record({.timestamp = block.timestamps[row],
                                  .stream = stream,
                                  .severity = block.severity_of(row),
                                  .message = block.messages[row]});
      stored.streams.push_back(block.stream(row));
      if (auto line = tail_.process(stored, 0)) lines.push_back(*std::move(line));
    }
    return true;
  }
  std::vector<ResultLine> lines;

 private:
  LineFilterPipeline& tail_;
};

/// All lines that a log query finds, the slow way, in order.
Result<std::vector<ResultLine>> naive_lines(World& world, const std::string& text) {
  LOGPOND_TRY(const auto tail, world.engine.compile_tail(text));
  TailSink sink(*tail);
  storage::ScanRequest request;
  if (auto scanned = world.store.scan(request, sink); !scanned) {
    return tl::unexpected<Error>(std::move(scanned).error());
  }
  std::sort(sink.lines.begin(), sink.lines.end(), [](const ResultLine& a, const ResultLine& b) {
    return std::pair(a.timestamp, a.id) < std::pair(b.timestamp, b.id);
  });
  return std::move(sink.lines);
}

std::string text_of(std::vector<ResultLine> lines) {
  return logql::testing::text_of(QueryResult{.value = LogResult{std::move(lines)}});
}

RC_GTEST_PROP(NaiveLog, FindsTheSameLines, (std::uint32_t seed)) {
  World world(seed);
  const std::string text = world.log_query(world.pick(4));
  RC_LOG() << text << "\n";
  auto all = naive_lines(world, text);
  if (!all) RC_FAIL(all.error().message);
  RangeQuery query{.text = text};
  query.start = kBase + static_cast<DurationNs>(world.pick(20)) * kSecond;
  query.end = query.start + static_cast<DurationNs>(world.pick(40)) * kSecond;
  query.limit = 1 + world.pick(20);
  const bool backward = world.pick(2) == 0;
  query.direction = backward ? storage::Order::kBackward : storage::Order::kForward;
  std::erase_if(*all, [&](const ResultLine& line) {
    return line.timestamp < query.start || line.timestamp >= query.end;
  });
  if (backward) std::reverse(all->begin(), all->end());
  if (all->size() > query.limit) all->resize(query.limit);
  RC_ASSERT(logql::testing::text_of(world.engine.range(query)) == text_of(std::move(*all)));
}

/// Every answer to a few queries of one seed, from a store with such options.
std::string answers(std::uint32_t seed, logql::testing::MemoryStoreOptions options) {
  World world(seed, options);
  std::string all;
  for (int i = 0; i < 3; ++i) {
    RangeQuery query{.text = i == 0 ? world.log_query(world.pick(4)) : world.metric_query()};
    query.start = kBase + static_cast<DurationNs>(world.pick(10)) * kSecond;
    query.end = query.start + static_cast<DurationNs>(world.pick(40)) * kSecond;
    query.step = (1 + static_cast<DurationNs>(world.pick(9))) * kSecond / 2;
    query.limit = 1 + world.pick(20);
    query.align = false;
    all += query.text + "\n" + logql::testing::text_of(world.engine.range(query));
    all += logql::testing::text_of(world.engine.instant({.text = query.text, .time = query.end}));
  }
  return all;
}

RC_GTEST_PROP(NaiveStore, DoesNotMatterForWhatItTellsAndLeavesOut, (std::uint32_t seed)) {
  using logql::testing::ClassMode;
  const std::string expected = answers(seed, {.classes = ClassMode::kNone, .drops_fields = false});
  for (const auto mode :
       {ClassMode::kNone, ClassMode::kWithoutFields, ClassMode::kWithFields, ClassMode::kMixed}) {
    RC_ASSERT(answers(seed, {.classes = mode, .drops_fields = true}) == expected);
  }
}

/// Counts lines per series and step by looking at every line for every step.
std::string naive_count(const std::vector<ResultLine>& lines, const RangeQuery& query,
                        DurationNs range, DurationNs offset, const std::vector<std::string>* by) {
  std::map<std::vector<Label>, Series> series;
  for (TimestampNs t = query.start; t <= query.end; t += query.step) {
    std::map<std::vector<Label>, double> counts;
    for (const ResultLine& line : lines) {
      if (line.timestamp <= t - offset - range || line.timestamp > t - offset) continue;
      std::vector<Label> key;
      for (const ResultLabel& label : line.labels) {
        const bool wanted =
            by == nullptr || std::find(by->begin(), by->end(), label.name) != by->end();
        if (wanted && !(by != nullptr && label.value.empty()))
          key.push_back({label.name, label.value});
      }
      ++counts[key];
    }
    for (const auto& [key, count] : counts) {
      Series& s = series[key];
      s.labels = Labels(key);
      for (const Label& label : key) {
        if (label.value.empty() && s.points.empty()) s.empty_labels.push_back(label.name);
      }
      s.points.push_back({t, count});
    }
  }
  MatrixResult result;
  for (auto& [key, s] : series) result.series.push_back(std::move(s));
  std::sort(result.series.begin(), result.series.end(), [](const Series& a, const Series& b) {
    return std::tie(a.labels, a.empty_labels) < std::tie(b.labels, b.empty_labels);
  });
  return logql::testing::text_of(QueryResult{.value = std::move(result)});
}

RC_GTEST_PROP(NaiveMetric, CountsTheSameLines, (std::uint32_t seed)) {
  World world(seed);
  // Errors would make the query fail; what is counted then is tested by example.
  const std::string log = world.log_query(world.pick(4)) + " | drop __error__, __error_details__";
  RangeQuery query;
  query.start = kBase + static_cast<DurationNs>(world.pick(20)) * kSecond;
  query.end = query.start + static_cast<DurationNs>(world.pick(30)) * kSecond;
  query.step = (1 + static_cast<DurationNs>(world.pick(9))) * kSecond / 2;
  query.align = false;
  const DurationNs range = static_cast<DurationNs>(world.pick(30)) * kSecond / 2;
  const DurationNs offset = (static_cast<DurationNs>(world.pick(9)) - 4) * kSecond;
  const std::string window = log + " [" + format_duration(range) + "]" +
                             (offset == 0 ? "" : " offset " + format_duration(offset));
  const std::vector<std::string> by{world.label(), "n"};
  const bool grouped = world.pick(2) == 0;
  query.text = "count_over_time(" + window + ")";
  if (grouped) query.text = "sum by (" + by[0] + ", n) (" + query.text + ")";
  RC_LOG() << query.text << "\n";
  const auto lines = naive_lines(world, log);
  if (!lines) RC_FAIL(lines.error().message);
  RC_ASSERT(logql::testing::text_of(world.engine.range(query)) ==
            naive_count(*lines, query, range, offset, grouped ? &by : nullptr));
}

RC_GTEST_PROP(NaiveMetric, SlidesItsWindowsExactly, (std::uint32_t seed)) {
  World world(seed);
  RangeQuery query;
  query.start = kBase;
  query.end = kBase + 40 * kSecond;
  query.step = (1 + static_cast<DurationNs>(world.pick(9))) * kSecond / 2;
  query.align = false;
  const std::string window = "({app=~\".+\"} | regexp \"(?P<n>[0-9.]+)\" | n!=\"\" | unwrap n [" +
                             std::to_string(1 + world.pick(20)) + "s])";
  for (int i = 0; i < 2; ++i) {
    const std::string op = world.one_of({"sum", "avg", "min", "max", "first", "last", "stddev"});
    const std::string text = op + "_over_time" + window + " by (app)";
    query.text = op == "sum" ? "sum by (app) (sum_over_time" + window + ")" : text;
    const auto answer = world.engine.range(query);
    if (!answer) RC_FAIL(answer.error().message);
    const auto& all = std::get<MatrixResult>(answer->value).series;
    // The same, each step asked on its own: every window has one cell only.
    std::map<Labels, std::vector<Point>> single;
    for (TimestampNs t = query.start; t <= query.end; t += query.step) {
      const auto one = world.engine.instant({.text = query.text, .time = t});
      if (!one) RC_FAIL(one.error().message);
      for (const Series& s : std::get<VectorResult>(one->value).series) {
        single[s.labels].push_back(s.points.front());
      }
    }
    RC_ASSERT(all.size() == single.size());
    for (const Series& s : all) {
      const auto& expected = single[s.labels];
      RC_ASSERT(s.points.size() == expected.size());
      for (std::size_t k = 0; k < expected.size(); ++k) {
        RC_ASSERT(s.points[k].time == expected[k].time);
        RC_ASSERT(std::abs(s.points[k].value - expected[k].value) < 1e-9);
      }
    }
  }
}

}  // namespace
}  // namespace logpond::logql
