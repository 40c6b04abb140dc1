#include "storage/scan.h"

#include <algorithm>

#include "storage/group_reader.h"

namespace logpond::storage {
namespace {

/// Rows handed out at once: enough to amortise the call, few enough to bound memory.
constexpr std::size_t kBlockRowsMax = 64 * 1024;
constexpr std::string_view kDetectedLevel = "detected_level";

/// One thing to look through: a row group of a part, or a batch of the head.
struct Unit {
  const Part* part = nullptr;
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
      units.push_back({part.get(), &group, nullptr, group.time_min, group.time_max});
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

/// What a field filter sees where the record has no field of its name.
std::string_view value_without_field(const Matcher& matcher, Severity severity,
                                     const Labels& labels) {
  if (matcher.name() == kDetectedLevel && severity != Severity::kUnset)
    return severity_word(severity);
  return labels.get(matcher.name());
}

// ---- Row groups of parts
// --------------------------------------------------------------------------

/// Narrows `rows` step by step, the cheapest test first, reading only the columns each test needs.
class GroupSelection {
 public:
  GroupSelection(GroupReader& reader, const Part& part, const ScanRequest& request, TimeRange range)
      : reader_(reader), part_(part), request_(request), range_(range) {}

  /// True when some stream of the group matches: else the group is pruned by its header alone.
  bool may_match() {
    const auto& streams = reader_.group().streams;
    stream_matches_.resize(streams.size());
    for (std::size_t i = 0; i < streams.size(); ++i) {
      stream_matches_[i] = matches_stream(request_, *part_.streams()[streams[i].stream]);
    }
    return std::find(stream_matches_.begin(), stream_matches_.end(), true) != stream_matches_.end();
  }

  Result<std::vector<std::uint32_t>> select() {
    for (const Matcher& matcher : request_.field_filters) {
      LOGPOND_TRY(const bool may_match, may_have(matcher));
      if (!may_match) return std::move(rows_);
    }
    LOGPOND_CHECK_OK(select_by_stream_and_time());
    for (const Matcher& matcher : request_.field_filters) {
      if (rows_.empty()) return std::move(rows_);
      LOGPOND_CHECK_OK(select_by_field(matcher));
    }
    if (!rows_.empty() && !request_.line_filters.empty()) LOGPOND_CHECK_OK(select_by_line());
    return std::move(rows_);
  }

 private:
  Status select_by_stream_and_time() {
    const GroupMeta& group = reader_.group();
    const bool all_streams =
        std::find(stream_matches_.begin(), stream_matches_.end(), false) == stream_matches_.end();
    const bool all_times = range_.start <= group.time_min && group.time_max < range_.end;
    const std::vector<TimestampNs>* times = nullptr;
    const std::vector<std::uint32_t>* streams = nullptr;
    if (!all_times) {
      LOGPOND_TRY(times, reader_.timestamps());
    }
    if (!all_streams) {
      LOGPOND_TRY(streams, reader_.streams());
    }
    rows_.reserve(group.rows);
    for (std::uint32_t row = 0; row < group.rows; ++row) {
      if (!all_times && !range_.contains((*times)[row])) continue;
      if (!all_streams && !stream_matches_[(*streams)[row]]) continue;
      rows_.push_back(row);
    }
    return {};
  }

  static bool is_column_of(const BlockMeta& block, const Matcher& matcher) {
    return block.kind == ColumnKind::kField && sanitize_label_name(block.name) == matcher.name();
  }

  /// False when one search over the undivided texts of the matcher's columns shows that no row can
  /// hold: a needle such as a trace id rules out most groups this way.
  Result<bool> may_have(const Matcher& matcher) {
    const GroupMeta& group = reader_.group();
    const std::string& wanted = matcher.value();
    if (matcher.op() != MatchOp::kEqual || wanted.empty() || matcher.name() == kDetectedLevel)
      return true;
    for (const GroupStream& stream : group.streams) {
      if (part_.streams()[stream.stream]->labels.get(matcher.name()) == wanted) return true;
    }
    for (const BlockMeta& block : group.blocks) {
      if (!is_column_of(block, matcher)) continue;
      LOGPOND_TRY(const std::string_view raw, reader_.field_bytes(block.name));
      if (codec::find_literal(raw, wanted, 0) != std::string_view::npos) return true;
    }
    LOGPOND_TRY(const auto* loose, reader_.loose_fields());
    return std::any_of(loose->begin(), loose->end(),
                       [&](const LooseFieldView& field) { return field.field.value == wanted; });
  }

  Status select_by_field(const Matcher& matcher) {
    const GroupMeta& group = reader_.group();
    LOGPOND_TRY(std::vector<bool> keeps, default_matches(matcher));
    std::vector<bool> decided(group.rows);
    const auto decide = [&](std::uint32_t row, std::string_view value) {
      if (!decided[row]) keeps[row] = matcher.matches(value);
      decided[row] = true;
    };
    for (const BlockMeta& block : group.blocks) {
      if (!is_column_of(block, matcher)) continue;
      LOGPOND_TRY(const FieldColumnView* column, reader_.field(block.name));
      for (std::size_t i = 0; i < column->size(); ++i) decide(column->rows[i], column->value(i));
    }
    LOGPOND_TRY(const auto* loose, reader_.loose_fields());
    for (const LooseFieldView& field : *loose) {
      if (sanitize_label_name(field.field.name) == matcher.name())
        decide(field.row, field.field.value);
    }
    std::erase_if(rows_, [&](std::uint32_t row) { return !keeps[row]; });
    return {};
  }

  /// The outcome for each row as if none had the field: by stream, or by severity.
  Result<std::vector<bool>> default_matches(const Matcher& matcher) {
    const GroupMeta& group = reader_.group();
    std::vector<bool> keeps(group.rows);
    std::vector<bool> by_stream;
    for (const GroupStream& stream : group.streams) {
      by_stream.push_back(
          matcher.matches(part_.streams()[stream.stream]->labels.get(matcher.name())));
    }
    if (std::find(by_stream.begin(), by_stream.end(), !by_stream.front()) == by_stream.end()) {
      keeps.assign(group.rows, by_stream.front());
    } else {
      LOGPOND_TRY(const auto* streams, reader_.streams());
      for (std::size_t row = 0; row < group.rows; ++row) keeps[row] = by_stream[(*streams)[row]];
    }
    if (matcher.name() == kDetectedLevel) {
      LOGPOND_TRY(const auto* severities, reader_.severities());
      for (std::size_t row = 0; row < group.rows; ++row) {
        const Severity severity = (*severities)[row];
        if (severity != Severity::kUnset) keeps[row] = matcher.matches(severity_word(severity));
      }
    }
    return keeps;
  }

  Status select_by_line() {
    LOGPOND_TRY(const std::string_view text, reader_.messages());
    LOGPOND_TRY(const auto* ends, reader_.message_ends());
    std::string_view literal;
    for (const codec::LineFilter& filter : request_.line_filters) {
      if (filter.required_literal().size() > literal.size()) literal = filter.required_literal();
    }
    if (!literal.empty()) keep_rows_with(literal, text, *ends);
    std::erase_if(rows_, [&](std::uint32_t row) {
      const std::uint32_t begin = row == 0 ? 0 : (*ends)[row - 1];
      return !keeps_line(request_, text.substr(begin, (*ends)[row] - begin));
    });
    return {};
  }

  /// One search over the whole column finds the few rows that hold `literal`, instead of one search
  /// a row.
  void keep_rows_with(std::string_view literal, std::string_view text,
                      const std::vector<std::uint32_t>& ends) {
    std::vector<std::uint32_t> kept;
    auto row = rows_.begin();
    std::size_t at = 0;
    while (row != rows_.end()) {
      const std::size_t begin = *row == 0 ? 0 : ends[*row - 1];
      at = codec::find_literal(text, literal, std::max(at, begin));
      if (at == std::string_view::npos) break;
      // The row where the hit begins; the hit must end there too, not run into the next one.
      row = std::lower_bound(row, rows_.end(), at,
                             [&](std::uint32_t r, std::size_t place) { return ends[r] <= place; });
      if (row == rows_.end()) break;
      const std::size_t row_begin = *row == 0 ? 0 : ends[*row - 1];
      if (at < row_begin) continue;  // the hit lies in a row that was not selected
      if (at + literal.size() <= ends[*row]) {
        kept.push_back(*row);
        ++row;
      } else {
        ++at;
      }
    }
    rows_ = std::move(kept);
  }

  GroupReader& reader_;
  const Part& part_;
  const ScanRequest& request_;
  const TimeRange range_;
  std::vector<bool> stream_matches_;
  std::vector<std::uint32_t> rows_;
};

/// False when the sink wants no more.
Result<bool> scan_group(const Unit& unit, const ScanRequest& request, TimeRange range,
                        ScanSink& sink, ScanStats& stats) {
  GroupReader reader(*unit.part, *unit.group);
  GroupSelection selection(reader, *unit.part, request, range);
  if (!selection.may_match()) {
    ++stats.groups_pruned;
    return true;
  }
  LOGPOND_TRY(const std::vector<std::uint32_t> rows, selection.select());
  stats.rows_scanned += unit.group->rows;
  stats.bytes_scanned += unit.group->message_bytes;
  bool goes_on = true;
  for (std::size_t begin = 0; begin < rows.size() && goes_on; begin += kBlockRowsMax) {
    const std::size_t end = std::min(rows.size(), begin + kBlockRowsMax);
    const std::vector<std::uint32_t> slice(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                                           rows.begin() + static_cast<std::ptrdiff_t>(end));
    LOGPOND_TRY(const RecordBlock block, reader.block(slice, request.columns));
    stats.rows_matched += block.size;
    goes_on = sink.accept(block);
  }
  stats.bytes_read += reader.bytes_read();
  return goes_on;
}

// ---- Batches of the head
// --------------------------------------------------------------------------

/// Columns of a block made from a batch.
struct BatchColumns {
  std::vector<TimestampNs> timestamps;
  std::vector<std::uint64_t> ids;
  std::vector<std::uint32_t> streams;
  std::vector<Severity> severities;
  std::vector<std::string_view> severity_texts;
  std::vector<std::string_view> messages;
  std::vector<std::uint32_t> message_sizes;
  std::vector<TimestampNs> received;
  std::vector<std::uint32_t> field_begins{0};
  std::vector<FieldView> fields;

  void add(const StoredBatch& stored, std::size_t row, Columns columns) {
    const RecordBatch& batch = stored.batch;
    timestamps.push_back(batch.timestamp(row));
    ids.push_back(stored.first_id.value + row);
    streams.push_back(batch.stream(row));
    if (has_column(columns, Columns::kSeverity)) {
      severities.push_back(batch.severity(row));
      severity_texts.push_back(batch.severity_text(row));
    }
    if (has_column(columns, Columns::kMessage)) messages.push_back(batch.message(row));
    if (has_column(columns, Columns::kMessageSize)) {
      message_sizes.push_back(static_cast<std::uint32_t>(batch.message(row).size()));
    }
    if (has_column(columns, Columns::kReceived)) received.push_back(batch.received(row));
    if (has_column(columns, Columns::kFields)) {
      for (const RecordBatch::Field& f : batch.fields(row)) fields.push_back(batch.field(f));
      field_begins.push_back(static_cast<std::uint32_t>(fields.size()));
    }
  }

  RecordBlock block(const StoredBatch& stored, Columns columns) const {
    RecordBlock out;
    out.size = timestamps.size();
    out.timestamps = timestamps;
    out.ids = ids;
    out.stream_indexes = streams;
    out.streams = stored.streams;
    out.severities = severities;
    out.severity_texts = severity_texts;
    out.messages = messages;
    out.message_sizes = message_sizes;
    out.received = received;
    if (has_column(columns, Columns::kFields)) out.field_begins = field_begins;
    out.fields = fields;
    return out;
  }
};

std::string_view field_filter_value(const Matcher& matcher, const StoredBatch& stored,
                                    std::size_t row) {
  const RecordBatch& batch = stored.batch;
  for (const RecordBatch::Field& f : batch.fields(row)) {
    const FieldView view = batch.field(f);
    if (view.name == matcher.name() || sanitize_label_name(view.name) == matcher.name())
      return view.value;
  }
  return value_without_field(matcher, batch.severity(row),
                             stored.streams[batch.stream(row)]->labels);
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
  BatchColumns columns;
  for (std::size_t row = 0; row < batch.size(); ++row) {
    if (!stream_matches[batch.stream(row)] || !range.contains(batch.timestamp(row))) continue;
    const bool keeps_fields = std::all_of(
        request.field_filters.begin(), request.field_filters.end(), [&](const Matcher& matcher) {
          return matcher.matches(field_filter_value(matcher, stored, row));
        });
    if (keeps_fields && keeps_line(request, batch.message(row)))
      columns.add(stored, row, request.columns);
  }
  stats.rows_matched += columns.timestamps.size();
  return columns.timestamps.empty() || sink.accept(columns.block(stored, request.columns));
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
    const auto goes_on = scan_group(unit, request, range, sink, stats);
    if (!goes_on) {
      on_damage(goes_on.error());
    } else if (!*goes_on) {
      break;
    }
  }
  return stats;
}

Status read_whole_group(const Part& part, const GroupMeta& group, RowBuffer& into) {
  GroupReader reader(part, group);
  std::vector<std::uint32_t> rows(group.rows);
  for (std::uint32_t row = 0; row < group.rows; ++row) rows[row] = row;
  LOGPOND_TRY(const RecordBlock block, reader.block(rows, Columns::kAll));
  into.add(block);
  return {};
}

}  // namespace logpond::storage
