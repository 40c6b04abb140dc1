#include "logql/engine.h"

#include <limits>

#include "logql/log_executor.h"
#include "logql/metric_executor.h"
#include "logql/parser.h"
#include "logql/plan.h"
#include "logql/quantity.h"
#include "logql/tail.h"

namespace logpond::logql {
namespace {

tl::unexpected<Error> refuse(std::string message) {
  return fail(ErrorCode::kInvalidArgument, std::move(message));
}

Result<Plan> plan_text(std::string_view text, PlanOptions options = {}) {
  LOGPOND_TRY(const auto expr, parse(text));
  return plan(expr, options);
}

/// Rounds down to a multiple of `step`, counted from the epoch.
TimestampNs floor_to(TimestampNs t, DurationNs step) {
  const TimestampNs rest = t % step;
  return t - (rest < 0 ? rest + step : rest);
}

std::uint64_t length_of(TimestampNs start, TimestampNs end) {
  return static_cast<std::uint64_t>(end) - static_cast<std::uint64_t>(start);
}

/// Room left at both ends of time, so that aligning and shifting cannot overflow.
constexpr TimestampNs kTimeMax = std::numeric_limits<TimestampNs>::max() / 2;

}  // namespace

class Engine::Impl {
 public:
  Impl(storage::Store& store, const platform::Clock& clock, telemetry::MetricsRegistry& metrics,
       EngineLimits limits)
      : store_(store),
        clock_(clock),
        limits_(limits),
        log_seconds_(seconds_metric(metrics, "log")),
        metric_seconds_(seconds_metric(metrics, "metric")),
        failures_(metrics.counter("logpond_query_failures_total",
                                  "Queries that were answered with an error")),
        scanned_bytes_(metrics.counter("logpond_query_scanned_bytes_total",
                                       "Message bytes that queries looked at")) {}

  Result<QueryResult> range(const RangeQuery& query) {
    return measured([&] { return run_range(query); });
  }
  Result<QueryResult> instant(const InstantQuery& query) {
    return measured([&] { return run_instant(query); });
  }
  const EngineLimits& limits() const { return limits_; }

 private:
  static telemetry::Histogram& seconds_metric(telemetry::MetricsRegistry& metrics,
                                              const char* kind) {
    return metrics.histogram("logpond_query_seconds", "Time to answer a LogQL query",
                             telemetry::MetricsRegistry::seconds_bounds(), {{"kind", kind}});
  }

  template <typename F>
  Result<QueryResult> measured(F&& run) {
    const DurationNs begin = clock_.monotonic();
    Result<QueryResult> result = run();
    if (!result) {
      failures_.add();
      return result;
    }
    QueryStats& stats = result->stats;
    stats.seconds = static_cast<double>(clock_.monotonic() - begin) / static_cast<double>(kSecond);
    const bool is_log = std::holds_alternative<LogResult>(result->value);
    (is_log ? log_seconds_ : metric_seconds_).observe(stats.seconds);
    scanned_bytes_.add(static_cast<double>(stats.scan.bytes_scanned));
    return result;
  }

  Status check_range(const RangeQuery& query) const {
    if (query.end < query.start) {
      return refuse("end timestamp must not be before or equal to start time");
    }
    const std::uint64_t length = length_of(query.start, query.end);
    if (limits_.range_max > 0 && length > static_cast<std::uint64_t>(limits_.range_max)) {
      const auto shown = std::min<std::uint64_t>(length, std::numeric_limits<DurationNs>::max());
      return refuse("the query time range exceeds the limit (query length: " +
                    go_duration_text(static_cast<DurationNs>(shown)) +
                    ", limit: " + format_duration(limits_.range_max) + ")");
    }
    return {};
  }

  Result<QueryResult> run_range(const RangeQuery& query) {
    LOGPOND_TRY(const auto planned, plan_text(query.text));
    LOGPOND_CHECK_OK(check_range(query));
    if (const auto* log = std::get_if<LogPlan>(&planned)) return run_log(*log, query);
    return run_matrix(*std::get<MetricPlanPtr>(planned), query);
  }

  Result<QueryResult> run_log(const LogPlan& plan, const RangeQuery& query) {
    if (query.limit == 0) return refuse("limit must be a positive value");
    if (query.limit > limits_.entries_max) {
      return refuse("max entries limit per query exceeded, limit > max_entries_limit_per_query (" +
                    std::to_string(query.limit) + " > " + std::to_string(limits_.entries_max) +
                    ")");
    }
    QueryResult result;
    LOGPOND_TRY(auto lines, run_log_query(store_, plan, query, result.stats.scan));
    result.stats.entries_returned = lines.lines.size();
    result.value = std::move(lines);
    return result;
  }

  Result<StepGrid> grid_of(const RangeQuery& query) const {
    if (query.step <= 0) {
      return refuse(
          "zero or negative query resolution step widths are not accepted. Try a positive integer");
    }
    if (query.start < -kTimeMax || query.end > kTimeMax || query.step > kTimeMax) {
      return refuse("the query time range is out of bounds");
    }
    if (length_of(query.start, query.end) / static_cast<std::uint64_t>(query.step) >
        limits_.points_max) {
      return refuse(
          "exceeded maximum resolution of 11,000 points per time series. Try increasing the value "
          "of the step parameter");
    }
    StepGrid grid{.start = query.start, .step = query.step};
    TimestampNs end = query.end;
    if (query.align) {
      grid.start = floor_to(query.start, query.step);
      const TimestampNs floor = floor_to(end, query.step);
      end = floor == end ? end : floor + query.step;
    }
    grid.count = static_cast<std::size_t>(length_of(grid.start, end)) /
                     static_cast<std::size_t>(query.step) +
                 1;
    return grid;
  }

  Result<QueryResult> run_matrix(const MetricPlan& plan, const RangeQuery& query) {
    LOGPOND_TRY(const StepGrid steps, grid_of(query));
    QueryResult result;
    LOGPOND_TRY(auto series, evaluate(plan, query.tenant, steps, query.cancel, result.stats));
    sort_series(series);
    result.value = MatrixResult{std::move(series)};
    return result;
  }

  Result<QueryResult> run_instant(const InstantQuery& query) {
    LOGPOND_TRY(const auto planned, plan_text(query.text));
    if (std::holds_alternative<LogPlan>(planned)) {
      return refuse(
          "log queries are not supported as an instant query type, please change your query to a "
          "range query type");
    }
    if (query.time < -kTimeMax || query.time > kTimeMax) {
      return refuse("the query time is out of bounds");
    }
    const MetricPlan& plan = *std::get<MetricPlanPtr>(planned);
    const StepGrid steps{.start = query.time, .step = kSecond, .count = 1};
    QueryResult result;
    LOGPOND_TRY(auto series, evaluate(plan, query.tenant, steps, query.cancel, result.stats));
    if (std::holds_alternative<ScalarPlan>(plan.node)) {
      result.value = ScalarResult{series.front().points.front()};
      return result;
    }
    if (!decides_order(plan)) sort_series(series);
    result.value = VectorResult{std::move(series)};
    return result;
  }

  Result<std::vector<Series>> evaluate(const MetricPlan& plan, const TenantId& tenant,
                                       StepGrid steps, const platform::CancelToken& cancel,
                                       QueryStats& stats) {
    std::size_t cells_left = limits_.cells_max;
    const MetricContext context{.store = store_,
                                .tenant = tenant,
                                .steps = steps,
                                .cancel = cancel,
                                .stats = stats.scan,
                                .cells_left = cells_left};
    LOGPOND_TRY(auto series, run_metric_query(plan, context, limits_.series_max));
    stats.entries_returned = series.size();
    return series;
  }

  storage::Store& store_;
  const platform::Clock& clock_;
  EngineLimits limits_;
  telemetry::Histogram& log_seconds_;
  telemetry::Histogram& metric_seconds_;
  telemetry::Counter& failures_;
  telemetry::Counter& scanned_bytes_;
};

Engine::Engine(storage::Store& store, const platform::Clock& clock,
               telemetry::MetricsRegistry& metrics, EngineLimits limits)
    : impl_(std::make_unique<Impl>(store, clock, metrics, limits)) {}
Engine::~Engine() = default;

Result<QueryResult> Engine::range(const RangeQuery& query) {
  return impl_->range(query);
}
Result<QueryResult> Engine::instant(const InstantQuery& query) {
  return impl_->instant(query);
}
const EngineLimits& Engine::limits() const {
  return impl_->limits();
}

Result<std::unique_ptr<LineFilterPipeline>> Engine::compile_tail(std::string_view text) {
  LOGPOND_TRY(auto planned, plan_text(text, {.push_down = false}));
  auto* log = std::get_if<LogPlan>(&planned);
  if (log == nullptr) return refuse("only log queries can be tailed, not metric queries");
  return make_tail(std::move(*log));
}

Result<std::string> Engine::explain(std::string_view text) {
  LOGPOND_TRY(const auto planned, plan_text(text));
  return logql::explain(planned);
}

}  // namespace logpond::logql
