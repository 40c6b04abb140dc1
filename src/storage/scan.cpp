#include "storage/scan.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <numeric>
#include <optional>
#include <span>

#include "platform/team.h"
#include "storage/batch_rows.h"
#include "storage/group_rows.h"
#include "storage/group_selection.h"

namespace logpond::storage {
namespace {

/// Rows handed out at once: enough to amortise the call, few enough for their columns to stay in a
/// core's own cache.
constexpr std::size_t kBlockRowsMax = 24 * 1024;
/// The first block of a group when an order is asked for: it often ends the scan.
constexpr std::size_t kFirstBlockRows = 2 * 1024;

/// One thing to look through: a row group of a part, or a batch of the head.
struct Unit {
  std::shared_ptr<const Part> part;
  const GroupMeta* group = nullptr;
  const StoredBatch* batch = nullptr;
  TimestampNs time_min = 0;
  TimestampNs time_max = 0;  // inclusive
};

bool overlaps(const Unit& unit, const TimeRange& range) {
  return unit.time_max >= range.start && unit.time_min < range.end;
}

TimeRange intersect(const TimeRange& a, const TimeRange& b) {
  return {std::max(a.start, b.start), std::min(a.end, b.end)};
}

std::vector<Unit> units_of(const StoreView& view, Order order) {
  std::vector<Unit> units;
  for (const auto& part : view.parts) {
    for (const GroupMeta& group : part->groups()) {
      units.push_back({part, &group, nullptr, group.time_min, group.time_max});
    }
  }
  for (const StoredBatchPtr& batch : view.batches) {
    const auto& times = batch->batch.timestamps();
    const auto [low, high] = std::minmax_element(times.begin(), times.end());
    units.push_back({nullptr, nullptr, batch.get(), *low, *high});
  }
  if (order == Order::kForward) {
    std::stable_sort(units.begin(), units.end(),
                     [](const Unit& a, const Unit& b) { return a.time_min < b.time_min; });
  } else if (order == Order::kBackward) {
    std::stable_sort(units.begin(), units.end(),
                     [](const Unit& a, const Unit& b) { return a.time_max > b.time_max; });
  }
  return units;
}

bool matches_stream(const ScanRequest& request, const Stream& stream) {
  return stream.tenant == request.tenant && request.selector.matches(stream.labels);
}

bool keeps_line(const ScanRequest& request, std::string_view line) {
  return std::all_of(request.line_filters.begin(), request.line_filters.end(),
                     [&](const codec::LineFilter& filter) { return filter.keeps(line); });
}

bool is_stopped(const Error& error) {
  return error.code == ErrorCode::kCancelled || error.code == ErrorCode::kDeadlineExceeded;
}

// ---- Batches of the head
// --------------------------------------------------------------------------

/// What a field filter looks at: see ScanRequest::field_filters.
std::string_view field_filter_value(const Matcher& matcher, const StoredBatch& stored,
                                    std::size_t row) {
  const RecordBatch& batch = stored.batch;
  const Labels& labels = stored.streams[batch.stream(row)]->labels;
  if (labels.has(matcher.name())) return labels.get(matcher.name());
  for (const RecordBatch::Field& f : batch.fields(row)) {
    const FieldView view = batch.field(f);
    if (view.value.empty()) continue;
    if (sanitize_label_name(view.name) == matcher.name()) return view.value;
  }
  return value_without_field(matcher, batch.severity(row));
}

// ---- Sharing a scan among threads
// --------------------------------------------------------------------------

/// Units are taken one after another by whoever is free; what is found goes to the sink under a
/// lock, in the order of the units when the request asks for one.
///
/// Threads: work() on several at once; the rest by the owner, before and after.
class Scan {
 public:
  Scan(const StoreView& view, const ScanRequest& request, ScanSink& sink,
       const std::function<void(const Error&)>& on_damage)
      : view_(view),
        request_(request),
        sink_(sink),
        on_damage_(on_damage),
        units_(units_of(view, request.order)),
        team_(view.helpers, [this] { work(); }) {
    stats_.groups = units_.size();
    is_done_.assign(units_.size(), false);
  }

  Result<ScanStats> run();

 private:
  struct Taken {
    std::size_t place = 0;  // in units_
    TimeRange range;
  };

  /// Row numbers of a group: memory that a thread keeps from group to group.
  struct Scratch {
    std::vector<std::uint32_t> rows;
    std::vector<std::uint32_t> kept;
  };

  void work();
  std::optional<Taken> take();
  Status scan_unit(const Taken& taken, Scratch& scratch, ScanStats& stats);
  Status scan_batch(const Taken& taken, ScanStats& stats);
  Status scan_group(const Taken& taken, Scratch& scratch, ScanStats& stats);
  Status deliver(GroupData& data, const codec::Bitmap& selected, std::size_t place,
                 Scratch& scratch, ScanStats& stats);
  bool hand_over(std::size_t place, const RecordBlock& block);
  void keep_wanted(GroupData& data, std::span<const std::uint32_t> rows,
                   std::vector<std::uint32_t>& kept);
  void mark_done(std::size_t place);
  void finish(std::size_t place, const Status& status, const ScanStats& stats);
  void invite_for_the_rest();

  const StoreView& view_;
  const ScanRequest& request_;
  ScanSink& sink_;
  const std::function<void(const Error&)>& on_damage_;
  const std::vector<Unit> units_;

  std::mutex mutex_;  // guards all below, and every call of the sink
  std::condition_variable turn_changed_;
  std::vector<bool> is_done_;  // by place
  std::size_t next_ = 0;       // the next to be taken
  std::size_t turn_ = 0;       // all before it are done
  bool stopped_ = false;
  Status status_;
  ScanStats stats_;

  platform::Team team_;  // last: its members use all the rest
};

/// Batches of the head are small: they are nothing to share. One group is for this thread.
void Scan::invite_for_the_rest() {
  const std::lock_guard lock(mutex_);
  std::size_t groups = 0;
  for (std::size_t i = next_; i < units_.size() && !stopped_; ++i) {
    if (units_[i].group != nullptr && overlaps(units_[i], request_.range)) ++groups;
  }
  if (groups > 1) team_.invite(groups - 1);
}

Result<ScanStats> Scan::run() {
  // One in order may end with its first group: help comes when it goes on after that.
  bool is_alone = request_.order != Order::kAny;
  if (!is_alone) invite_for_the_rest();
  Scratch scratch;
  while (is_alone) {
    const auto taken = take();
    if (!taken) break;
    ScanStats stats;
    finish(taken->place, scan_unit(*taken, scratch, stats), stats);
    is_alone = units_[taken->place].group == nullptr;
    if (!is_alone) invite_for_the_rest();
  }
  work();
  team_.dismiss();
  if (!status_) return tl::unexpected(status_.error());
  return stats_;
}

void Scan::work() {
  Scratch scratch;
  while (const auto taken = take()) {
    ScanStats stats;
    finish(taken->place, scan_unit(*taken, scratch, stats), stats);
  }
}

/// The next unit that may hold rows of interest; none when nothing is left to do.
std::optional<Scan::Taken> Scan::take() {
  const std::lock_guard lock(mutex_);
  while (!stopped_ && next_ < units_.size()) {
    const Unit& unit = units_[next_];
    const TimeRange range = intersect(request_.range, sink_.wanted());
    const bool rest_is_before = request_.order == Order::kBackward && unit.time_max < range.start;
    const bool rest_is_after = request_.order == Order::kForward && unit.time_min >= range.end;
    if (rest_is_before || rest_is_after || range.start >= range.end) {
      stats_.groups_pruned += units_.size() - next_;
      next_ = units_.size();
      break;
    }
    const std::size_t place = next_++;
    if (overlaps(unit, range)) return Taken{place, range};
    ++stats_.groups_pruned;
    mark_done(place);
  }
  return std::nullopt;
}

/// With the mutex held.
void Scan::mark_done(std::size_t place) {
  is_done_[place] = true;
  while (turn_ < is_done_.size() && is_done_[turn_]) ++turn_;
  turn_changed_.notify_all();
}

void Scan::finish(std::size_t place, const Status& status, const ScanStats& stats) {
  const std::lock_guard lock(mutex_);
  stats_ += stats;
  if (!status && is_stopped(status.error())) {
    if (status_) status_ = status;
    stopped_ = true;
  } else if (!status) {
    on_damage_(status.error());
  }
  mark_done(place);
}

Status Scan::scan_unit(const Taken& taken, Scratch& scratch, ScanStats& stats) {
  LOGPOND_CHECK_OK(request_.cancel.check());
  return units_[taken.place].batch != nullptr ? scan_batch(taken, stats)
                                              : scan_group(taken, scratch, stats);
}

/// False when the sink wants no more.
bool Scan::hand_over(std::size_t place, const RecordBlock& block) {
  std::unique_lock lock(mutex_);
  if (request_.order != Order::kAny) {
    // Whoever took the units before this one never waits for a later one: no deadlock.
    turn_changed_.wait(lock, [&] { return stopped_ || turn_ == place; });
  }
  if (stopped_) return false;
  if (!sink_.accept(block)) stopped_ = true;
  return !stopped_;
}

Status Scan::scan_batch(const Taken& taken, ScanStats& stats) {
  const StoredBatch& stored = *units_[taken.place].batch;
  const RecordBatch& batch = stored.batch;
  std::vector<bool> stream_matches;
  for (const StreamPtr& stream : stored.streams)
    stream_matches.push_back(matches_stream(request_, *stream));
  if (std::find(stream_matches.begin(), stream_matches.end(), true) == stream_matches.end()) {
    ++stats.groups_pruned;
    return {};
  }
  stats.rows_scanned += batch.size();
  stats.bytes_scanned += batch.message_bytes();
  BatchRows rows(stored, request_);
  for (std::size_t row = 0; row < batch.size(); ++row) {
    if (!stream_matches[batch.stream(row)] || !taken.range.contains(batch.timestamp(row))) continue;
    const bool keeps_fields = std::all_of(
        request_.field_filters.begin(), request_.field_filters.end(), [&](const Matcher& matcher) {
          return matcher.matches(field_filter_value(matcher, stored, row));
        });
    if (keeps_fields && keeps_line(request_, batch.message(row))) rows.add(row);
  }
  stats.rows_matched += rows.size();
  if (!rows.empty()) hand_over(taken.place, rows.block());
  return {};
}

Status Scan::scan_group(const Taken& taken, Scratch& scratch, ScanStats& stats) {
  const Unit& unit = units_[taken.place];
  codec::Bitmap stream_matches;
  if (!match_streams(*unit.part, *unit.group, request_, stream_matches)) {
    ++stats.groups_pruned;
    return {};
  }
  LOGPOND_TRY(const auto data, view_.cache->get(unit.part, *unit.group));
  const std::uint64_t read_before = data->bytes_read();
  GroupSelection selection(*data, request_, taken.range, std::move(stream_matches));
  const auto selected = selection.select();
  Status status;
  if (selected) {
    stats.rows_scanned += unit.group->rows;
    stats.bytes_scanned += unit.group->message_bytes;
    status = deliver(*data, *selected, taken.place, scratch, stats);
  } else {
    status = tl::unexpected(selected.error());
  }
  stats.bytes_read += data->bytes_read() - read_before;
  if (status || is_stopped(status.error())) {
    view_.cache->release(data);
  } else {
    view_.cache->drop(data);
  }
  return status;
}

/// The rows that the sink still wants, into `kept`.
void Scan::keep_wanted(GroupData& data, std::span<const std::uint32_t> rows,
                       std::vector<std::uint32_t>& kept) {
  kept.assign(rows.begin(), rows.end());
  const auto times = data.timestamps();
  if (!times) return;  // read before: it cannot fail now
  TimeRange wanted;
  {
    const std::lock_guard lock(mutex_);
    wanted = sink_.wanted();
  }
  std::erase_if(kept, [&](std::uint32_t row) { return !wanted.contains((*times)->at(row)); });
}

void list_places(const codec::Bitmap& selected, std::vector<std::uint32_t>& places) {
  places.resize(selected.count());
  if (places.size() == selected.size()) {
    std::iota(places.begin(), places.end(), 0U);
    return;
  }
  std::size_t next = 0;
  selected.for_each([&](std::uint32_t place) { places[next++] = place; });
}

/// Hands the selected rows to the sink, a block at a time; the newest first where the order says
/// so.
Status Scan::deliver(GroupData& data, const codec::Bitmap& selected, std::size_t place,
                     Scratch& scratch, ScanStats& stats) {
  std::vector<std::uint32_t>& rows = scratch.rows;
  list_places(selected, rows);
  stats.rows_matched += rows.size();
  GroupRows source(data, request_.columns, request_.field_names);
  const bool is_ordered = request_.order != Order::kAny;
  std::size_t size_max = is_ordered ? kFirstBlockRows : kBlockRowsMax;
  for (std::size_t done = 0; done < rows.size();) {
    LOGPOND_CHECK_OK(request_.cancel.check());
    const std::size_t size = std::min(rows.size() - done, size_max);
    const std::size_t begin = request_.order == Order::kBackward ? rows.size() - done - size : done;
    done += size;
    size_max = kBlockRowsMax;
    std::span<const std::uint32_t> block_rows = std::span(rows).subspan(begin, size);
    if (is_ordered && done > size) {
      keep_wanted(data, block_rows, scratch.kept);
      block_rows = scratch.kept;
    }
    if (block_rows.empty()) continue;
    LOGPOND_TRY(const RecordBlock block, source.block(block_rows));
    if (!hand_over(place, block)) break;
  }
  return {};
}

}  // namespace

Result<ScanStats> scan_view(const StoreView& view, const ScanRequest& request, ScanSink& sink,
                            const std::function<void(const Error&)>& on_damage) {
  return Scan(view, request, sink, on_damage).run();
}

}  // namespace logpond::storage
