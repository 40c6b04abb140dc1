// LogQL: a query's text becomes a plan, the plan runs on a store, rows come out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/record.h"
#include "core/result.h"
#include "core/stream.h"
#include "core/time.h"
#include "logql/label_origin.h"
#include "platform/cancel_token.h"
#include "platform/clock.h"
#include "storage/store.h"
#include "telemetry/metrics.h"

namespace logpond::logql {

/// A range request. Text of every error is Loki's (spec: docs/logql.md); kInvalidArgument unless
/// said.
struct RangeQuery {
  TenantId tenant;
  std::string text;
  TimestampNs start =
      0;  ///< Log queries: [start, end). Metric queries: steps from start to end inclusive.
  TimestampNs end = 0;
  DurationNs step = 0;  ///< Metric queries; > 0.
  DurationNs interval =
      0;  ///< Log queries: keep a line at least so far from the last kept one; 0: all.
  std::size_t limit = 100;  ///< Log queries.
  storage::Order direction = storage::Order::kBackward;
  /// Log queries: only records with a higher id, and LogResult::left_out is counted.
  std::optional<RecordId> after;
  bool align = true;  ///< Metric queries: start down, end up to a multiple of step, as Loki does.
  platform::CancelToken cancel;
};

struct InstantQuery {
  TenantId tenant;
  std::string text;
  TimestampNs time = 0;
  platform::CancelToken cancel;
};

/// One label of a result with where it came from.
struct ResultLabel {
  std::string name;
  std::string value;
  LabelOrigin origin = LabelOrigin::kStream;
};

/// One line of a log answer. Owns its text.
struct ResultLine {
  TimestampNs timestamp = 0;
  RecordId id;
  StreamPtr stream;                 ///< The stored stream.
  std::vector<ResultLabel> labels;  ///< All labels after the pipeline, sorted by name.
  std::string line;
  Severity severity = Severity::kUnset;
};

struct Point {
  TimestampNs time = 0;  ///< Nanoseconds, rounded down to whole milliseconds.
  double value = 0;
};
struct Series {
  Labels labels;
  /// Names of labels that a parser set to an empty value, sorted: `Labels` cannot hold them.
  std::vector<std::string> empty_labels;
  std::vector<Point> points;
};

struct LogResult {
  std::vector<ResultLine> lines;  ///< In the direction's order.
  std::uint64_t left_out = 0;     ///< With `after`: lines that matched beyond the limit.
};
struct MatrixResult {
  std::vector<Series> series;
};  ///< Sorted by labels.
struct VectorResult {
  std::vector<Series> series;
};  ///< One point each; sorted unless sort/topk decides.
struct ScalarResult {
  Point point;
};

struct QueryStats {
  storage::ScanStats scan;
  double seconds = 0;
  std::uint64_t entries_returned = 0;
};

struct QueryResult {
  std::variant<LogResult, MatrixResult, VectorResult, ScalarResult> value;
  QueryStats stats;
  std::vector<std::string> warnings;
};

struct EngineLimits {
  std::size_t series_max = 500;
  std::size_t entries_max = 5000;
  std::size_t points_max = 11'000;
  DurationNs range_max = (30 * 24 + 1) * kHour;  ///< 0: any.
  /// Partial results (series times windows) of one query; beyond it kLimitExceeded. Bounds the
  /// memory of a query whatever the data: at most some 100 bytes each.
  std::size_t cells_max = 2'000'000;
};

/// A log query bound to its pipeline, for records that did not come from a scan (live tails).
///
/// Threads: one at a time.
class LineFilterPipeline {
 public:
  virtual ~LineFilterPipeline() = default;
  /// The selector's streams only; false when this stream's records can never match.
  virtual bool wants_stream(const TenantId& tenant, const Labels& labels) = 0;
  /// Runs record `row` through the pipeline; nothing when it is dropped.
  virtual std::optional<ResultLine> process(const storage::StoredBatch& batch, std::size_t row) = 0;
};

/// Borrows the store, clock and metrics, which must outlive it. Threads: any.
class Engine {
 public:
  Engine(storage::Store& store, const platform::Clock& clock, telemetry::MetricsRegistry& metrics,
         EngineLimits limits);
  ~Engine();

  /// Errors: kInvalidArgument (parse, limits, pipeline errors), kCancelled, kDeadlineExceeded, kIo.
  Result<QueryResult> range(const RangeQuery& query);
  Result<QueryResult> instant(const InstantQuery& query);
  /// Compiles a log query for live records. Errors: kInvalidArgument, also for metric queries.
  Result<std::unique_ptr<LineFilterPipeline>> compile_tail(std::string_view text);
  /// The plan in words, one step a line.
  Result<std::string> explain(std::string_view text);
  const EngineLimits& limits() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Parses a bare selector (`{app="x"}`, `{}` allowed when `allow_empty`), as series and label
/// look-ups take it. Errors: kInvalidArgument; a pipeline or metric query gives `only label
/// matchers are supported`.
Result<storage::Selector> parse_selector(std::string_view text, bool allow_empty);
/// `{a="b", c="d"}` in Prometheus text form, as protobuf pushes carry it. Errors: kInvalidArgument.
Result<Labels> parse_label_text(std::string_view text);

}  // namespace logpond::logql
