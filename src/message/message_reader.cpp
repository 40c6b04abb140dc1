#include "message/message_reader.h"

#include <algorithm>

#include "message/structure.h"

namespace logpond::message {
namespace {

/// Documents are nested at most kDepthMax deep; lists and parts add steps.
constexpr unsigned kReadDepthMax = 2 * static_cast<unsigned>(kDepthMax) + 8;

/// More values of one lane than any group has: damage, not a reason to take memory.
constexpr std::uint64_t kLaneValuesMax = std::uint64_t{1} << 25;
/// A small column of many values is a constant or nearly so; its stamp is not worth their texts.
constexpr std::uint32_t kStampedValuesMax = 512;

tl::unexpected<Error> damaged(const char* what) {
  return fail(ErrorCode::kCorruption, std::string("column of messages is damaged: ") + what);
}

}  // namespace

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
  std::vector<std::uint64_t> filled(directory_.lanes.size(), 0);
  std::vector<std::uint32_t> holes_of_lane(directory_.lanes.size(), 0);
  holes_.reserve(directory_.hole_lanes.size());
  for (const DirectoryShape& shape : directory_.shapes) {
    std::uint32_t at = shape.text_offset;
    for (std::uint32_t h = 0; h < shape.hole_count; ++h) {
      const std::uint32_t lane = directory_.hole_lanes[shape.first_hole + h];
      at = static_cast<std::uint32_t>(directory_.texts.find(kHole, at));
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
      if (filled[lane] > kLaneValuesMax) return damaged("too many values");
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
  if (column->values.has_references()) LOGPOND_CHECK_OK(number_references(*column));
  memory_bytes_ += column->values.memory_bytes() + column->occurrences.size() * 4;
  owned_lanes_[lane] = std::move(column);
  lanes_[lane].store(owned_lanes_[lane].get(), std::memory_order_release);
  return {};
}

/// The occurrences of a nested shape are numbered as the references to it lie in its lane.
Status MessageReader::number_references(LaneColumn& lane) const {
  std::vector<std::uint32_t> next(directory_.shapes.size(), 0);
  lane.occurrences.resize(lane.values.size());
  for (std::uint32_t i = 0; i < lane.values.size(); ++i) {
    const std::int64_t shape = lane.values.reference(i);
    if (shape < 0) continue;
    if (static_cast<std::uint64_t>(shape) >= next.size()) return damaged("unknown shape");
    std::uint32_t& number = next[static_cast<std::size_t>(shape)];
    if (number == 0) lane.shapes.push_back(static_cast<std::uint32_t>(shape));
    lane.occurrences[i] = number++;
    if (number > directory_.shapes[static_cast<std::size_t>(shape)].count) {
      return damaged("more references than occurrences");
    }
  }
  std::sort(lane.shapes.begin(), lane.shapes.end());
  return {};
}

// ---- Texts -------------------------------------------------------------------------------------

Status MessageReader::append_text(std::uint32_t shape, std::uint32_t occurrence, std::string& out) {
  if (shape >= directory_.shapes.size()) return damaged("unknown shape");
  return append_nested(shape, occurrence, 0, out);
}

Status MessageReader::append_lane_text(std::uint32_t lane, std::uint32_t at, std::string& out) {
  return append_value(lane, at, 0, out);
}

Status MessageReader::append_nested(std::uint32_t shape, std::uint32_t occurrence, unsigned depth,
                                    std::string& out) {
  const DirectoryShape& entry = directory_.shapes[shape];
  if (depth > kReadDepthMax || occurrence >= entry.count) return damaged("no such occurrence");
  const char* const texts = directory_.texts.data();
  std::uint32_t from = entry.text_offset;
  for (std::uint32_t h = 0; h < entry.hole_count; ++h) {
    const HoleView& hole = holes_[entry.first_hole + h];
    out.append(texts + from, hole.at - from);
    from = hole.at + 1;
    LOGPOND_CHECK_OK(append_value(hole.lane, hole.first + occurrence * hole.step, depth, out));
  }
  out.append(texts + from, entry.text_offset + entry.text_size - from);
  return {};
}

Status MessageReader::append_value(std::uint32_t lane, std::uint32_t at, unsigned depth,
                                   std::string& out) {
  const LaneColumn* column = lanes_[lane].load(std::memory_order_acquire);
  if (column == nullptr) [[unlikely]] {
    LOGPOND_TRY(column, this->lane(lane));
  }
  if (at >= column->values.size()) return damaged("no such value");
  if (!column->occurrences.empty()) {
    if (const std::int64_t nested = column->values.reference(at); nested >= 0) {
      return append_nested(static_cast<std::uint32_t>(nested), column->occurrences[at], depth + 1,
                           out);
    }
  }
  column->values.append_text(at, out);
  return {};
}

Result<std::uint64_t> MessageReader::text_size(std::uint32_t shape, std::uint32_t occurrence) {
  std::uint64_t size = 0;
  if (shape >= directory_.shapes.size()) return damaged("unknown shape");
  LOGPOND_CHECK_OK(add_size(shape, occurrence, 0, size));
  return size;
}

Status MessageReader::add_size(std::uint32_t shape, std::uint32_t occurrence, unsigned depth,
                               std::uint64_t& size) {
  const DirectoryShape& entry = directory_.shapes[shape];
  if (depth > kReadDepthMax || occurrence >= entry.count) return damaged("no such occurrence");
  size += entry.text_size - entry.hole_count;
  for (std::uint32_t h = 0; h < entry.hole_count; ++h) {
    const HoleView& hole = holes_[entry.first_hole + h];
    LOGPOND_TRY(const LaneColumn* column, lane(hole.lane));
    const std::uint32_t at = hole.first + occurrence * hole.step;
    if (at >= column->values.size()) return damaged("no such value");
    const std::int64_t nested = column->occurrences.empty() ? -1 : column->values.reference(at);
    if (nested < 0) {
      size += column->values.text_size(at);
    } else {
      LOGPOND_CHECK_OK(
          add_size(static_cast<std::uint32_t>(nested), column->occurrences[at], depth + 1, size));
    }
  }
  return {};
}

}  // namespace logpond::message
