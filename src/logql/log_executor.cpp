// A heap holds the best lines so far, the worst on top. Once it is full, its top says how far the
// scan still has to look, and a row that cannot beat it is not even run through the pipeline.
#include "logql/log_executor.h"

#include <algorithm>

#include "logql/pipeline.h"

namespace logpond::logql {
namespace {

constexpr std::size_t kRowsPerCheck = 4096;

/// Which of two lines comes first in the answer.
class Sooner {
 public:
  explicit Sooner(bool backward) : backward_(backward) {}
  bool operator()(TimestampNs a, RecordId a_id, TimestampNs b, RecordId b_id) const {
    if (a != b) return backward_ ? a > b : a < b;
    return backward_ ? a_id > b_id : a_id < b_id;
  }
  bool operator()(const ResultLine& a, const ResultLine& b) const {
    return (*this)(a.timestamp, a.id, b.timestamp, b.id);
  }

 private:
  bool backward_;
};

class BestLines final : public storage::ScanSink {
 public:
  BestLines(const LogPlan& plan, TimeRange range, const RangeQuery& query, std::size_t limit)
      : pipeline_(plan),
        class_tests_(pipeline_),
        range_(range),
        backward_(query.direction == storage::Order::kBackward),
        limit_(limit),
        after_(query.after),
        cancel_(query.cancel) {}

  bool accept(const storage::RecordBlock& block) override {
    class_tests_.begin(block);
    for (std::size_t i = 0; i < block.size; ++i) {
      if (i % kRowsPerCheck == 0) {
        stopped_ = cancel_.check();
        if (!stopped_) return false;
      }
      // The rows most likely to stay come first, so that the rest is refused without a look.
      const std::size_t row = backward_ ? block.size - 1 - i : i;
      consider(block, row);
    }
    return true;
  }

  TimeRange wanted() const override {
    TimeRange range = range_;
    if (!is_full() || after_) return range;  // what is left out is counted too
    const TimestampNs worst = heap_.front().timestamp;
    if (backward_) {
      range.start = worst;
    } else if (worst < range.end) {
      range.end = worst + 1;
    }
    return range;
  }

  bool is_full() const { return heap_.size() >= limit_; }
  const Status& stopped() const { return stopped_; }
  std::uint64_t left_out() const { return left_out_; }
  /// The lines in the answer's order.
  std::vector<ResultLine> take() {
    std::sort(heap_.begin(), heap_.end(), Sooner(backward_));
    return std::move(heap_);
  }

 private:
  void consider(const storage::RecordBlock& block, std::size_t row) {
    const Sooner sooner(backward_);
    const RecordId id{block.ids[row]};
    const TimestampNs timestamp = block.timestamps[row];
    if (after_) {
      if (id <= *after_) return;
    } else if (is_full() && !sooner(timestamp, id, heap_.front().timestamp, heap_.front().id)) {
      return;
    }
    if (!class_tests_.may_pass(block, row)) return;
    const Row fields = row_of(block, row);
    if (!pipeline_.run(fields)) return;
    if (is_full()) {
      ++left_out_;
      if (!sooner(timestamp, id, heap_.front().timestamp, heap_.front().id)) return;
      std::pop_heap(heap_.begin(), heap_.end(), sooner);
      heap_.pop_back();
    }
    heap_.push_back(make_result_line(pipeline_.context(), id, block.stream(row), fields.severity));
    std::push_heap(heap_.begin(), heap_.end(), sooner);
  }

  Pipeline pipeline_;
  ClassTests class_tests_;
  TimeRange range_;
  bool backward_;
  std::size_t limit_;
  std::optional<RecordId> after_;
  const platform::CancelToken& cancel_;
  std::vector<ResultLine> heap_;  // the line that leaves first is on top
  std::uint64_t left_out_ = 0;    // meaningful with after_ only: without it not every row is run
  Status stopped_;
};

Result<LogResult> best_lines(storage::Store& store, const LogPlan& plan, const RangeQuery& query,
                             TimeRange range, std::size_t limit, storage::ScanStats& stats) {
  storage::ScanRequest request = plan_scan(plan, query.tenant, range, query.cancel);
  request.order = query.direction;
  BestLines sink(plan, range, query, limit);
  LOGPOND_TRY(const auto scanned, store.scan(request, sink));
  stats += scanned;
  LOGPOND_CHECK_OK(sink.stopped());
  return LogResult{sink.take(), query.after ? sink.left_out() : 0};
}

/// Lines that `interval` keeps: each at least so far from the one kept before it.
void thin_out(std::vector<ResultLine>& lines, DurationNs interval, std::optional<TimestampNs> last,
              std::vector<ResultLine>& kept, std::size_t limit) {
  for (ResultLine& line : lines) {
    if (kept.size() == limit) return;
    const auto apart = [&] {
      // Unsigned: the difference of two instants may not fit into 63 bits.
      const auto a = static_cast<std::uint64_t>(std::max(line.timestamp, *last));
      const auto b = static_cast<std::uint64_t>(std::min(line.timestamp, *last));
      return a - b;
    };
    if (last && apart() < static_cast<std::uint64_t>(interval)) continue;
    last = line.timestamp;
    kept.push_back(std::move(line));
  }
}

/// Repeats bounded scans, each from where the one before stopped, until the limit or the range's
/// end.
Result<std::vector<ResultLine>> spaced_lines(storage::Store& store, const LogPlan& plan,
                                             const RangeQuery& query, storage::ScanStats& stats) {
  constexpr std::size_t kRoundLines = 1000;
  const bool backward = query.direction == storage::Order::kBackward;
  const std::size_t round = std::max(kRoundLines, query.limit);
  TimeRange range{query.start, query.end};
  std::vector<ResultLine> kept;
  while (kept.size() < query.limit && range.start < range.end) {
    LOGPOND_TRY(auto found, best_lines(store, plan, query, range, round, stats));
    const bool is_last_round = found.lines.size() < round;
    const auto last =
        kept.empty() ? std::optional<TimestampNs>() : std::optional(kept.back().timestamp);
    thin_out(found.lines, query.interval, last, kept, query.limit);
    if (is_last_round || kept.empty()) break;
    // Nothing nearer than the interval to the last kept line is of interest any more.
    TimestampNs next = 0;
    if (backward) {
      if (__builtin_sub_overflow(kept.back().timestamp, query.interval - 1, &next)) break;
      range.end = next;
    } else {
      if (__builtin_add_overflow(kept.back().timestamp, query.interval, &next)) break;
      range.start = next;
    }
  }
  return kept;
}

}  // namespace

Result<LogResult> run_log_query(storage::Store& store, const LogPlan& plan, const RangeQuery& query,
                                storage::ScanStats& stats) {
  if (query.start >= query.end) return LogResult{};
  if (query.interval > 0) {
    LOGPOND_TRY(auto lines, spaced_lines(store, plan, query, stats));
    return LogResult{std::move(lines), 0};
  }
  return best_lines(store, plan, query, {query.start, query.end}, query.limit, stats);
}

}  // namespace logpond::logql
