#include "storage/scan.h"

#include <algorithm>

#include "storage/batch_rows.h"
#include "storage/group_rows.h"
#include "storage/group_selection.h"

namespace logpond::storage {
namespace {

/// Rows handed out at once: enough to amortise the call, few enough to bound memory.
constexpr std::size_t kBlockRowsMax = 64 * 1024;

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

// ---- Row groups of parts
// --------------------------------------------------------------------------

/// Hands the selected rows to the sink, a block at a time. False when it wants no more.
Result<bool> deliver(GroupData& data, const std::vector<std::uint32_t>& rows,
                     const ScanRequest& request, ScanSink& sink, ScanStats& stats) {
  GroupRows source(data, request.columns, request.field_names);
  for (std::size_t begin = 0; begin < rows.size(); begin += kBlockRowsMax) {
    LOGPOND_CHECK_OK(request.cancel.check());
    const std::size_t size = std::min(rows.size() - begin, kBlockRowsMax);
    LOGPOND_TRY(const RecordBlock block, source.block(std::span(rows).subspan(begin, size)));
    stats.rows_matched += block.size;
    if (!sink.accept(block)) return false;
  }
  return true;
}

/// False when the sink wants no more.
Result<bool> scan_group(GroupCache& cache, const Unit& unit, const ScanRequest& request,
                        TimeRange range, ScanSink& sink, ScanStats& stats) {
  std::vector<bool> stream_matches;
  if (!match_streams(*unit.part, *unit.group, request, stream_matches)) {
    ++stats.groups_pruned;
    return true;
  }
  LOGPOND_TRY(const auto data, cache.get(unit.part, *unit.group));
  const std::uint64_t read_before = data->bytes_read();
  GroupSelection selection(*data, request, range, std::move(stream_matches));
  const auto selected = selection.select();
  Result<bool> goes_on = true;
  if (selected) {
    stats.rows_scanned += unit.group->rows;
    stats.bytes_scanned += unit.group->message_bytes;
    std::vector<std::uint32_t> rows;
    rows.reserve(selected->count());
    selected->for_each([&rows](std::uint32_t row) { rows.push_back(row); });
    goes_on = deliver(*data, rows, request, sink, stats);
  } else {
    goes_on = tl::unexpected(selected.error());
  }
  stats.bytes_read += data->bytes_read() - read_before;
  cache.release(data);
  return goes_on;
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

bool scan_batch(const Unit& unit, const ScanRequest& request, TimeRange range, ScanSink& sink,
                ScanStats& stats) {
  const StoredBatch& stored = *unit.batch;
  const RecordBatch& batch = stored.batch;
  std::vector<bool> stream_matches;
  for (const StreamPtr& stream : stored.streams)
    stream_matches.push_back(matches_stream(request, *stream));
  if (std::find(stream_matches.begin(), stream_matches.end(), true) == stream_matches.end()) {
    ++stats.groups_pruned;
    return true;
  }
  stats.rows_scanned += batch.size();
  stats.bytes_scanned += batch.message_bytes();
  BatchRows rows(stored, request);
  for (std::size_t row = 0; row < batch.size(); ++row) {
    if (!stream_matches[batch.stream(row)] || !range.contains(batch.timestamp(row))) continue;
    const bool keeps_fields = std::all_of(
        request.field_filters.begin(), request.field_filters.end(), [&](const Matcher& matcher) {
          return matcher.matches(field_filter_value(matcher, stored, row));
        });
    if (keeps_fields && keeps_line(request, batch.message(row))) rows.add(row);
  }
  stats.rows_matched += rows.size();
  return rows.empty() || sink.accept(rows.block());
}

}  // namespace

Result<ScanStats> scan_view(const StoreView& view, const ScanRequest& request, ScanSink& sink,
                            const std::function<void(const Error&)>& on_damage) {
  ScanStats stats;
  const std::vector<Unit> units = units_of(view, request.order);
  stats.groups = units.size();
  for (std::size_t i = 0; i < units.size(); ++i) {
    LOGPOND_CHECK_OK(request.cancel.check());
    const Unit& unit = units[i];
    const TimeRange range = intersect(request.range, sink.wanted());
    const bool rest_is_before = request.order == Order::kBackward && unit.time_max < range.start;
    const bool rest_is_after = request.order == Order::kForward && unit.time_min >= range.end;
    if (rest_is_before || rest_is_after || range.start >= range.end) {
      stats.groups_pruned += units.size() - i;
      break;
    }
    if (!overlaps(unit, range)) {
      ++stats.groups_pruned;
      continue;
    }
    if (unit.batch != nullptr) {
      if (!scan_batch(unit, request, range, sink, stats)) break;
      continue;
    }
    const auto goes_on = scan_group(*view.cache, unit, request, range, sink, stats);
    if (!goes_on) {
      if (is_stopped(goes_on.error())) return tl::unexpected(goes_on.error());
      on_damage(goes_on.error());
    } else if (!*goes_on) {
      break;
    }
  }
  return stats;
}

}  // namespace logpond::storage
