// Any text as a query about a small store: no crash, and the answer does not hang on how the work
// is cut up: forward is backward reversed, and pushed-down filters find what a tail would find.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/check.h"
#include "logql/engine.h"
#include "logql/tests/dataset.h"
#include "logql/tests/memory_store.h"
#include "logql/tests/result_text.h"

namespace {

using namespace logpond;
using namespace logpond::logql;

struct World {
  World() { logql::testing::load_dataset(store); }
  logql::testing::MemoryStore store{{.rows_per_block = 3}};
  platform::ManualClock clock{logql::testing::kDatasetTime};
  telemetry::MetricsRegistry metrics;
  Engine engine{store, clock, metrics, {}};
};

/// Hands every record to a tail.
class TailSink final : public storage::ScanSink {
 public:
  explicit TailSink(LineFilterPipeline& tail) : tail_(tail) {}
  bool accept(const storage::RecordBlock& block) override {
    for (std::size_t row = 0; row < block.size; ++row) {
      storage::StoredBatch stored{.batch = RecordBatch(TenantId{}, 0),
                                  .first_id = RecordId{block.ids[row]}};
      for (const FieldView& f : block.fields_of(row)) stored.batch.add_field(f.name, f.value);
      const auto stream = stored.batch.intern_stream(block.stream(row)->labels);
      stored.batch.finish_record(
          {.timestamp = block.timestamps[row], .stream = stream, .message = block.messages[row]});
      stored.streams.push_back(block.stream(row));
      if (auto line = tail_.process(stored, 0)) lines.push_back(*std::move(line));
    }
    return true;
  }
  std::vector<ResultLine> lines;

 private:
  LineFilterPipeline& tail_;
};

std::string text_of(std::vector<ResultLine> lines) {
  return logql::testing::text_of(QueryResult{.value = LogResult{std::move(lines)}});
}

void check_log_query(World& world, const RangeQuery& query, const LogResult& forward) {
  RangeQuery reversed = query;
  reversed.direction = storage::Order::kBackward;
  auto backward = world.engine.range(reversed);
  LOGPOND_CHECK(backward.has_value());
  auto& lines = std::get<LogResult>(backward->value).lines;
  std::reverse(lines.begin(), lines.end());
  LOGPOND_CHECK(text_of(lines) == text_of(forward.lines));

  const auto tail = world.engine.compile_tail(query.text);
  LOGPOND_CHECK(tail.has_value());
  TailSink sink(**tail);
  LOGPOND_CHECK(world.store.scan(storage::ScanRequest{}, sink).has_value());
  std::sort(sink.lines.begin(), sink.lines.end(), [](const ResultLine& a, const ResultLine& b) {
    return std::pair(a.timestamp, a.id) < std::pair(b.timestamp, b.id);
  });
  LOGPOND_CHECK(text_of(std::move(sink.lines)) == text_of(forward.lines));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  RangeQuery query{.text = std::string(reinterpret_cast<const char*>(data), size)};
  query.start = logql::testing::kDatasetTime;
  query.end = query.start + 120 * kSecond;
  query.step = 7 * kSecond;
  query.direction = storage::Order::kForward;
  const auto range = world.engine.range(query);
  if (range) {
    if (const auto* log = std::get_if<LogResult>(&range->value))
      check_log_query(world, query, *log);
  } else {
    LOGPOND_CHECK(!range.error().message.empty());
    LOGPOND_CHECK(range.error().code != ErrorCode::kInternal);
  }
  (void)world.engine.instant({.text = query.text, .time = query.start + 60 * kSecond});
  return 0;
}
