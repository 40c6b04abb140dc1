#include "message/message_reader.h"

#include <algorithm>

#include "message/structure.h"

namespace logpond::message {
namespace {

/// Documents are nested at most kDepthMax deep; lists and parts add steps.
constexpr unsigned kReadDepthMax = 2 * static_cast<unsigned>(kDepthMax) + 8;

/// Nested parts of one text of at most kSplitBytesMax bytes: each puts a byte there at least, but
/// for lists, whose members do.
constexpr std::uint32_t kPartsMax = 2 * static_cast<std::uint32_t>(kSplitBytesMax);
/// Holes of one shape that are filled before the size of the text is looked at again.
constexpr std::uint32_t kHolesPerCheck = 64;
/// Columns of a group take no more: see kGroupValuesMax.
constexpr std::size_t kColumnBytesMax = std::size_t{1} << 30;
constexpr std::uint32_t kNoLane = 0xFFFF'FFFF;
/// A small column of many values is a constant or nearly so; its stamp is not worth their texts.
constexpr std::uint32_t kStampedValuesMax = 512;

tl::unexpected<Error> damaged(const char* what) {
  return fail(ErrorCode::kCorruption, std::string("column of messages is damaged: ") + what);
}

tl::unexpected<Error> too_long() {
  return damaged("a text longer than what is taken apart");
}

tl::unexpected<Error> too_many_parts() {
  return damaged("more parts than a message has");
}

/// Whether lanes of a kind refer to shapes of a kind.
bool may_refer(LaneKind lane, ShapeKind shape) {
  switch (lane) {
    case LaneKind::kBare:
    case LaneKind::kDocument:
      return shape == ShapeKind::kNode || shape == ShapeKind::kList || shape == ShapeKind::kPart;
    case LaneKind::kMembers:
      return shape == ShapeKind::kMember;
    case LaneKind::kString:
    case LaneKind::kField:
      return shape == ShapeKind::kPart;
    default:
      return false;
  }
}

}  // namespace

/// What one call may still put together. Only texts of at most kSplitBytesMax bytes are taken
/// apart, so whatever has parts and becomes longer, or has more of them than bytes, is damage: by
/// references alone a few columns can claim a text without end.
struct MessageReader::Budget {
  std::uint64_t size_max = kSplitBytesMax;
  std::uint32_t parts = kPartsMax;
  unsigned depth = 0;

  /// A nested part begins, where the text has `size` bytes: whether it may.
  bool enter(std::uint64_t size) {
    const bool may = depth < kReadDepthMax && parts > 0 && size <= size_max;
    ++depth;
    --parts;
    return may;
  }
  /// After `holes` holes of a shape. A single hole can hold what was never split.
  bool is_too_long(std::uint32_t holes, std::uint64_t size) const {
    return holes > 1 && size > size_max;
  }
};

Result<std::unique_ptr<MessageReader>> MessageReader::open(std::string_view directory,
                                                           LoadPage load) {
  LOGPOND_TRY(auto decoded, decode_directory(directory));
  std::unique_ptr<MessageReader> reader(new MessageReader(std::move(decoded), std::move(load)));
  LOGPOND_CHECK_OK(reader->map_holes());
  return reader;
}

MessageReader::MessageReader(Directory directory, LoadPage load)
    : directory_(std::move(directory)),
      load_(std::move(load)),
      places_(place_columns(directory_.lanes, small_pages_)),
      lanes_(directory_.lanes.size()),
      owned_lanes_(directory_.lanes.size()),
      pages_(small_pages_) {}

/// Says where the values of each hole lie: shapes in order, each with its share of the lane.
Status MessageReader::map_holes() {
  std::uint64_t values = 0;
  std::vector<std::uint64_t> filled(directory_.lanes.size(), 0);
  std::vector<std::uint32_t> holes_of_lane(directory_.lanes.size(), 0);
  holes_.reserve(directory_.hole_lanes.size());
  for (const DirectoryShape& shape : directory_.shapes) {
    std::uint32_t at = shape.text_offset;
    values += std::uint64_t{shape.count} * shape.hole_count;
    if (values > kGroupValuesMax) return damaged("too many values");
    for (std::uint32_t h = 0; h < shape.hole_count; ++h) {
      const std::uint32_t lane = directory_.hole_lanes[shape.first_hole + h];
      at = static_cast<std::uint32_t>(directory_.texts.find(kHole, at));
      is_first_of_lane_.push_back(holes_of_lane[lane] == 0);
      holes_.push_back(
          {lane, static_cast<std::uint32_t>(filled[lane]) + holes_of_lane[lane]++, 0, at++});
    }
    for (std::uint32_t h = 0; h < shape.hole_count; ++h) {
      HoleView& hole = holes_[shape.first_hole + h];
      hole.step = holes_of_lane[hole.lane];
    }
    for (std::uint32_t h = 0; h < shape.hole_count; ++h) {
      const std::uint32_t lane = directory_.hole_lanes[shape.first_hole + h];
      filled[lane] += std::uint64_t{shape.count} * holes_of_lane[lane];
      holes_of_lane[lane] = 0;
    }
  }
  lane_sizes_.assign(filled.begin(), filled.end());
  memory_bytes_ = directory_.texts.size() + directory_.names.size() +
                  directory_.shapes.size() * sizeof(DirectoryShape) +
                  directory_.lanes.size() * (sizeof(DirectoryLane) + 28) +
                  holes_.size() * (sizeof(HoleView) + 4);
  return {};
}

// ---- What searching needs -----------------------------------------------------------------------

Status MessageReader::prepare_search() {
  std::call_once(prepared_, [this] {
    note_borders();
    prepare_status_ = stamp_small_columns();
    memory_bytes_ += stamps_.size() * sizeof(column::Stamp) + borders_.size() * sizeof(BorderBytes);
  });
  return prepare_status_;
}

/// Columns without a stamp on disk are small: reading them once costs less than their stamps would
/// take there.
Status MessageReader::stamp_small_columns() {
  std::vector<column::Stamp> stamps(directory_.lanes.size());
  std::string text;
  for (std::uint32_t i = 0; i < stamps.size(); ++i) {
    const DirectoryLane& lane = directory_.lanes[i];
    stamps[i] = lane.stamp;
    if (lane.bytes >= kStampedColumnBytes) continue;
    stamps[i] = column::Stamp{255, 0, 0};
    if (lane.bytes == 0 || lane_sizes_[i] == 0) continue;
    const std::lock_guard lock(load_mutex_);
    LOGPOND_TRY(const auto column, read_column(i));
    if (!column.has_texts()) continue;
    if (const std::uint32_t distinct = column.distinct(); distinct > 0) {
      for (std::uint32_t code = 0; code < distinct; ++code) {
        text.clear();
        column.append_code_text(code, text);
        stamps[i].include(text);
      }
      continue;
    }
    if (column.size() > kStampedValuesMax) {
      stamps[i] = column::Stamp{};
      continue;
    }
    for (std::uint32_t at = 0; at < column.size(); ++at) {
      if (column.has_references() && column.reference(at) >= 0) continue;
      text.clear();
      column.append_text(at, text);
      stamps[i].include(text);
    }
  }
  stamps_ = std::move(stamps);
  return {};
}

void MessageReader::note_borders() {
  borders_.reserve(holes_.size());
  const std::string_view texts = directory_.texts;
  const auto byte = [&texts](std::size_t at) {
    return static_cast<std::uint16_t>(static_cast<unsigned char>(texts[at]));
  };
  for (const DirectoryShape& shape : directory_.shapes) {
    std::uint32_t begin = shape.text_offset;
    for (std::uint32_t h = 0; h < shape.hole_count; ++h) {
      const std::uint32_t at = holes_[shape.first_hole + h].at;
      const bool is_end = h + 1 == shape.hole_count;
      const std::uint32_t end =
          is_end ? shape.text_offset + shape.text_size : holes_[shape.first_hole + h + 1].at;
      BorderBytes border;
      border.is_end = is_end;
      border.before_size = static_cast<std::uint8_t>(std::min(2U, at - begin));
      border.after_size = static_cast<std::uint8_t>(std::min(2U, end - at - 1));
      if (border.before_size > 0) border.before = byte(at - 1);
      if (border.before_size > 1) {
        border.before = static_cast<std::uint16_t>(border.before | byte(at - 2) << 8);
      }
      if (border.after_size > 0) border.after = static_cast<std::uint16_t>(byte(at + 1) << 8);
      if (border.after_size > 1) {
        border.after = static_cast<std::uint16_t>(border.after | byte(at + 2));
      }
      borders_.push_back(border);
      begin = at + 1;
    }
  }
}

// ---- Columns -----------------------------------------------------------------------------------

Result<const LaneColumn*> MessageReader::lane(std::uint32_t lane) {
  const LaneColumn* loaded = lanes_[lane].load(std::memory_order_acquire);
  if (loaded == nullptr) {
    LOGPOND_CHECK_OK(load_lane(lane));
    loaded = lanes_[lane].load(std::memory_order_acquire);
  }
  return loaded;
}

Result<std::string_view> MessageReader::small_page(std::uint32_t page) {
  if (pages_[page] == nullptr) {
    LOGPOND_TRY(auto bytes, load_(page));
    if (bytes.size() > kPageBytes) return damaged("page too long");
    memory_bytes_ += bytes.size();
    pages_[page] = std::make_unique<std::string>(std::move(bytes));
  }
  return std::string_view(*pages_[page]);
}

/// Under the lock.
Result<column::Column> MessageReader::read_column(std::uint32_t lane) {
  const std::uint32_t bytes = directory_.lanes[lane].bytes;
  if (bytes == 0 || lane_sizes_[lane] == 0) return damaged("a column without values");
  const ColumnPlace place = places_[lane];
  std::string large;
  std::string_view page;
  if (place.page < small_pages_) {
    LOGPOND_TRY(page, small_page(place.page));
  } else {
    LOGPOND_TRY(large, load_(place.page));
    page = large;
  }
  if (place.offset > page.size() || bytes > page.size() - place.offset) {
    return damaged("page too short");
  }
  return column::Column::read(page.substr(place.offset, bytes), lane_sizes_[lane]);
}

Status MessageReader::load_lane(std::uint32_t lane) {
  const std::lock_guard lock(load_mutex_);
  if (lanes_[lane].load(std::memory_order_relaxed) != nullptr) return {};
  LOGPOND_TRY(auto values, read_column(lane));
  auto column = std::make_unique<LaneColumn>(LaneColumn{std::move(values), {}, {}});
  const LaneKind kind = directory_.lanes[lane].kind;
  const bool may_be_long = kind == LaneKind::kRaw || kind == LaneKind::kField;
  if (!may_be_long && column->values.text_size_max() > kSplitBytesMax) {
    return damaged("a value longer than what is split");
  }
  if (column->values.has_references()) LOGPOND_CHECK_OK(number_references(lane, *column));
  memory_bytes_ += column->values.memory_bytes() + column->occurrences.size() * 4;
  if (memory_bytes_ > kColumnBytesMax) return damaged("more bytes than a group has");
  owned_lanes_[lane] = std::move(column);
  lanes_[lane].store(owned_lanes_[lane].get(), std::memory_order_release);
  return {};
}

/// The occurrences of a nested shape are numbered as the references to it lie in its lane. That
/// there is one such lane also means that whatever is nested is part of one message only, and never
/// of itself.
Status MessageReader::number_references(std::uint32_t lane, LaneColumn& column) {
  std::vector<std::uint32_t> next(directory_.shapes.size(), 0);
  referrers_.resize(directory_.shapes.size(), kNoLane);
  column.occurrences.resize(column.values.size());
  for (std::uint32_t i = 0; i < column.values.size(); ++i) {
    const std::int64_t number = column.values.reference(i);
    if (number < 0) continue;
    if (static_cast<std::uint64_t>(number) >= next.size()) return damaged("unknown shape");
    const auto shape = static_cast<std::uint32_t>(number);
    if (next[shape] == 0) {
      // In older files a shape without holes, whose occurrences are all alike, may have several.
      const bool is_taken = directory_.shapes[shape].hole_count > 0 &&
                            referrers_[shape] != kNoLane && referrers_[shape] != lane;
      if (is_taken || !may_refer(directory_.lanes[lane].kind, directory_.shapes[shape].kind)) {
        return damaged("a reference to what belongs elsewhere");
      }
      referrers_[shape] = lane;
      column.shapes.push_back(shape);
    }
    column.occurrences[i] = next[shape]++;
    if (next[shape] > directory_.shapes[shape].count) {
      return damaged("more references than occurrences");
    }
  }
  std::sort(column.shapes.begin(), column.shapes.end());
  return {};
}

// ---- Texts -------------------------------------------------------------------------------------

Status MessageReader::append_text(std::uint32_t shape, std::uint32_t occurrence, std::string& out) {
  if (shape >= directory_.shapes.size()) return damaged("unknown shape");
  Budget budget{.size_max = out.size() + kSplitBytesMax};
  return append_nested(shape, occurrence, budget, out);
}

Status MessageReader::append_lane_text(std::uint32_t lane, std::uint32_t at, std::string& out) {
  Budget budget{.size_max = out.size() + kSplitBytesMax};
  return append_value(lane, at, budget, out);
}

Status MessageReader::append_nested(std::uint32_t shape, std::uint32_t occurrence, Budget& budget,
                                    std::string& out) {
  const DirectoryShape& entry = directory_.shapes[shape];
  if (occurrence >= entry.count) return damaged("no such occurrence");
  const char* const texts = directory_.texts.data();
  std::uint32_t from = entry.text_offset;
  for (std::uint32_t h = 0; h < entry.hole_count;) {
    const std::uint32_t end = std::min(entry.hole_count, h + kHolesPerCheck);
    for (; h < end; ++h) {
      const HoleView& hole = holes_[entry.first_hole + h];
      out.append(texts + from, hole.at - from);
      from = hole.at + 1;
      LOGPOND_CHECK_OK(append_value(hole.lane, hole.first + occurrence * hole.step, budget, out));
    }
    if (budget.is_too_long(h, out.size())) [[unlikely]]
      return too_long();
  }
  out.append(texts + from, entry.text_offset + entry.text_size - from);
  return {};
}

Status MessageReader::append_value(std::uint32_t lane, std::uint32_t at, Budget& budget,
                                   std::string& out) {
  const LaneColumn* column = lanes_[lane].load(std::memory_order_acquire);
  if (column == nullptr) [[unlikely]] {
    LOGPOND_TRY(column, this->lane(lane));
  }
  if (at >= column->values.size()) return damaged("no such value");
  if (!column->occurrences.empty()) {
    if (const std::int64_t nested = column->values.reference(at); nested >= 0) {
      return append_part(static_cast<std::uint32_t>(nested), column->occurrences[at], budget, out);
    }
  }
  column->values.append_text(at, out);
  return {};
}

Status MessageReader::append_part(std::uint32_t shape, std::uint32_t occurrence, Budget& budget,
                                  std::string& out) {
  if (!budget.enter(out.size())) [[unlikely]]
    return too_many_parts();
  LOGPOND_CHECK_OK(append_nested(shape, occurrence, budget, out));
  --budget.depth;
  return {};
}

Result<std::uint64_t> MessageReader::text_size(std::uint32_t shape, std::uint32_t occurrence) {
  std::uint64_t size = 0;
  if (shape >= directory_.shapes.size()) return damaged("unknown shape");
  Budget budget;
  LOGPOND_CHECK_OK(add_size(shape, occurrence, budget, size));
  return size;
}

Status MessageReader::add_size(std::uint32_t shape, std::uint32_t occurrence, Budget& budget,
                               std::uint64_t& size) {
  const DirectoryShape& entry = directory_.shapes[shape];
  if (occurrence >= entry.count) return damaged("no such occurrence");
  size += entry.text_size - entry.hole_count;
  for (std::uint32_t h = 0; h < entry.hole_count; ++h) {
    const HoleView& hole = holes_[entry.first_hole + h];
    LOGPOND_TRY(const LaneColumn* column, lane(hole.lane));
    const std::uint32_t at = hole.first + occurrence * hole.step;
    if (at >= column->values.size()) return damaged("no such value");
    const std::int64_t nested = column->occurrences.empty() ? -1 : column->values.reference(at);
    if (nested < 0) {
      size += column->values.text_size(at);
      continue;
    }
    if (!budget.enter(size)) return too_many_parts();
    LOGPOND_CHECK_OK(
        add_size(static_cast<std::uint32_t>(nested), column->occurrences[at], budget, size));
    --budget.depth;
  }
  if (budget.is_too_long(entry.hole_count, size)) return too_long();
  return {};
}

}  // namespace logpond::message
