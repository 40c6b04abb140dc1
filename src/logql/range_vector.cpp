#include "logql/range_vector.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "logql/range_collector.h"

namespace logpond::logql {
namespace {

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

double value_of(const RangePlan& plan, CountState& state, double seconds) {
  const bool per_second = plan.op == ast::RangeOp::kRate || plan.op == ast::RangeOp::kBytesRate;
  return per_second ? state.sum / seconds : state.sum;
}

double value_of(const RangePlan& plan, std::vector<double>& values, double) {
  return quantile_of(plan.parameter, values);
}

double value_of(const RangePlan& plan, SpreadState& state, double) {
  const double variance = state.squares / static_cast<double>(state.count);
  return plan.op == ast::RangeOp::kStddev ? std::sqrt(variance) : variance;
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

/// Finds one line again, to say what is wrong with it: only now with all its labels.
template <typename State>
class FailureFinder final : public storage::ScanSink {
 public:
  FailureFinder(Collector<State>& collector, RecordId id) : collector_(collector), id_(id) {}
  bool accept(const storage::RecordBlock& block) override {
    const auto at = std::find(block.ids.begin(), block.ids.end(), id_.value);
    if (at == block.ids.end()) return true;
    const auto row = static_cast<std::size_t>(at - block.ids.begin());
    text_ = pipeline_error_text(collector_.labels_of(row_of(block, row)));
    return false;
  }
  std::string take_text() { return std::move(text_); }

 private:
  Collector<State>& collector_;
  RecordId id_;
  std::string text_ = "pipeline error: the line with the error is no longer stored";
};

template <typename State>
Status report(Collector<State>& collector, const RangePlan& plan, const MetricContext& context) {
  const FailedLine& line = *collector.failed();
  const TimeRange instant{line.timestamp, line.timestamp + 1};
  storage::ScanRequest request = plan_scan(plan.log, context.tenant, instant, context.cancel);
  request.columns = request.columns | storage::Columns::kFields;
  request.field_names.reset();
  FailureFinder<State> finder(collector, line.id);
  LOGPOND_TRY(const auto stats, context.store.scan(request, finder));
  context.stats += stats;
  return fail(ErrorCode::kInvalidArgument, finder.take_text());
}

template <typename State>
Result<VectorNodePtr> collect(const RangePlan& plan, const MetricContext& context) {
  const TimeRange range = WindowGrid(context.steps, plan.range, plan.offset).time_range();
  Collector<State> collector(plan, context);
  if (range.start < range.end) {
    const auto request = plan_scan(plan.log, context.tenant, range, context.cancel);
    LOGPOND_TRY(const auto stats, context.store.scan(request, collector));
    context.stats += stats;
  }
  LOGPOND_CHECK_OK(collector.status());
  if (collector.failed()) LOGPOND_CHECK_OK(report(collector, plan, context));
  LOGPOND_CHECK_OK(collector.finish());
  return std::make_unique<RangeVector<State>>(plan, collector);
}

}  // namespace

Result<VectorNodePtr> make_range_vector(const RangePlan& plan, const MetricContext& context) {
  if (plan.op == ast::RangeOp::kQuantile) return collect<SampleList>(plan, context);
  if (plan.op == ast::RangeOp::kStddev || plan.op == ast::RangeOp::kStdvar) {
    return collect<SpreadState>(plan, context);
  }
  if (plan.unwrap && plan.op != ast::RangeOp::kAbsent) return collect<SampleState>(plan, context);
  LOGPOND_TRY(auto counted, collect<CountState>(plan, context));
  if (plan.op != ast::RangeOp::kAbsent) return counted;
  return std::make_unique<Absent>(std::move(counted), plan.absent_labels);
}

}  // namespace logpond::logql
