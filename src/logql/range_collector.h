// Takes the rows of a range aggregation's scan and keeps what its windows need.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "logql/pipeline.h"
#include "logql/range_vector.h"
#include "logql/sample_list.h"
#include "logql/series_index.h"
#include "logql/window_counts.h"
#include "logql/window_series.h"

namespace logpond::logql {

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

inline constexpr std::string_view kSampleError = "SampleExtractionErr";

/// The number of an unwrapped label. Errors: kInvalidArgument.
Result<double> unwrapped_value(ast::UnwrapConversion conversion, std::string_view value);

/// A line whose labels are not what the query needs.
struct FailedLine {
  TimestampNs timestamp = 0;
  RecordId id;
  bool operator<(const FailedLine& other) const {
    return std::pair(timestamp, id) < std::pair(other.timestamp, other.id);
  }
};

/// What becomes of rows that are alike.
struct Decision {
  std::uint32_t outcome = 0xFFFF'FFFF;
  double value = 0;
};

/// Remembers decisions from block to block: each numbers its classes anew, but most of them are
/// the same again.
///
/// Threads: one.
class Decisions {
 public:
  /// The decision on rows with this one's stream, severity and fields; as made, when there is none
  /// yet. The stream must live as long. Valid until the next call.
  Decision& of(const Row& row);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  /// Kept from block to block, so that fields that are always new cannot fill the memory.
  static constexpr std::size_t kDecisionsMax = 16'384;
  std::string key_;  // scratch
  std::unordered_map<std::string, Decision, Hash, std::equal_to<>> known_;
};

/// Works once for all rows that are alike: the rows of a class, or of a stream where that is all
/// the query looks at. What is left to do for a row is to find its windows and to count it.
///
/// `State` is CountState, SampleState, SpreadState or SampleList.
///
/// Threads: one.
template <typename State>
class Collector final : public storage::ScanSink {
 public:
  Collector(const RangePlan& plan, const MetricContext& context)
      : plan_(plan),
        context_(context),
        grid_(context.steps, plan.range, plan.offset),
        asks_fields_(has_column(plan.log.columns, storage::Columns::kFields)),
        asks_level_(has_column(plan.log.columns, storage::Columns::kSeverity)),
        counts_bytes_(plan.op == ast::RangeOp::kBytes || plan.op == ast::RangeOp::kBytesRate),
        keeps_values_(plan.unwrap && !kCounts),
        needs_no_pipeline_(plan.log.stages.empty() && !plan.unwrap),
        pipeline_(plan.log),
        class_tests_(pipeline_),
        index_(plan.grouping, plan.unwrap ? plan.unwrap->label : std::string()),
        counts_(context.steps) {}

  bool accept(const storage::RecordBlock& block) override {
    begin_block(block);
    for (std::size_t begin = 0; begin < block.size; begin += kRowsPerCheck) {
      status_ = context_.cancel.check();
      if (!status_) return false;
      const std::size_t end = std::min(block.size, begin + kRowsPerCheck);
      if (plan_.log.stages_read_line) {
        add_rows(block, begin, end);
      } else if (counts_bytes_) {
        count_rows(block, begin, end, [&](std::size_t row) { return bytes_of(block, row); });
      } else {
        count_rows(block, begin, end, [](std::size_t) { return 1U; });
      }
      if (!status_) return false;
    }
    return true;
  }

  /// What ended the scan early. Errors: kLimitExceeded, kCancelled, kDeadlineExceeded.
  const Status& status() const { return status_; }
  /// Ends adding. Errors: kLimitExceeded, kCancelled, kDeadlineExceeded.
  Status finish() {
    if (status_) empty_counts();
    LOGPOND_CHECK_OK(status_);
    for (auto& series : series_) series.finish();
    return {};
  }
  /// The newest line that makes the query fail, so that the answer does not hang on the order of
  /// the scan.
  const std::optional<FailedLine>& failed() const { return failed_; }
  /// Runs a row that failed once more; afterwards these are its labels. Valid until the next row.
  const LineLabels& labels_of(const Row& row) {
    LineContext& line = pipeline_.context();
    double value = 0;
    if (pipeline_.run(row) && plan_.unwrap) (void)unwrap(line, value);
    return line.labels;
  }

  std::vector<typename Keeping<State>::Series>& series() { return series_; }
  std::vector<LabelList>& labels() { return index_.all(); }

 private:
  static constexpr std::size_t kRowsPerCheck = 4096;
  static constexpr bool kCounts = std::is_same_v<State, CountState>;
  /// What becomes of rows: they go to the series whose number is one less, or this.
  enum Outcome : std::uint32_t {
    kDropped = WindowCounts::kNotCounted,
    kRowByRow = 0xFFFF'FFFD,  ///< Rows of the kind differ.
    kFailed = 0xFFFF'FFFE,
    kUndecided = 0xFFFF'FFFF,
  };
  /// What a stream's lines have in common.
  struct StreamEntry {
    StreamPtr stream;  ///< Held, so that no other stream takes its address.
    /// Every label of the grouping is the stream's, so fields and stages that leave labels alone
    /// cannot change the series.
    bool decides_series = false;
    std::optional<std::uint32_t> series;
  };

  /// Rows of equal entries in kinds_ are alike, but for their times and texts.
  void begin_block(const storage::RecordBlock& block) {
    const bool has_classes = !block.class_indexes.empty();
    kinds_ = has_classes ? block.class_indexes : block.stream_indexes;
    outcomes_.assign(has_classes ? block.classes.size() : block.streams.size(), kUndecided);
    if (keeps_values_) values_.resize(outcomes_.size());
    kinds_have_labels_ =
        has_classes ? !asks_fields_ || block.classes_have_fields : !asks_fields_ && !asks_level_;
    class_tests_.begin(block);
  }

  /// Every row through the pipeline, unless its class says that it will not pass.
  void add_rows(const storage::RecordBlock& block, std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end && status_; ++row) {
      const TimestampNs timestamp = block.timestamps[row];
      if (!piece_.contains(timestamp)) piece_ = grid_.piece_of(timestamp);
      if (piece_.run && class_tests_.may_pass(block, row)) add(block, row);
    }
  }

  /// Counts rows as their kinds say. `value_of(row)` is what a counted row adds.
  template <typename F>
  void count_rows(const storage::RecordBlock& block, std::size_t begin, std::size_t end,
                  F&& value_of) {
    // Locals, so that they stay in registers whatever the counters might alias.
    TimestampNs first = piece_.first;
    TimestampNs last = piece_.last;
    bool counts = piece_.run.has_value();
    std::uint64_t* counters = nullptr;
    std::size_t capacity = 0;
    const auto refresh = [&] {
      first = piece_.first;
      last = piece_.last;
      counts = piece_.run.has_value();
      capacity = kCounts && counts ? counts_.capacity() : 0;
      counters = capacity > 0 ? counts_.counters(*piece_.run) : nullptr;
    };
    refresh();
    const TimestampNs* const timestamps = block.timestamps.data();
    const std::uint32_t* const kinds = kinds_.data();
    const std::uint32_t* const outcomes = outcomes_.data();
    for (std::size_t row = begin; row < end; ++row) {
      const TimestampNs timestamp = timestamps[row];
      if (timestamp < first || timestamp > last) {
        piece_ = grid_.piece_of(timestamp);
        refresh();
      }
      if (!counts) continue;
      const std::uint32_t outcome = outcomes[kinds[row]];
      if (outcome < capacity) {
        const std::size_t lane = row % WindowCounts::kLanes;
        WindowCounts::add_to(counters[lane * capacity + outcome], value_of(row));
        continue;
      }
      settle(block, row);
      if (!status_) return;
      refresh();
    }
  }

  /// Adds a row of which no quick way is known.
  void settle(const storage::RecordBlock& block, std::size_t row) {
    const std::uint32_t kind = kinds_[row];
    if (outcomes_[kind] == kUndecided) {
      double value = 0;
      outcomes_[kind] = decide(block, row, value);
      if (keeps_values_) values_[kind] = value;
    }
    const std::uint32_t outcome = outcomes_[kind];
    if (outcome == kDropped) return;
    if (outcome == kRowByRow) {
      add(block, row);
    } else if (outcome == kFailed) {
      note_failed(block, row);
    } else {
      const double value = keeps_values_ ? values_[kind] : size_of(block, row);
      put(block.timestamps[row], value, outcome - 1);
    }
  }

  std::uint32_t decide(const storage::RecordBlock& block, std::size_t row, double& value) {
    StreamEntry& entry = entry_of(block, row);
    if (needs_no_pipeline_ && entry.decides_series) return *entry.series + 1;
    if (!kinds_have_labels_) return kRowByRow;
    const Row view = row_of(block, row);
    Decision& known = decisions_.of(view);
    if (known.outcome == kUndecided) known.outcome = run(view, entry, known.value);
    value = known.value;
    return known.outcome;
  }

  void add(const storage::RecordBlock& block, std::size_t row) {
    StreamEntry& entry = entry_of(block, row);
    double value = size_of(block, row);
    const std::uint32_t outcome = run(row_of(block, row), entry, value);
    if (outcome == kFailed) {
      note_failed(block, row);
    } else if (outcome != kDropped) {
      put(block.timestamps[row], value, outcome - 1);
    }
  }

  /// What becomes of the row. Sets `value` where the row's own does not hold.
  std::uint32_t run(const Row& row, StreamEntry& entry, double& value) {
    if (!pipeline_.run(row)) return kDropped;
    LineContext& line = pipeline_.context();
    if (counts_bytes_ && plan_.log.stages_read_line) value = static_cast<double>(line.line.size());
    if (plan_.unwrap) {
      double number = 0;
      if (!unwrap(line, number)) return kDropped;
      if (keeps_values_) value = number;
    }
    if (line.labels.has_error() && !line.labels.is_error_preserved()) return kFailed;
    return series_of(entry, line.labels) + 1;
  }

  /// False when the line has no value or a filter behind the conversion drops it.
  bool unwrap(LineContext& line, double& value) {
    const LineLabel* label = line.labels.find(plan_.unwrap->label);
    if (label == nullptr || label->value.empty()) return false;
    const auto number = unwrapped_value(plan_.unwrap->conversion, label->value);
    value = number ? *number : 0;
    if (!number) {
      line.labels.set_error(kSampleError, line.arena.copy(number.error().message));
    }
    return std::all_of(plan_.unwrap->filters.begin(), plan_.unwrap->filters.end(),
                       [&](const auto& filter) { return filter->process(line); });
  }

  /// What the row adds as it is stored.
  double size_of(const storage::RecordBlock& block, std::size_t row) const {
    return counts_bytes_ ? static_cast<double>(bytes_of(block, row)) : 1;
  }
  static std::size_t bytes_of(const storage::RecordBlock& block, std::size_t row) {
    return block.message_sizes.empty() ? block.messages[row].size() : block.message_sizes[row];
  }

  void note_failed(const storage::RecordBlock& block, std::size_t row) {
    const FailedLine line{block.timestamps[row], RecordId{block.ids[row]}};
    if (!failed_ || *failed_ < line) failed_ = line;
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

  /// Adds a value of the windows of piece_.
  void put(TimestampNs timestamp, double value, std::uint32_t number) {
    if constexpr (kCounts) {
      if (has_counts_ && counts_.make_room(number + 1)) {
        WindowCounts::add_to(counts_.counters(*piece_.run)[number + 1],
                             static_cast<std::uint64_t>(value));
        return;
      }
      empty_counts();
      if (!status_) return;
    }
    keep(*piece_.run, timestamp, value, number);
  }

  /// Moves the counters to their series; from then on these are added to alone.
  void empty_counts() {
    if (!has_counts_) return;
    has_counts_ = false;
    counts_.for_each([&](WindowGrid::Run run, std::uint32_t number, std::uint64_t sum) {
      if (status_) keep(run, 0, static_cast<double>(sum), number - 1);
    });
    counts_.clear();
  }

  void keep(WindowGrid::Run run, TimestampNs timestamp, double value, std::uint32_t number) {
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
  bool asks_fields_;
  bool asks_level_;
  bool counts_bytes_;
  bool keeps_values_;  ///< Of unwrapped labels.
  bool needs_no_pipeline_;
  Pipeline pipeline_;
  ClassTests class_tests_;
  SeriesIndex index_;
  WindowCounts counts_;
  bool has_counts_ = kCounts;
  std::vector<typename Keeping<State>::Series> series_;
  std::unordered_map<const Stream*, StreamEntry> streams_;
  StreamEntry* last_ = nullptr;
  Decisions decisions_;
  WindowGrid::Piece piece_;  ///< Where the last row lay.
  // Of the block at hand:
  std::span<const std::uint32_t> kinds_;
  std::vector<std::uint32_t> outcomes_;  ///< By kind.
  std::vector<double> values_;           ///< By kind, when keeps_values_.
  bool kinds_have_labels_ = false;
  std::optional<FailedLine> failed_;
  Status status_;
};

}  // namespace logpond::logql
