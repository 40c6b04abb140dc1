#include "logql/range_vector.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "logql/pipeline.h"
#include "logql/quantity.h"
#include "logql/sample_list.h"
#include "logql/series_index.h"
#include "logql/window_series.h"

namespace logpond::logql {
namespace {

constexpr std::size_t kRowsPerCheck = 4096;
constexpr std::string_view kSampleError = "SampleExtractionErr";

bool counts_bytes(ast::RangeOp op) {
  return op == ast::RangeOp::kBytes || op == ast::RangeOp::kBytesRate;
}

/// Loki's words about a line whose labels are not what the query needs.
std::string pipeline_error_text(const LineLabels& labels) {
  std::vector<Label> all;
  for (const LineLabel& l : labels.all()) {
    all.push_back({std::string(l.name), std::string(l.value)});
  }
  all.push_back({std::string(kErrorLabel), std::string(labels.error())});
  all.push_back({std::string(kErrorDetailsLabel), std::string(labels.error_details())});
  const std::string kind(labels.error());
  return "pipeline error: '" + kind + "' for series: '" + Labels(std::move(all)).to_text() +
         "'.\nUse a label filter to intentionally skip this error. (e.g | __error__!=\"" + kind +
         "\").\nTo skip all potential errors you can match empty errors.(e.g __error__=\"\")\n"
         "The label filter can also be specified after unwrap. (e.g | unwrap latency | "
         "__error__=\"\" )";
}

/// The number of an unwrapped label.
Result<double> convert(ast::UnwrapConversion conversion, std::string_view value) {
  switch (conversion) {
    case ast::UnwrapConversion::kNone:
      return parse_float(value);
    case ast::UnwrapConversion::kBytes: {
      LOGPOND_TRY(const auto bytes, parse_bytes(value));
      return static_cast<double>(bytes);
    }
    default: {
      LOGPOND_TRY(const auto span, parse_duration(value));
      // Whole seconds and the rest apart, as Go does: one rounding less.
      return static_cast<double>(span / kSecond) +
             static_cast<double>(span % kSecond) / static_cast<double>(kSecond);
    }
  }
}

/// What a stream's lines have in common.
struct StreamEntry {
  StreamPtr stream;  ///< Held, so that no other stream takes its address.
  /// Every label of the grouping is the stream's, so fields and stages that leave labels alone
  /// cannot change the series.
  bool decides_series = false;
  std::optional<std::uint32_t> series;
};

/// How a series keeps its values, and what it gives for a window: merged states, or the values
/// themselves.
template <typename State>
struct Keeping {
  using Series = WindowSeries<State>;
  using Window = State;
};
template <>
struct Keeping<SampleList> {
  using Series = SampleList;
  using Window = std::vector<double>;
};

/// `State` is CountState, SampleState or SampleList.
template <typename State>
class Collector final : public storage::ScanSink {
 public:
  Collector(const RangePlan& plan, const MetricContext& context, std::vector<Stage*> field_stages)
      : plan_(plan),
        context_(context),
        grid_(context.steps, plan.range, plan.offset),
        needs_no_pipeline_(plan.log.stages.empty() && field_stages.empty() && !plan.unwrap),
        pipeline_(plan.log, std::move(field_stages)),
        index_(plan.grouping, plan.unwrap ? plan.unwrap->label : std::string()) {}

  bool accept(const storage::RecordBlock& block) override {
    for (std::size_t row = 0; row < block.size; ++row) {
      if (row % kRowsPerCheck == 0) {
        status_ = context_.cancel.check();
        if (!status_) return false;
      }
      add(block, row);
      if (!status_) return false;
    }
    return true;
  }

  Status finish() {
    if (!status_) return status_;
    if (failure_) return fail(ErrorCode::kInvalidArgument, failure_->text);
    for (auto& series : series_) series.finish();
    return {};
  }

  std::vector<typename Keeping<State>::Series>& series() { return series_; }
  std::vector<LabelList>& labels() { return index_.all(); }

 private:
  struct Failure {
    TimestampNs timestamp = 0;
    std::uint64_t id = 0;
    std::string text;
  };

  void add(const storage::RecordBlock& block, std::size_t row) {
    const TimestampNs timestamp = block.timestamps[row];
    const auto run = grid_.run_of(timestamp);
    if (!run) return;
    // The newest failure is reported, so that the answer does not hang on the order of the scan.
    const std::uint64_t id = block.ids[row];
    if (failure_ && std::pair(timestamp, id) < std::pair(failure_->timestamp, failure_->id)) return;
    StreamEntry& entry = entry_of(block, row);
    if (needs_no_pipeline_ && entry.decides_series) {
      const double size = counts_bytes(plan_.op) ? size_of(block, row, {}) : 1;
      put(*run, timestamp, size, *entry.series);
      return;
    }
    if (!pipeline_.run(row_of(block, row))) return;
    LineContext& line = pipeline_.context();
    double value = counts_bytes(plan_.op) ? size_of(block, row, line.line) : 1;
    if (plan_.unwrap && !unwrap(line, value)) return;
    if (line.labels.has_error() && !line.labels.is_error_preserved()) {
      failure_ = Failure{timestamp, id, pipeline_error_text(line.labels)};
      return;
    }
    put(*run, timestamp, value, series_of(entry, line.labels));
  }

  static double size_of(const storage::RecordBlock& block, std::size_t row, std::string_view line) {
    // Without the messages no stage has changed the line.
    return block.messages.empty() && !block.message_sizes.empty()
               ? static_cast<double>(block.message_sizes[row])
               : static_cast<double>(line.size());
  }

  /// False when the line has no value or a filter behind the conversion drops it.
  bool unwrap(LineContext& line, double& value) {
    const LineLabel* label = line.labels.find(plan_.unwrap->label);
    if (label == nullptr || label->value.empty()) return false;
    const auto number = convert(plan_.unwrap->conversion, label->value);
    value = number ? *number : 0;
    if (!number) {
      line.labels.set_error(kSampleError, line.arena.copy(number.error().message));
    }
    return std::all_of(plan_.unwrap->filters.begin(), plan_.unwrap->filters.end(),
                       [&](const auto& filter) { return filter->process(line); });
  }

  StreamEntry& entry_of(const storage::RecordBlock& block, std::size_t row) {
    const StreamPtr& stream = block.stream(row);
    if (last_ != nullptr && last_->stream == stream) return *last_;
    StreamEntry& entry = streams_[stream.get()];
    if (entry.stream == nullptr) {
      entry.stream = stream;
      const auto& names = plan_.grouping.labels;
      entry.decides_series =
          !plan_.grouping.without && !plan_.log.stages_change_labels && !plan_.unwrap &&
          std::all_of(names.begin(), names.end(),
                      [&](const std::string& name) { return stream->labels.has(name); });
      if (entry.decides_series) entry.series = index_.of(stream->labels);
    }
    last_ = &entry;
    return entry;
  }

  std::uint32_t series_of(StreamEntry& entry, const LineLabels& labels) {
    if (labels.has_error() || plan_.unwrap) return index_.of(labels);
    if (!entry.decides_series && (labels.changed() || !plan_.log.needs_labels)) {
      return index_.of(labels);
    }
    if (!entry.series) entry.series = index_.of(labels);
    return *entry.series;
  }

  void put(WindowGrid::Run run, TimestampNs timestamp, double value, std::uint32_t number) {
    if (number >= series_.size()) series_.resize(number + 1);
    const std::ptrdiff_t more = series_[number].add(run, timestamp, value);
    if (more > 0 && static_cast<std::size_t>(more) > context_.cells_left) {
      status_ = fail(ErrorCode::kLimitExceeded,
                     "the query needs too many partial results (series times windows); use fewer "
                     "series, a shorter range or a longer step");
      return;
    }
    context_.cells_left =
        static_cast<std::size_t>(static_cast<std::ptrdiff_t>(context_.cells_left) - more);
  }

  const RangePlan& plan_;
  const MetricContext& context_;
  WindowGrid grid_;
  bool needs_no_pipeline_;
  Pipeline pipeline_;
  SeriesIndex index_;
  std::vector<typename Keeping<State>::Series> series_;
  std::unordered_map<const Stream*, StreamEntry> streams_;
  StreamEntry* last_ = nullptr;
  std::optional<Failure> failure_;
  Status status_;
};

double value_of(const RangePlan& plan, CountState& state, double seconds) {
  const bool per_second = plan.op == ast::RangeOp::kRate || plan.op == ast::RangeOp::kBytesRate;
  return per_second ? state.sum / seconds : state.sum;
}

double value_of(const RangePlan& plan, std::vector<double>& values, double) {
  return quantile_of(plan.parameter, values);
}

double value_of(const RangePlan& plan, SampleState& state, double seconds) {
  const auto count = static_cast<double>(state.count);
  switch (plan.op) {
    case ast::RangeOp::kRate:
      return state.sum / seconds;
    case ast::RangeOp::kAvg:
      return state.sum / count;
    case ast::RangeOp::kMin:
      return state.min;
    case ast::RangeOp::kMax:
      return state.max;
    case ast::RangeOp::kStdvar:
      return state.squares / count;
    case ast::RangeOp::kStddev:
      return std::sqrt(state.squares / count);
    case ast::RangeOp::kFirst:
      return state.first;
    case ast::RangeOp::kLast:
      return state.last;
    default:
      return state.sum;
  }
}

template <typename State>
class RangeVector final : public VectorNode {
 public:
  RangeVector(const RangePlan& plan, Collector<State>& collector)
      : plan_(plan),
        seconds_(static_cast<double>(plan.range) / static_cast<double>(kSecond)),
        series_(std::move(collector.series())),
        labels_(std::move(collector.labels())),
        order_(series_.size()) {
    // Series come sorted, so that ties further up are broken the same way every time.
    std::iota(order_.begin(), order_.end(), 0U);
    std::sort(order_.begin(), order_.end(),
              [this](std::uint32_t a, std::uint32_t b) { return labels_[a] < labels_[b]; });
  }

  Status step(std::size_t i, std::vector<VectorSample>& out) override {
    out.clear();
    for (const std::uint32_t number : order_) {
      if (series_[number].at(i, window_)) {
        out.push_back({number, value_of(plan_, window_, seconds_)});
      }
    }
    return {};
  }
  const LabelList& labels(std::uint32_t series) const override { return labels_[series]; }

 private:
  const RangePlan& plan_;
  double seconds_;
  typename Keeping<State>::Window window_;
  std::vector<typename Keeping<State>::Series> series_;
  std::vector<LabelList> labels_;
  std::vector<std::uint32_t> order_;
};

/// One series of 1 where nothing else is.
class Absent final : public VectorNode {
 public:
  Absent(VectorNodePtr present, const Labels& labels)
      : present_(std::move(present)), labels_(labels.all()) {}
  Status step(std::size_t i, std::vector<VectorSample>& out) override {
    LOGPOND_CHECK_OK(present_->step(i, out));
    const bool is_absent = out.empty();
    out.clear();
    if (is_absent) out.push_back({0, 1});
    return {};
  }
  const LabelList& labels(std::uint32_t) const override { return labels_; }

 private:
  VectorNodePtr present_;
  LabelList labels_;
};

template <typename State>
Result<VectorNodePtr> collect(const RangePlan& plan, const MetricContext& context) {
  const TimeRange range = WindowGrid(context.steps, plan.range, plan.offset).time_range();
  LOGPOND_TRY(auto scan, plan_scan(context.store, plan.log, context.tenant, range, context.cancel));
  Collector<State> collector(plan, context, std::move(scan.field_stages));
  if (range.start < range.end) {
    LOGPOND_TRY(const auto stats, context.store.scan(scan.request, collector));
    context.stats += stats;
  }
  LOGPOND_CHECK_OK(collector.finish());
  return std::make_unique<RangeVector<State>>(plan, collector);
}

}  // namespace

Result<VectorNodePtr> make_range_vector(const RangePlan& plan, const MetricContext& context) {
  if (plan.op == ast::RangeOp::kQuantile) return collect<SampleList>(plan, context);
  if (plan.unwrap && plan.op != ast::RangeOp::kAbsent) return collect<SampleState>(plan, context);
  LOGPOND_TRY(auto counted, collect<CountState>(plan, context));
  if (plan.op != ast::RangeOp::kAbsent) return counted;
  return std::make_unique<Absent>(std::move(counted), plan.absent_labels);
}

}  // namespace logpond::logql
