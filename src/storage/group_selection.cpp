#include "storage/group_selection.h"

#include <algorithm>
#include <optional>

#include "codec/varint.h"
#include "message/message_encoder.h"

namespace logpond::storage {
namespace {

constexpr std::size_t kRowsPerCheck = 1024;
constexpr std::string_view kDetectedLevel = "detected_level";

bool has_columns_of(const RowTable& table, const RowField& field) {
  return !field.is_word && field.field < table.fields.size();
}

bool is_loose(const TableField& field) {
  return static_cast<std::uint8_t>(field.kind) == kLooseFieldTag;
}

/// True when the filter keeps nothing but lines that hold one of its texts.
bool is_positive(const codec::LineFilter& filter) {
  return filter.op() == codec::LineFilterOp::kContains ||
         filter.op() == codec::LineFilterOp::kMatches;
}

/// Places of a column's own values, references not, that match.
std::vector<std::uint32_t> places_that_match(const Matcher& matcher, const column::Column& values) {
  std::vector<std::uint32_t> places;
  if (matcher.op() == MatchOp::kEqual) {
    values.match(column::Place::kEqual, matcher.value(), places);
    return places;
  }
  const auto test = [](const void* context, std::string_view text) {
    return static_cast<const Matcher*>(context)->matches(text);
  };
  values.match(test, &matcher, places);
  return places;
}

}  // namespace

std::string_view value_without_field(const Matcher& matcher, Severity severity) {
  if (matcher.name() == kDetectedLevel && severity != Severity::kUnset) {
    return severity_word(severity);
  }
  return {};
}

bool match_streams(const Part& part, const GroupMeta& group, const ScanRequest& request,
                   codec::Bitmap& stream_matches) {
  const auto of_part = part.matching_streams(request.tenant, request.selector);
  stream_matches.reset(group.streams.size());
  for (std::size_t i = 0; i < group.streams.size(); ++i) {
    if (of_part->test(group.streams[i].stream)) stream_matches.set(i);
  }
  return !stream_matches.none();
}

GroupSelection::GroupSelection(GroupData& data, const ScanRequest& request, TimeRange range,
                               codec::Bitmap stream_matches)
    : data_(data),
      request_(request),
      range_(range),
      stream_matches_(std::move(stream_matches)),
      all_streams_match_(stream_matches_.count() == stream_matches_.size()) {}

Result<codec::Bitmap> GroupSelection::select() {
  LOGPOND_TRY(const bool may_have, may_have_fields());
  if (!may_have) return codec::Bitmap(data_.group().rows);
  select_shapes();
  LOGPOND_CHECK_OK(spread_over_rows());
  LOGPOND_CHECK_OK(select_by_time());
  LOGPOND_CHECK_OK(select_by_stream());
  for (const Matcher& matcher : request_.field_filters) {
    LOGPOND_CHECK_OK(request_.cancel.check());
    if (rows_.none()) return std::move(rows_);
    LOGPOND_CHECK_OK(select_by_field(matcher));
  }
  if (!request_.line_filters.empty() && !rows_.none()) LOGPOND_CHECK_OK(select_by_lines());
  return std::move(rows_);
}

/// False when the filter of ids shows that no row can hold what an equality asks for.
Result<bool> GroupSelection::may_have_fields() {
  for (const Matcher& matcher : request_.field_filters) {
    if (matcher.op() != MatchOp::kEqual || matcher.value().empty()) continue;
    const auto hash = message::id_hash(matcher.value());
    if (!hash) continue;
    if (data_.part().has_label(matcher.name())) continue;
    const auto& fields = data_.table().fields;
    // Values of loose fields stand in the filter with their names, if at all.
    if (std::any_of(fields.begin(), fields.end(), is_loose)) continue;
    // A field that says what the severity's text says is not stored, and not in the filter.
    const auto& words = data_.table().words;
    if (std::find(words.begin(), words.end(), matcher.value()) != words.end()) continue;
    LOGPOND_TRY(const bool may_have, data_.may_have_id(*hash));
    if (!may_have) return false;
  }
  return true;
}

bool GroupSelection::has_streams(std::uint32_t sender, bool& all) const {
  const auto& streams = data_.table().senders[sender];
  const auto matches = [this](std::uint32_t stream) -> bool {
    return stream_matches_.test(stream);
  };
  all = std::all_of(streams.begin(), streams.end(), matches);
  return all || std::any_of(streams.begin(), streams.end(), matches);
}

void GroupSelection::select_shapes() {
  const RowTable& table = data_.table();
  if (all_streams_match_) {
    shapes_.assign(table.shapes.size(), true);
    return;
  }
  std::vector<bool> senders(table.senders.size());
  bool all = false;
  for (std::uint32_t i = 0; i < senders.size(); ++i) senders[i] = has_streams(i, all);
  std::vector<bool> kinds(table.kinds.size());
  for (std::size_t i = 0; i < kinds.size(); ++i) kinds[i] = senders[table.kinds[i].sender];
  shapes_.resize(table.shapes.size());
  for (std::size_t i = 0; i < shapes_.size(); ++i) shapes_[i] = kinds[table.shapes[i].kind];
}

/// From kinds of rows to rows.
Status GroupSelection::spread_over_rows() {
  if (std::find(shapes_.begin(), shapes_.end(), false) == shapes_.end()) {
    rows_.reset(data_.group().rows, true);
    return {};
  }
  rows_.reset(data_.group().rows);
  LOGPOND_TRY(const auto* row_shapes, data_.row_shapes());
  for (std::uint32_t row = 0; row < row_shapes->size(); ++row) {
    if (shapes_[(*row_shapes)[row]]) rows_.set(row);
  }
  return {};
}

Status GroupSelection::select_by_time() {
  const GroupMeta& group = data_.group();
  if (range_.start <= group.time_min && group.time_max < range_.end) return {};
  LOGPOND_TRY(const SeriesColumn* times, data_.timestamps());
  codec::Bitmap inside(group.rows);
  times->for_each_in(range_.start, range_.end, [&](std::uint32_t row) { inside.set(row); });
  rows_.intersect(inside);
  return {};
}

Status GroupSelection::select_by_stream() {
  if (all_streams_match_) return {};
  const RowTable& table = data_.table();
  std::vector<bool> is_split(table.senders.size(), false);  // some streams match, others do not
  bool is_any = false;
  for (std::uint32_t i = 0; i < is_split.size(); ++i) {
    bool all = false;
    is_split[i] = has_streams(i, all) && !all;
    is_any = is_any || is_split[i];
  }
  if (!is_any) return {};
  LOGPOND_TRY(const auto* row_shapes, data_.row_shapes());
  LOGPOND_TRY(const auto* places, data_.stream_places());
  rows_.for_each([&](std::uint32_t row) {
    const std::uint32_t sender = table.kinds[table.shapes[(*row_shapes)[row]].kind].sender;
    if (is_split[sender] && !stream_matches_.test(table.senders[sender][(*places)[row]])) {
      rows_.clear(row);
    }
  });
  return {};
}

// ---- Fields ------------------------------------------------------------------------------------

/// Places in the table's fields that the matcher looks at in rows of a kind, in order.
std::vector<std::uint32_t> GroupSelection::candidates(const Matcher& matcher,
                                                      const RowKind& kind) const {
  std::vector<std::uint32_t> found;
  for (const RowField& field : kind.fields) {
    const TableField& entry = data_.table().fields[field.field];
    if (is_loose(entry) || sanitize_label_name(entry.name) == matcher.name()) {
      found.push_back(field.field);
    }
  }
  return found;
}

void GroupSelection::decide(std::uint32_t row, bool keeps, codec::Bitmap& undecided) {
  undecided.clear(row);
  if (!keeps) rows_.clear(row);
}

/// The usual case: no stream has the label, one field has the name, and what the matcher asks for
/// no row without a value has. Then the rows are those of the values that match, and no other row
/// is looked at. Nothing when it is not so.
Result<std::optional<codec::Bitmap>> GroupSelection::rows_of_only_field(const Matcher& matcher,
                                                                        const Candidates& queues) {
  const RowTable& table = data_.table();
  if (data_.part().has_label(matcher.name())) return std::nullopt;
  std::optional<std::uint32_t> only;
  for (std::size_t i = 0; i < queues.size(); ++i) {
    if (matcher.matches(value_without_field(matcher, table.kinds[i].severity))) return std::nullopt;
    if (queues[i].empty()) continue;
    if (queues[i].size() > 1 || (only && *only != queues[i][0])) return std::nullopt;
    only = queues[i][0];
  }
  codec::Bitmap found(rows_.size());
  if (!only) return found;
  if (matcher.matches("") || is_loose(table.fields[*only])) return std::nullopt;
  const auto& directory = data_.messages().directory();
  const auto& shape = directory.shapes[table.fields[*only].shape];
  if (shape.count > 0) {
    if (shape.hole_count != 1) return fail(ErrorCode::kCorruption, "shape of a field is damaged");
    LOGPOND_TRY(const auto* column, data_.messages().lane(directory.hole_lanes[shape.first_hole]));
    if (!column->shapes.empty()) return std::nullopt;
    LOGPOND_TRY(const auto* rows, data_.rows_of_field(*only));
    if (rows->size() != column->values.size()) {
      return fail(ErrorCode::kCorruption, "column of a field has another size than its rows");
    }
    for (const std::uint32_t place : places_that_match(matcher, column->values)) {
      found.set((*rows)[place]);
    }
  }
  LOGPOND_CHECK_OK(add_rows_of_words(matcher, found));
  return found;
}

/// Rows whose field says what the severity's text says, where that matches.
Status GroupSelection::add_rows_of_words(const Matcher& matcher, codec::Bitmap& found) {
  const RowTable& table = data_.table();
  std::vector<bool> kinds(table.kinds.size(), false);
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    for (const RowField& field : table.kinds[i].fields) {
      if (!field.is_word) continue;
      if (sanitize_label_name(table.fields[field.field].name) != matcher.name()) continue;
      kinds[i] = matcher.matches(table.words[table.kinds[i].word]);
    }
  }
  if (std::find(kinds.begin(), kinds.end(), true) == kinds.end()) return {};
  LOGPOND_TRY(const auto* row_shapes, data_.row_shapes());
  for (std::uint32_t row = 0; row < row_shapes->size(); ++row) {
    if (kinds[table.shapes[(*row_shapes)[row]].kind]) found.set(row);
  }
  return {};
}

Status GroupSelection::select_by_field(const Matcher& matcher) {
  Candidates queues;
  for (const RowKind& kind : data_.table().kinds) queues.push_back(candidates(matcher, kind));
  LOGPOND_TRY(const auto found, rows_of_only_field(matcher, queues));
  if (!found) return decide_each_row(matcher, queues);
  rows_.intersect(*found);
  return {};
}

Status GroupSelection::decide_each_row(const Matcher& matcher, const Candidates& queues) {
  const RowTable& table = data_.table();
  codec::Bitmap undecided = rows_;
  LOGPOND_CHECK_OK(decide_by_stream_label(matcher, undecided));
  // Fields are asked in the order in which rows have them. Kinds that disagree about it are rare,
  // and each step only decides rows of kinds whose next candidate it is.
  std::size_t rounds = 0;
  for (const auto& queue : queues) rounds = std::max(rounds, queue.size());
  for (std::size_t round = 0; round < rounds && !undecided.none(); ++round) {
    std::vector<std::uint32_t> fields;
    for (const auto& queue : queues) {
      if (round < queue.size()) fields.push_back(queue[round]);
    }
    std::sort(fields.begin(), fields.end());
    fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
    for (const std::uint32_t field : fields) {
      codec::Bitmap asked(undecided.size());
      LOGPOND_TRY(const auto* row_shapes, data_.row_shapes());
      undecided.for_each([&](std::uint32_t row) {
        const auto& queue = queues[table.shapes[(*row_shapes)[row]].kind];
        if (round < queue.size() && queue[round] == field) asked.set(row);
      });
      codec::Bitmap still = asked;
      LOGPOND_CHECK_OK(decide_by_field(matcher, field, still));
      asked.subtract(still);
      undecided.subtract(asked);
    }
  }
  return decide_by_fallback(matcher, undecided);
}

Status GroupSelection::decide_by_stream_label(const Matcher& matcher, codec::Bitmap& undecided) {
  const RowTable& table = data_.table();
  const auto& streams = data_.group().streams;
  std::vector<bool> has(streams.size());
  std::vector<bool> keeps(streams.size());
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const Labels& labels = data_.part().streams()[streams[i].stream]->labels;
    has[i] = labels.has(matcher.name());
    keeps[i] = has[i] && matcher.matches(labels.get(matcher.name()));
  }
  if (std::find(has.begin(), has.end(), true) == has.end()) return {};
  LOGPOND_TRY(const auto* row_shapes, data_.row_shapes());
  LOGPOND_TRY(const auto* places, data_.stream_places());
  codec::Bitmap asked = undecided;
  asked.for_each([&](std::uint32_t row) {
    const std::uint32_t sender = table.kinds[table.shapes[(*row_shapes)[row]].kind].sender;
    const std::uint32_t stream = table.senders[sender][(*places)[row]];
    if (has[stream]) decide(row, keeps[stream], undecided);
  });
  return {};
}

/// Decides rows among `undecided`, all of which have the field; those with an empty value stay.
Status GroupSelection::decide_by_field(const Matcher& matcher, std::uint32_t field,
                                       codec::Bitmap& undecided) {
  const RowTable& table = data_.table();
  LOGPOND_TRY(const auto* row_shapes, data_.row_shapes());
  std::vector<std::optional<bool>> by_kind(table.kinds.size());
  bool has_column = false;
  for (std::size_t i = 0; i < by_kind.size(); ++i) {
    for (const RowField& entry : table.kinds[i].fields) {
      if (entry.field != field) continue;
      has_column = has_column || has_columns_of(table, entry);
      if (entry.is_word && !by_kind[i])
        by_kind[i] = matcher.matches(table.words[table.kinds[i].word]);
      break;
    }
  }
  const codec::Bitmap asked = undecided;
  asked.for_each([&](std::uint32_t row) {
    if (const auto known = by_kind[table.shapes[(*row_shapes)[row]].kind]) {
      decide(row, *known, undecided);
    }
  });
  if (!has_column || undecided.none()) return {};
  const auto& directory = data_.messages().directory();
  const auto& shape = directory.shapes[table.fields[field].shape];
  if (shape.hole_count != 1) return fail(ErrorCode::kCorruption, "shape of a field is damaged");
  const std::uint32_t lane = directory.hole_lanes[shape.first_hole];
  if (is_loose(table.fields[field])) return decide_by_loose(matcher, field, lane, undecided);
  LOGPOND_TRY(const auto* column, data_.messages().lane(lane));
  return decide_by_column(matcher, field, *column, undecided);
}

Status GroupSelection::decide_by_column(const Matcher& matcher, std::uint32_t field,
                                        const message::LaneColumn& column,
                                        codec::Bitmap& undecided) {
  const std::vector<std::uint32_t> matched = places_that_match(matcher, column.values);
  LOGPOND_TRY(const auto* rows, data_.rows_of_field(field));
  if (rows->size() != column.values.size()) {
    return fail(ErrorCode::kCorruption, "column of a field has another size than its rows");
  }
  std::vector<std::uint32_t> empty;
  column.values.match(column::Place::kEqual, "", empty);
  codec::Bitmap is_match(rows->size());
  codec::Bitmap is_empty(rows->size());
  is_match.set_all(matched);
  is_empty.set_all(empty);
  std::string text;
  for (std::uint32_t at = 0; at < rows->size(); ++at) {
    const std::uint32_t row = (*rows)[at];
    if (!undecided.test(row) || is_empty.test(at)) continue;
    bool keeps = is_match.test(at);
    if (!column.shapes.empty() && column.values.reference(at) >= 0) {
      text.clear();
      LOGPOND_CHECK_OK(data_.messages().append_text(
          static_cast<std::uint32_t>(column.values.reference(at)), column.occurrences[at], text));
      keeps = matcher.matches(text);
    }
    decide(row, keeps, undecided);
  }
  return {};
}

Status GroupSelection::decide_by_loose(const Matcher& matcher, std::uint32_t field,
                                       std::uint32_t lane, codec::Bitmap& undecided) {
  LOGPOND_TRY(const auto* rows, data_.rows_of_field(field));
  std::string text;
  for (std::uint32_t at = 0; at < rows->size(); ++at) {
    const std::uint32_t row = (*rows)[at];
    if (!undecided.test(row)) continue;
    text.clear();
    LOGPOND_CHECK_OK(data_.messages().append_lane_text(lane, at, text));
    codec::Reader reader(text);
    const std::string_view name = reader.sized_bytes();
    (void)reader.fixed<std::uint8_t>();
    if (!reader.ok() || reader.rest().empty()) continue;
    if (sanitize_label_name(name) == matcher.name()) {
      decide(row, matcher.matches(reader.rest()), undecided);
    }
  }
  return {};
}

Status GroupSelection::decide_by_fallback(const Matcher& matcher, const codec::Bitmap& undecided) {
  if (undecided.none()) return {};
  const RowTable& table = data_.table();
  std::vector<bool> keeps(table.kinds.size());
  for (std::size_t i = 0; i < keeps.size(); ++i) {
    keeps[i] = matcher.matches(value_without_field(matcher, table.kinds[i].severity));
  }
  if (std::find(keeps.begin(), keeps.end(), true) == keeps.end()) {
    rows_.subtract(undecided);
    return {};
  }
  if (std::find(keeps.begin(), keeps.end(), false) == keeps.end()) return {};
  LOGPOND_TRY(const auto* row_shapes, data_.row_shapes());
  undecided.for_each([&](std::uint32_t row) {
    if (!keeps[table.shapes[(*row_shapes)[row]].kind]) rows_.clear(row);
  });
  return {};
}

// ---- Lines -------------------------------------------------------------------------------------

/// Shapes of the messages of rows that are left, ascending.
std::vector<std::uint32_t> GroupSelection::message_shapes_in_play() const {
  std::vector<bool> in_play(data_.messages().directory().shapes.size(), false);
  const auto& shapes = data_.table().shapes;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    if (shapes_[i]) in_play[shapes[i].message_shape] = true;
  }
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < in_play.size(); ++i) {
    if (in_play[i]) found.push_back(i);
  }
  return found;
}

Status GroupSelection::find_literal(const std::string& literal, codec::Bitmap& sure,
                                    codec::Bitmap& maybe) {
  LOGPOND_CHECK_OK(data_.messages().prepare_search());
  message::LiteralSearch search(data_.messages(), literal);
  const auto& directory = data_.messages().directory();
  std::size_t step = 0;
  for (const std::uint32_t shape : search.candidates(message_shapes_in_play())) {
    if (++step % kRowsPerCheck == 0) LOGPOND_CHECK_OK(request_.cancel.check());
    LOGPOND_TRY(const message::Found found, search.find(shape));
    if (found.none()) continue;
    // Which rows those are costs more than all the rest: it is asked only where there are any.
    LOGPOND_TRY(const RowIndex* index, data_.index());
    const auto rows = index->rows_of(shape);
    if (directory.shapes[shape].count != rows.size()) {
      return fail(ErrorCode::kCorruption, "shape of messages has another count than its rows");
    }
    if (found.all) sure.set_all(rows);
    if (found.all_maybe) maybe.set_all(rows);
    for (const std::uint32_t occurrence : found.sure) sure.set(rows[occurrence]);
    for (const std::uint32_t occurrence : found.maybe) maybe.set(rows[occurrence]);
  }
  maybe.subtract(sure);
  return {};
}

/// Narrows rows_; `unverified` gets the rows whose text must be looked at for this filter.
Status GroupSelection::apply_line_filter(const codec::LineFilter& filter,
                                         codec::Bitmap& unverified) {
  const auto op = filter.op();
  const bool is_text =
      op == codec::LineFilterOp::kContains || op == codec::LineFilterOp::kNotContains;
  const std::vector<std::string> literals = filter.required_literals();
  const bool is_any_empty = std::any_of(literals.begin(), literals.end(),
                                        [](const std::string& text) { return text.empty(); });
  if (literals.empty() || (is_any_empty && !is_text)) {
    unverified.unite(rows_);
    return {};
  }
  if (is_any_empty) {  // every line holds the empty text
    if (!is_positive(filter)) rows_.reset(rows_.size());
    return {};
  }
  codec::Bitmap sure(rows_.size());
  codec::Bitmap maybe(rows_.size());
  for (const std::string& literal : literals) LOGPOND_CHECK_OK(find_literal(literal, sure, maybe));
  maybe.subtract(sure);
  codec::Bitmap held = sure;
  held.unite(maybe);
  if (is_positive(filter)) {
    rows_.intersect(held);
  } else if (is_text) {
    rows_.subtract(sure);
  }
  unverified.unite(is_text ? maybe : held);
  return {};
}

Status GroupSelection::select_by_lines() {
  codec::Bitmap unverified(rows_.size());
  for (const codec::LineFilter& filter : request_.line_filters) {
    LOGPOND_CHECK_OK(request_.cancel.check());
    LOGPOND_CHECK_OK(apply_line_filter(filter, unverified));
    if (rows_.none()) return {};
  }
  unverified.intersect(rows_);
  return verify_lines(unverified);
}

Status GroupSelection::verify_lines(const codec::Bitmap& unverified) {
  if (unverified.none()) return {};
  LOGPOND_TRY(const auto* row_shapes, data_.row_shapes());
  LOGPOND_TRY(const RowIndex* index, data_.index());
  const auto& directory = data_.messages().directory();
  const auto& shapes = data_.table().shapes;
  // Messages of a shape without holes are all the same.
  std::vector<std::optional<bool>> known(directory.shapes.size());
  std::string text;
  std::size_t step = 0;
  Status status;
  unverified.for_each([&](std::uint32_t row) {
    if (!status) return;
    if (++step % kRowsPerCheck == 0) status = request_.cancel.check();
    const std::uint32_t shape = shapes[(*row_shapes)[row]].message_shape;
    std::optional<bool>& same = known[shape];
    bool keeps = false;
    if (same) {
      keeps = *same;
    } else {
      text.clear();
      const Status read = data_.messages().append_text(shape, index->occurrences[row], text);
      if (!read) status = read;
      keeps = std::all_of(request_.line_filters.begin(), request_.line_filters.end(),
                          [&](const codec::LineFilter& filter) { return filter.keeps(text); });
      if (directory.shapes[shape].hole_count == 0) same = keeps;
    }
    if (!keeps) rows_.clear(row);
  });
  return status;
}

}  // namespace logpond::storage
