#include "message/directory.h"

#include <algorithm>

#include "codec/varint.h"
#include "message/structure.h"

namespace logpond::message {
namespace {

using codec::put_varint;

/// An empty value leaves a hole that is longer than it, so that a skeleton can be longer than its
/// text, but never twice as long.
constexpr std::size_t kSkeletonBytesMax = 2 * kSplitBytesMax;

tl::unexpected<Error> damaged(const char* what) {
  return fail(ErrorCode::kCorruption, std::string("directory of messages is damaged: ") + what);
}

void put_shapes(const Directory& directory, std::string& out) {
  put_varint(out, directory.shapes.size());
  for (const DirectoryShape& shape : directory.shapes) out.push_back(static_cast<char>(shape.kind));
  for (const DirectoryShape& shape : directory.shapes) put_varint(out, shape.text_size);
  for (const DirectoryShape& shape : directory.shapes) put_varint(out, shape.count);
  codec::put_bytes(out, directory.texts);
}

/// Only holes of shapes that do not own their lanes say which lane is theirs.
void put_lanes(const Directory& directory, std::string& out) {
  put_varint(out, directory.named_lanes);
  for (std::uint32_t i = 0; i < directory.named_lanes; ++i) {
    const DirectoryLane& lane = directory.lanes[i];
    out.push_back(static_cast<char>(lane.kind));
    put_varint(out, lane.sender);
    put_varint(out, lane.name_size);
  }
  codec::put_bytes(out, directory.names);
  for (const DirectoryShape& shape : directory.shapes) {
    if (owns_lanes(shape.kind)) continue;
    std::uint32_t before = 0;
    for (std::uint32_t i = 0; i < shape.hole_count; ++i) {
      const std::uint32_t lane = directory.hole_lanes[shape.first_hole + i];
      put_varint(out, codec::zigzag(static_cast<std::int64_t>(lane) - before));
      before = lane;
    }
  }
  for (const DirectoryLane& lane : directory.lanes) put_varint(out, lane.bytes);
  for (const DirectoryLane& lane : directory.lanes) {
    if (lane.bytes < kStampedColumnBytes) continue;
    codec::put_fixed(out, lane.stamp.size_min);
    codec::put_fixed(out, lane.stamp.size_max);
    codec::put_fixed(out, lane.stamp.characters);
  }
}

Status read_shapes(codec::Reader& reader, Directory& directory) {
  const std::uint64_t count = reader.varint();
  const std::string_view kinds = reader.bytes(count);
  if (!reader.ok() || count > kShapesMax) return damaged("shapes");
  directory.shapes.resize(count);
  std::uint64_t text_bytes = 0;
  for (std::size_t i = 0; i < count; ++i) {
    DirectoryShape& shape = directory.shapes[i];
    if (static_cast<std::uint8_t>(kinds[i]) > static_cast<std::uint8_t>(kShapeKindLast)) {
      return damaged("kind of a shape");
    }
    shape.kind = static_cast<ShapeKind>(kinds[i]);
    const std::uint64_t size = reader.varint();
    if (size > kSkeletonBytesMax) return damaged("text of a shape");
    shape.text_offset = static_cast<std::uint32_t>(text_bytes);
    shape.text_size = static_cast<std::uint32_t>(size);
    text_bytes += size;
    if (text_bytes > UINT32_MAX) return damaged("texts");
  }
  for (DirectoryShape& shape : directory.shapes) {
    const std::uint64_t occurrences = reader.varint();
    if (occurrences > UINT32_MAX) return damaged("count of a shape");
    shape.count = static_cast<std::uint32_t>(occurrences);
  }
  directory.texts = reader.sized_bytes();
  if (!reader.ok() || directory.texts.size() != text_bytes) return damaged("texts");
  return {};
}

Status read_named_lanes(codec::Reader& reader, Directory& directory) {
  const std::uint64_t count = reader.varint();
  if (!reader.ok() || count > reader.rest().size()) return damaged("lanes");
  directory.named_lanes = static_cast<std::uint32_t>(count);
  std::uint64_t name_bytes = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    DirectoryLane lane;
    const auto kind = reader.fixed<std::uint8_t>();
    const std::uint64_t sender = reader.varint();
    const std::uint64_t size = reader.varint();
    if (kind >= static_cast<std::uint8_t>(LaneKind::kOwned) || sender > UINT32_MAX ||
        size > reader.rest().size() || !reader.ok()) {
      return damaged("lane");
    }
    lane.kind = static_cast<LaneKind>(kind);
    lane.sender = static_cast<std::uint32_t>(sender);
    lane.name_offset = static_cast<std::uint32_t>(name_bytes);
    lane.name_size = static_cast<std::uint32_t>(size);
    name_bytes += size;
    directory.lanes.push_back(lane);
  }
  directory.names = reader.sized_bytes();
  if (!reader.ok() || directory.names.size() != name_bytes) return damaged("names of lanes");
  return {};
}

bool may_fill(LaneKind lane, ShapeKind shape) {
  switch (shape) {
    case ShapeKind::kRaw:
      return lane == LaneKind::kRaw;
    case ShapeKind::kField:
      return lane == LaneKind::kField;
    case ShapeKind::kList:
      return lane == LaneKind::kMembers;
    case ShapeKind::kFlat:
    case ShapeKind::kPart:
      return lane == LaneKind::kOwned;
    default:
      return lane == LaneKind::kString || lane == LaneKind::kBare || lane == LaneKind::kDocument;
  }
}

/// Values that were never split can be long: nothing stands beside them.
bool is_one_hole(ShapeKind kind) {
  return kind == ShapeKind::kRaw || kind == ShapeKind::kField;
}

Status read_holes(codec::Reader& reader, Directory& directory) {
  for (DirectoryShape& shape : directory.shapes) {
    const std::string_view text = directory.text(shape);
    shape.first_hole = static_cast<std::uint32_t>(directory.hole_lanes.size());
    shape.hole_count = static_cast<std::uint32_t>(std::count(text.begin(), text.end(), kHole));
    if (is_one_hole(shape.kind) && (text.size() != 1 || shape.hole_count != 1)) {
      return damaged("shape of one hole");
    }
    std::int64_t before = 0;
    for (std::uint32_t i = 0; i < shape.hole_count; ++i) {
      if (owns_lanes(shape.kind)) {
        directory.hole_lanes.push_back(static_cast<std::uint32_t>(directory.lanes.size()));
        directory.lanes.emplace_back();
        continue;
      }
      // Without a sign: a sum of hostile numbers wraps around and is then out of range.
      before =
          static_cast<std::int64_t>(static_cast<std::uint64_t>(before) +
                                    static_cast<std::uint64_t>(codec::unzigzag(reader.varint())));
      if (!reader.ok() || before < 0 || before >= directory.named_lanes) return damaged("hole");
      const LaneKind lane = directory.lanes[static_cast<std::size_t>(before)].kind;
      if (!may_fill(lane, shape.kind)) return damaged("hole of another kind");
      directory.hole_lanes.push_back(static_cast<std::uint32_t>(before));
    }
  }
  return {};
}

Status read_columns(codec::Reader& reader, Directory& directory) {
  for (DirectoryLane& lane : directory.lanes) {
    const std::uint64_t bytes = reader.varint();
    if (bytes > UINT32_MAX) return damaged("size of a column");
    lane.bytes = static_cast<std::uint32_t>(bytes);
  }
  for (DirectoryLane& lane : directory.lanes) {
    if (lane.bytes < kStampedColumnBytes) continue;
    lane.stamp.size_min = reader.fixed<std::uint8_t>();
    lane.stamp.size_max = reader.fixed<std::uint8_t>();
    lane.stamp.characters = reader.fixed<std::uint16_t>();
  }
  if (!reader.ok() || !reader.at_end()) return damaged("columns");
  return {};
}

}  // namespace

std::vector<ColumnPlace> place_columns(const std::vector<DirectoryLane>& lanes,
                                       std::uint32_t& small_pages) {
  std::vector<ColumnPlace> places(lanes.size());
  std::uint32_t page = 0;
  std::size_t filled = 0;
  bool has_small = false;
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    if (lanes[i].bytes >= kLargeColumnBytes || lanes[i].bytes == 0) continue;
    if (filled + lanes[i].bytes > kPageBytes) {
      ++page;
      filled = 0;
    }
    places[i] = {page, static_cast<std::uint32_t>(filled)};
    filled += lanes[i].bytes;
    has_small = true;
  }
  small_pages = has_small ? page + 1 : 0;
  page = small_pages;
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    if (lanes[i].bytes >= kLargeColumnBytes) places[i] = {page++, 0};
  }
  return places;
}

void encode_directory(const Directory& directory, std::string& out) {
  put_shapes(directory, out);
  put_lanes(directory, out);
}

Result<Directory> decode_directory(std::string_view bytes) {
  codec::Reader reader(bytes);
  Directory directory;
  LOGPOND_CHECK_OK(read_shapes(reader, directory));
  LOGPOND_CHECK_OK(read_named_lanes(reader, directory));
  LOGPOND_CHECK_OK(read_holes(reader, directory));
  LOGPOND_CHECK_OK(read_columns(reader, directory));
  return directory;
}

}  // namespace logpond::message
