// The directory of a row group's messages and fields: shapes, lanes, and where each column lies.
// Layout: docs/formats/messages.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "column/column.h"
#include "core/result.h"
#include "message/shape.h"

namespace logpond::message {

struct DirectoryShape {
  std::uint32_t text_offset = 0;  ///< In Directory::texts.
  std::uint32_t text_size = 0;
  std::uint32_t first_hole = 0;  ///< In Directory::hole_lanes.
  std::uint32_t hole_count = 0;
  std::uint32_t count = 0;  ///< Occurrences in the group.
  ShapeKind kind = ShapeKind::kFlat;
};

struct DirectoryLane {
  LaneKind kind = LaneKind::kOwned;
  std::uint32_t sender = 0;
  std::uint32_t name_offset = 0;  ///< In Directory::names: the path of keys, dotted; none if owned.
  std::uint32_t name_size = 0;
  std::uint32_t bytes = 0;  ///< Packed size of the column; 0: no values.
  column::Stamp stamp;
};

struct Directory {
  std::string texts;
  std::string names;
  std::vector<DirectoryShape> shapes;
  std::vector<std::uint32_t> hole_lanes;  ///< Lane of each hole, shapes in order.
  /// Named ones first, then the owned ones in the order of their shapes' holes.
  std::vector<DirectoryLane> lanes;
  std::uint32_t named_lanes = 0;

  std::string_view text(const DirectoryShape& shape) const {
    return std::string_view(texts).substr(shape.text_offset, shape.text_size);
  }
  std::string_view name(const DirectoryLane& lane) const {
    return std::string_view(names).substr(lane.name_offset, lane.name_size);
  }
};

constexpr bool owns_lanes(ShapeKind kind) {
  return kind == ShapeKind::kFlat || kind == ShapeKind::kPart;
}

/// Where a column lies.
struct ColumnPlace {
  std::uint32_t page = 0;
  std::uint32_t offset = 0;
};
/// Columns in the order of lanes: small ones fill pages of up to kPageBytes; then each large one
/// has a page. Returns the places and the number of pages of small columns.
std::vector<ColumnPlace> place_columns(const std::vector<DirectoryLane>& lanes,
                                       std::uint32_t& small_pages);

void encode_directory(const Directory& directory, std::string& out);
/// Never trusts the bytes: holes, lanes and texts are consistent in what it returns, lanes are of a
/// kind that their shapes can have, counts are not checked against the columns. Errors:
/// kCorruption.
Result<Directory> decode_directory(std::string_view bytes);

}  // namespace logpond::message
