// A message goes to the splitter that its first character suggests; what the strict splitters
// refuse is plain text. Values are typed while their text is still in the cache and written down
// with their cell; columns are made when the group ends.
#include "message/message_encoder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>

#include "codec/checksum.h"
#include "column/column.h"
#include "message/directory.h"
#include "message/lane_table.h"
#include "message/shape_table.h"
#include "message/structure.h"
#include "message/text_arena.h"
#include "message/value_log.h"

namespace logpond::message {
namespace {

using column::Value;
using column::ValueKind;

/// An object or array whose shape keeps changing is stored member by member. A path that shows more
/// shapes than this is such a one (label maps, arrays of changing length).
constexpr std::uint32_t kPathShapesMax = 48;
/// The same at the root, where whole messages of many events meet.
constexpr std::uint32_t kRootShapesMax = 512;
/// Templates of plain text; beyond, when many lines still bring a new one, splitting gains nothing.
constexpr std::uint32_t kTemplatesMax = 16 * 1024;
constexpr std::uint32_t kPartsMax = 4096;  // of one lane
// When it is settled whether strings of a lane are taken apart.
constexpr std::uint32_t kEarlyCandidates = 64;
constexpr std::uint32_t kLateCandidates = 512;
/// Hashes kept for the filter of one group; with more different ones the group goes without.
constexpr std::size_t kIdHashesMax = std::size_t{1} << 20;
constexpr char kMembersName = '\x01';  // no key has it: JSON refuses it
constexpr std::string_view kOneHole(&kHole, 1);

std::uint64_t owner_of(ShapeKind kind, std::uint64_t a, std::uint64_t b = 0) {
  std::uint64_t h = (a + 1) * 0x9E3779B97F4A7C15ULL ^ std::rotl(b, 29);
  h = (h ^ (h >> 32)) * 0xD6E8FEB86659FD93ULL + static_cast<std::uint64_t>(kind);
  return h ^ (h >> 29);
}

constexpr std::array<bool, 256> make_dividers() {
  std::array<bool, 256> is_divider{};
  for (std::size_t c = 0; c < 256; ++c) {
    const bool is_letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
    is_divider[c] = !is_letter;
  }
  return is_divider;
}
constexpr std::array<bool, 256> kDividers = make_dividers();

/// Text that is no single word, so that taking it apart may help.
bool is_divisible(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return kDividers[static_cast<unsigned char>(c)]; });
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool may_be_json(std::string_view text) {
  const auto first = std::find_if_not(text.begin(), text.end(), is_blank);
  return first != text.end() && *first == '{';
}

/// A logfmt line begins with a pair: cheaper than trying every line of text.
bool may_be_logfmt(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && text[at] != ' ' && text[at] != '=') ++at;
  return at < text.size() && at > 0 && text[at] == '=';
}

/// True when the text itself holds kHole: a skeleton then has more of them than variables.
bool has_own_holes(const FlatSplit& split) {
  const auto holes = std::count(split.skeleton.begin(), split.skeleton.end(), kHole);
  return static_cast<std::size_t>(holes) != split.variables.size();
}

/// Distinct values seen, estimated by which of 1,024 bits they hit.
struct Sketch {
  std::array<std::uint64_t, 16> bits{};
  void add(std::uint64_t hash) {
    const std::uint64_t h = hash * 0x9E3779B97F4A7C15ULL;
    bits[h >> 60] |= std::uint64_t{1} << ((h >> 54) & 63);
  }
  double distinct() const {
    int on = 0;
    for (const std::uint64_t word : bits) on += std::popcount(word);
    return -1024.0 * std::log(1.0 - std::min(on, 1023) / 1024.0);
  }
};

/// How the shapes at one place of documents came out so far.
struct PathState {
  std::uint32_t shapes = 0;
  bool is_list = false;
};

}  // namespace

std::optional<std::uint64_t> id_hash(std::string_view id) {
  std::string padded(id);
  padded.append(column::kTextPadding, '\0');
  const Value value = column::type_value(padded.data(), 0, static_cast<std::uint32_t>(id.size()));
  if (value.kind != ValueKind::kHex && value.kind != ValueKind::kUuid) return std::nullopt;
  return value.bits;
}

class MessageEncoder::Impl {
 public:
  explicit Impl(int zstd_level) : columns_(zstd_level) {}

  std::uint32_t add(std::uint32_t sender, std::string_view text);
  std::uint32_t field_shape(std::string_view name, std::uint8_t tag);
  void add_field(std::uint32_t shape, std::string_view value);
  void finish(EncodedMessages& out);
  void clear();
  ShapeKind kind(std::uint32_t shape) const { return shapes_[shape].kind; }
  std::string_view skeleton(std::uint32_t shape) const { return shapes_.text(shape); }
  std::size_t size_bytes() const {
    return arena_.size() + shapes_.size_bytes() + lanes_.size_bytes() + log_.size_bytes() +
           hole_cells_.size() * 4 + id_hashes_.size() * 8;
  }

 private:
  struct Occurrence {
    std::uint32_t shape = 0;
    std::uint32_t number = 0;
  };

  std::uint32_t add_flat(std::uint32_t at, std::uint32_t size);
  std::uint32_t add_raw(std::uint32_t at, std::uint32_t size);
  std::uint32_t add_document(std::uint32_t sender, ShapeKind kind, std::uint32_t at);
  bool all_shapes_known(std::uint32_t sender, ShapeKind kind) const;
  void take_back_document(std::size_t log_size);
  Occurrence add_node(std::size_t i, std::uint32_t sender, ShapeKind kind, std::uint32_t at);
  Occurrence add_list(std::size_t i, std::uint32_t sender, std::uint32_t at);
  Occurrence add_member(std::string_view skeleton, const Hole* hole, const Node& node,
                        std::uint32_t sender, std::uint32_t at);
  void add_hole(std::uint32_t cell, const Hole& hole, std::uint32_t at);
  void add_text(std::uint32_t cell, std::uint32_t offset, std::uint32_t size);
  void add_part(std::uint32_t cell, std::uint32_t offset, std::uint32_t size, std::uint64_t hash);
  void settle_policy(EncoderLane& lane);
  void log_id(const Value& value);
  void thin_out_ids();

  Occurrence next(std::uint32_t shape) { return {shape, shapes_[shape].count++}; }
  void refer(std::uint32_t cell, Occurrence occurrence);
  std::uint32_t new_shape(const ShapeTable::Place& place, std::string_view text,
                          std::uint64_t owner, ShapeKind kind);
  std::uint32_t new_one_hole_shape(std::uint64_t owner, ShapeKind kind);
  void give_lane(std::uint32_t shape, std::uint32_t lane);
  void name_path(const Node& node, std::string_view key, bool is_step);
  std::uint32_t hole_lane(const Node& node, const Hole& hole, std::uint32_t sender);

  void write_columns(Directory& directory, std::span<const std::uint32_t> order,
                     EncodedMessages& out);
  void describe(Directory& directory, std::span<const std::uint32_t> order) const;
  std::vector<std::uint32_t> lane_order() const;

  TextArena arena_;
  ShapeTable shapes_;
  LaneTable lanes_;
  ValueLog log_;
  std::vector<std::uint32_t> hole_cells_;
  std::vector<Sketch> sketches_;
  std::unordered_map<std::uint64_t, PathState> paths_;
  std::uint32_t templates_ = 0;
  std::uint32_t flat_lines_ = 0;
  std::uint32_t raw_shape_ = kNoShape;
  bool is_mixed_up_ = false;  ///< The document being added met a shape of another place.
  std::vector<std::uint64_t> id_hashes_;
  std::optional<bool> has_all_ids_;  // none: there was room for all so far

  FlatSplitter flat_;
  DocumentSplitter documents_;
  Document document_;
  const char* text_ = nullptr;    // of the message being added
  std::vector<Occurrence> done_;  // of the document's nodes
  std::vector<Occurrence> members_;
  std::string name_;
  std::string list_skeleton_;
  column::ColumnWriter columns_;
  std::vector<std::string> packed_;  // columns of one group by lane
};

// ---- Shapes and lanes --------------------------------------------------------------------------

std::uint32_t MessageEncoder::Impl::new_shape(const ShapeTable::Place& place, std::string_view text,
                                              std::uint64_t owner, ShapeKind kind) {
  const std::uint32_t shape = shapes_.add(place, text, owner, kind);
  shapes_[shape].first_hole = static_cast<std::uint32_t>(hole_cells_.size());
  return shape;
}

/// A shape that is one hole. An owner that somebody has already makes way for the next.
std::uint32_t MessageEncoder::Impl::new_one_hole_shape(std::uint64_t owner, ShapeKind kind) {
  auto place = shapes_.find(kOneHole, owner);
  while (place.shape != kNoShape) place = shapes_.find(kOneHole, ++owner);
  return new_shape(place, kOneHole, owner, kind);
}

/// The shape's next hole is filled from `lane`.
void MessageEncoder::Impl::give_lane(std::uint32_t shape, std::uint32_t lane) {
  ++shapes_[shape].hole_count;
  hole_cells_.push_back(lanes_.add_hole(lane, shape));
}

/// Adds a reference. Occurrences of a nested shape are numbered as they lie in one lane, so that a
/// second lane must not refer to it. Owners are hashes of keys: whoever makes up keys can make up
/// two places with the same one.
void MessageEncoder::Impl::refer(std::uint32_t cell, Occurrence occurrence) {
  const std::uint32_t lane = lanes_.cells()[cell].lane;
  std::uint32_t& referrer = shapes_[occurrence.shape].referrer;
  if (referrer != lane) [[unlikely]] {
    is_mixed_up_ = is_mixed_up_ || referrer != ShapeTable::kNoLane;
    if (referrer == ShapeTable::kNoLane) referrer = lane;
    lanes_.lanes()[lane].has_references = true;
  }
  log_.add(cell, {occurrence.shape, occurrence.number, 0, ValueKind::kReference, 0});
}

/// Sets name_ to the dotted keys down to `node` and, as a step more, `key`.
void MessageEncoder::Impl::name_path(const Node& node, std::string_view key, bool is_step) {
  name_.clear();
  std::array<std::uint32_t, kDepthMax + 1> chain;
  std::size_t depth = 0;
  auto number = static_cast<std::uint32_t>(&node - document_.nodes.data());
  while (document_.nodes[number].parent != number && depth < chain.size()) {
    chain[depth++] = number;
    number = document_.nodes[number].parent;
  }
  for (std::size_t i = depth; i > 0; --i) {
    const Node& step = document_.nodes[chain[i - 1]];
    if (i != depth) name_.push_back('.');
    if (document_.nodes[step.parent].is_array) {
      name_.append("[]");
    } else {
      name_.append(text_ + step.key_offset, step.key_size);
    }
  }
  if (!is_step) return;
  if (depth > 0) name_.push_back('.');
  name_.append(key);
}

std::uint32_t MessageEncoder::Impl::hole_lane(const Node& node, const Hole& hole,
                                              std::uint32_t sender) {
  const std::string_view key = node.is_array
                                   ? std::string_view("[]")
                                   : std::string_view(text_ + hole.key_offset, hole.key_size);
  name_path(node, key, true);
  // What is bare in one message is a document in the next, under one skeleton (`"error": null`):
  // were their lanes two, a document's shape could be referred to from both.
  const LaneKind kind = hole.kind == HoleKind::kString ? LaneKind::kString : LaneKind::kBare;
  return lanes_.named(kind, sender, name_);
}

// ---- Adding messages ---------------------------------------------------------------------------

std::uint32_t MessageEncoder::Impl::add(std::uint32_t sender, std::string_view text) {
  const std::uint32_t at = arena_.append(text);
  const auto size = static_cast<std::uint32_t>(text.size());
  const std::string_view kept(arena_.data() + at, size);
  if (size > kSplitBytesMax) return add_raw(at, size);
  text_ = kept.data();
  if (may_be_json(kept)) {
    if (documents_.split_json(text_, size, document_)) {
      return add_document(sender, ShapeKind::kJson, at);
    }
  } else if (may_be_logfmt(kept)) {
    if (documents_.split_logfmt(text_, size, document_)) {
      return add_document(sender, ShapeKind::kLogfmt, at);
    }
  }
  return add_flat(at, size);
}

std::uint32_t MessageEncoder::Impl::add_raw(std::uint32_t at, std::uint32_t size) {
  if (raw_shape_ == kNoShape) {
    raw_shape_ = new_one_hole_shape(owner_of(ShapeKind::kRaw, 0), ShapeKind::kRaw);
    const std::uint32_t lane = lanes_.named(LaneKind::kRaw, 0, "");
    lanes_.lanes()[lane].policy = SplitPolicy::kKeep;
    give_lane(raw_shape_, lane);
  }
  const Value value = column::type_value(arena_.data(), at, size);
  log_.add(hole_cells_[shapes_[raw_shape_].first_hole], value);
  ++shapes_[raw_shape_].count;
  return raw_shape_;
}

std::uint32_t MessageEncoder::Impl::add_flat(std::uint32_t at, std::uint32_t size) {
  ++flat_lines_;
  const FlatSplit split = flat_.split(text_, size);
  const std::uint64_t owner = owner_of(ShapeKind::kFlat, 0);
  const auto place = shapes_.find(split.skeleton, owner);
  std::uint32_t shape = place.shape;
  if (shape == kNoShape) {
    const bool is_hopeless = templates_ > kTemplatesMax && templates_ > flat_lines_ / 8;
    if (is_hopeless || shapes_.size() >= kShapesMax - 2 || has_own_holes(split)) {
      return add_raw(at, size);
    }
    ++templates_;
    shape = new_shape(place, split.skeleton, owner, ShapeKind::kFlat);
    for (std::size_t i = 0; i < split.variables.size(); ++i) give_lane(shape, lanes_.owned());
  }
  ShapeTable::Shape& entry = shapes_[shape];
  // A kHole of the text's own can look like a variable of a shape that is there already.
  const bool is_alike =
      entry.kind == ShapeKind::kFlat && entry.hole_count == split.variables.size();
  if (!is_alike) return add_raw(at, size);
  for (std::size_t i = 0; i < split.variables.size(); ++i) {
    const Piece& piece = split.variables[i];
    const Value value = column::type_value(arena_.data(), at + piece.offset, piece.size);
    log_id(value);
    log_.add(hole_cells_[entry.first_hole + i], value);
  }
  ++entry.count;
  return shape;
}

void MessageEncoder::Impl::log_id(const Value& value) {
  if (value.kind != ValueKind::kHex && value.kind != ValueKind::kUuid) return;
  if (id_hashes_.size() < kIdHashesMax) {
    id_hashes_.push_back(value.bits);
  } else if (!has_all_ids_.has_value()) {
    thin_out_ids();
    log_id(value);
  } else {
    has_all_ids_ = false;
  }
}

/// Ids mostly come more than once; done once a group, it makes room where that is so.
void MessageEncoder::Impl::thin_out_ids() {
  std::sort(id_hashes_.begin(), id_hashes_.end());
  id_hashes_.erase(std::unique(id_hashes_.begin(), id_hashes_.end()), id_hashes_.end());
  has_all_ids_ = id_hashes_.size() < kIdHashesMax;
}

/// Adds the value of a document's or field's hole: taken apart once more where that pays.
void MessageEncoder::Impl::add_text(std::uint32_t cell, std::uint32_t offset, std::uint32_t size) {
  const Value value = column::type_value(arena_.data(), offset, size);
  const EncoderLane& lane = lanes_.lanes()[lanes_.cells()[cell].lane];
  const std::string_view text(arena_.data() + offset, size);
  if (value.kind == ValueKind::kText && lane.policy != SplitPolicy::kKeep &&
      size <= kSplitBytesMax && is_divisible(text)) {
    add_part(cell, offset, size, value.bits);
    return;
  }
  log_id(value);
  log_.add(cell, value);
}

void MessageEncoder::Impl::add_part(std::uint32_t cell, std::uint32_t offset, std::uint32_t size,
                                    std::uint64_t hash) {
  const std::uint32_t lane_number = lanes_.cells()[cell].lane;
  const FlatSplit split = flat_.split(arena_.data() + offset, size);
  const std::uint64_t owner = owner_of(ShapeKind::kPart, lane_number);
  const auto place = shapes_.find(split.skeleton, owner);
  std::uint32_t shape = place.shape;
  const bool is_like_another =
      shape != kNoShape && (shapes_[shape].kind != ShapeKind::kPart ||
                            shapes_[shape].hole_count != split.variables.size() ||
                            shapes_[shape].referrer != lane_number);
  if (is_like_another || (shape == kNoShape && has_own_holes(split))) {
    log_.add(cell, column::type_value(arena_.data(), offset, size));
    return;
  }
  if (shape == kNoShape) {
    if (shapes_.size() >= kShapesMax) {
      lanes_.lanes()[lane_number].policy = SplitPolicy::kKeep;
      add_text(cell, offset, size);
      return;
    }
    shape = new_shape(place, split.skeleton, owner, ShapeKind::kPart);
    shapes_[shape].is_nested = true;
    shapes_[shape].referrer = lane_number;
    for (std::size_t i = 0; i < split.variables.size(); ++i) give_lane(shape, lanes_.owned());
    ++lanes_.lanes()[lane_number].parts;
  }
  const std::uint32_t first = shapes_[shape].first_hole;
  for (std::size_t i = 0; i < split.variables.size(); ++i) {
    const Piece& piece = split.variables[i];
    log_.add(hole_cells_[first + i],
             column::type_value(arena_.data(), offset + piece.offset, piece.size));
  }
  refer(cell, next(shape));
  EncoderLane& lane = lanes_.lanes()[lane_number];
  lane.has_references = true;
  ++lane.candidates;
  if (lane.policy == SplitPolicy::kTrying) {
    if (lane.sketch == 0) {
      sketches_.emplace_back();
      lane.sketch = static_cast<std::uint32_t>(sketches_.size());
    }
    sketches_[lane.sketch - 1].add(hash);
    settle_policy(lane);
  } else if (lane.parts > kPartsMax) {
    lane.policy = SplitPolicy::kKeep;
  }
}

/// Few distinct values are a dictionary of texts; many with few templates are taken apart.
void MessageEncoder::Impl::settle_policy(EncoderLane& lane) {
  if (lane.candidates != kEarlyCandidates && lane.candidates != kLateCandidates) return;
  if (lane.parts > lane.candidates / 2) lane.policy = SplitPolicy::kKeep;
  if (lane.candidates < kLateCandidates || lane.policy == SplitPolicy::kKeep) return;
  const double distinct = sketches_[lane.sketch - 1].distinct();
  const bool is_dictionary = distinct < kLateCandidates / 8 || lane.parts > kLateCandidates / 4;
  lane.policy = is_dictionary ? SplitPolicy::kKeep : SplitPolicy::kSplit;
}

// ---- Documents ---------------------------------------------------------------------------------

void MessageEncoder::Impl::add_hole(std::uint32_t cell, const Hole& hole, std::uint32_t at) {
  if (hole.kind == HoleKind::kDocument) {
    refer(cell, done_[hole.offset]);
  } else {
    add_text(cell, at + hole.offset, hole.size);
  }
}

/// True when nothing new would have to be added for the document's skeletons.
bool MessageEncoder::Impl::all_shapes_known(std::uint32_t sender, ShapeKind kind) const {
  for (std::size_t i = 0; i < document_.nodes.size(); ++i) {
    const Node& node = document_.nodes[i];
    const bool is_root = node.parent == i;
    const ShapeKind own = is_root ? kind : ShapeKind::kNode;
    const auto path = paths_.find(owner_of(own, sender, node.path));
    if (path != paths_.end() && path->second.is_list) return false;
    const auto place = shapes_.find(document_.skeleton(node), owner_of(own, sender, node.path));
    if (place.shape == kNoShape) return false;
  }
  return true;
}

std::uint32_t MessageEncoder::Impl::add_document(std::uint32_t sender, ShapeKind kind,
                                                 std::uint32_t at) {
  if (shapes_.size() + document_.nodes.size() + document_.holes.size() >= kShapesMax &&
      !all_shapes_known(sender, kind)) {
    return add_raw(at, static_cast<std::uint32_t>(arena_.size()) - at);
  }
  const std::size_t log_size = log_.size();
  is_mixed_up_ = false;
  done_.resize(document_.nodes.size());
  for (std::size_t i = 0; i < document_.nodes.size(); ++i) {
    done_[i] = add_node(i, sender, kind, at);
  }
  if (is_mixed_up_) [[unlikely]] {
    take_back_document(log_size);
    return add_raw(at, static_cast<std::uint32_t>(arena_.size()) - at);
  }
  return done_.back().shape;
}

/// Every nested occurrence of a document has one reference.
void MessageEncoder::Impl::take_back_document(std::size_t log_size) {
  for (const Value& value : log_.since(log_size)) {
    if (value.kind == ValueKind::kReference)
      --shapes_[static_cast<std::uint32_t>(value.bits)].count;
  }
  --shapes_[done_.back().shape].count;
  log_.take_back(log_size);
}

MessageEncoder::Impl::Occurrence MessageEncoder::Impl::add_node(std::size_t i, std::uint32_t sender,
                                                                ShapeKind kind, std::uint32_t at) {
  const Node& node = document_.nodes[i];
  const bool is_root = node.parent == i;
  const ShapeKind own = is_root ? kind : ShapeKind::kNode;
  const std::uint64_t owner = owner_of(own, sender, node.path);
  const std::string_view skeleton = document_.skeleton(node);
  const auto place = shapes_.find(skeleton, owner);
  std::uint32_t shape = place.shape;
  if (shape == kNoShape) {
    PathState& path = paths_[owner];
    path.is_list = path.is_list || path.shapes >= (is_root ? kRootShapesMax : kPathShapesMax);
    if (path.is_list && node.hole_count > 0) return add_list(i, sender, at);
    ++path.shapes;
    shape = new_shape(place, skeleton, owner, own);
    shapes_[shape].is_nested = !is_root;
    for (std::uint32_t h = 0; h < node.hole_count; ++h) {
      give_lane(shape, hole_lane(node, document_.holes[node.hole_begin + h], sender));
    }
  }
  is_mixed_up_ = is_mixed_up_ || shapes_[shape].kind != own;
  const std::uint32_t first = shapes_[shape].first_hole;
  for (std::uint32_t h = 0; h < node.hole_count; ++h) {
    add_hole(hole_cells_[first + h], document_.holes[node.hole_begin + h], at);
  }
  return next(shape);
}

/// One shape a member in place of one for them all, and a shape that says how many there are.
MessageEncoder::Impl::Occurrence MessageEncoder::Impl::add_list(std::size_t i, std::uint32_t sender,
                                                                std::uint32_t at) {
  const Node& node = document_.nodes[i];
  std::string_view rest = document_.skeleton(node);
  members_.clear();
  for (std::uint32_t h = 0; h < node.hole_count; ++h) {
    const std::size_t end = rest.find(kHole) + 1;
    const Hole& hole = document_.holes[node.hole_begin + h];
    members_.push_back(add_member(rest.substr(0, end), &hole, node, sender, at));
    rest.remove_prefix(end);
  }
  members_.push_back(add_member(rest, nullptr, node, sender, at));

  list_skeleton_.assign(members_.size(), kHole);
  const bool is_root = node.parent == i;
  const std::uint64_t owner =
      owner_of(ShapeKind::kList, std::uint64_t{sender} * 2 + (is_root ? 1 : 0), node.path);
  const auto place = shapes_.find(list_skeleton_, owner);
  std::uint32_t shape = place.shape;
  if (shape == kNoShape) {
    shape = new_shape(place, list_skeleton_, owner, ShapeKind::kList);
    shapes_[shape].is_nested = !is_root;
    name_path(node, std::string_view(&kMembersName, 1), true);
    const std::uint32_t lane = lanes_.named(LaneKind::kMembers, sender, name_);
    lanes_.lanes()[lane].has_references = true;
    for (std::size_t m = 0; m < members_.size(); ++m) give_lane(shape, lane);
  }
  is_mixed_up_ = is_mixed_up_ || shapes_[shape].kind != ShapeKind::kList ||
                 shapes_[shape].is_nested == is_root;
  const std::uint32_t first = shapes_[shape].first_hole;
  for (std::size_t m = 0; m < members_.size(); ++m) {
    refer(hole_cells_[first + m], members_[m]);
  }
  return next(shape);
}

MessageEncoder::Impl::Occurrence MessageEncoder::Impl::add_member(std::string_view skeleton,
                                                                  const Hole* hole,
                                                                  const Node& node,
                                                                  std::uint32_t sender,
                                                                  std::uint32_t at) {
  const std::uint64_t owner = owner_of(ShapeKind::kMember, sender, node.path);
  const auto place = shapes_.find(skeleton, owner);
  std::uint32_t shape = place.shape;
  if (shape == kNoShape) {
    shape = new_shape(place, skeleton, owner, ShapeKind::kMember);
    shapes_[shape].is_nested = true;
    if (hole != nullptr) give_lane(shape, hole_lane(node, *hole, sender));
  }
  is_mixed_up_ = is_mixed_up_ || shapes_[shape].kind != ShapeKind::kMember;
  if (hole != nullptr) add_hole(hole_cells_[shapes_[shape].first_hole], *hole, at);
  return next(shape);
}

// ---- Fields ------------------------------------------------------------------------------------

std::uint32_t MessageEncoder::Impl::field_shape(std::string_view name, std::uint8_t tag) {
  // By its lane, not by a hash of the name, which other names can be made up to share.
  const std::uint32_t lane = lanes_.named(LaneKind::kField, tag, name);
  if (const std::uint32_t known = lanes_.lanes()[lane].last_shape; known != kNoShape) return known;
  const std::uint64_t owner = owner_of(ShapeKind::kField, codec::checksum(name, tag));
  const std::uint32_t shape = new_one_hole_shape(owner, ShapeKind::kField);
  give_lane(shape, lane);
  return shape;
}

void MessageEncoder::Impl::add_field(std::uint32_t shape, std::string_view value) {
  const std::uint32_t at = arena_.append(value);
  const auto size = static_cast<std::uint32_t>(value.size());
  const std::uint32_t cell = hole_cells_[shapes_[shape].first_hole];
  add_text(cell, at, size);
  ++shapes_[shape].count;
}

// ---- Packing -----------------------------------------------------------------------------------

/// Named lanes first, then the owned ones, whose order is that of their shapes.
std::vector<std::uint32_t> MessageEncoder::Impl::lane_order() const {
  const auto& lanes = lanes_.lanes();
  std::vector<std::uint32_t> order(lanes.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_partition(order.begin(), order.end(), [&lanes](std::uint32_t lane) {
    return lanes[lane].kind != LaneKind::kOwned;
  });
  return order;
}

void MessageEncoder::Impl::describe(Directory& directory,
                                    std::span<const std::uint32_t> order) const {
  std::vector<std::uint32_t> place_of(order.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) place_of[order[i]] = i;
  for (std::uint32_t i = 0; i < shapes_.size(); ++i) {
    const ShapeTable::Shape& shape = shapes_[i];
    DirectoryShape entry;
    entry.text_offset = static_cast<std::uint32_t>(directory.texts.size());
    entry.text_size = shape.text_size;
    entry.first_hole = static_cast<std::uint32_t>(directory.hole_lanes.size());
    entry.hole_count = shape.hole_count;
    entry.count = shape.count;
    entry.kind = shape.kind;
    directory.texts.append(shapes_.text(i));
    directory.shapes.push_back(entry);
    for (std::uint32_t h = 0; h < shape.hole_count; ++h) {
      const Cell& cell = lanes_.cells()[hole_cells_[shape.first_hole + h]];
      directory.hole_lanes.push_back(place_of[cell.lane]);
    }
  }
  for (const std::uint32_t number : order) {
    const EncoderLane& lane = lanes_.lanes()[number];
    DirectoryLane entry;
    entry.kind = lane.kind;
    entry.sender = lane.sender;
    if (lane.kind != LaneKind::kOwned) {
      ++directory.named_lanes;
      entry.name_offset = static_cast<std::uint32_t>(directory.names.size());
      entry.name_size = lane.name_size;
      directory.names.append(lanes_.name(lane));
    }
    directory.lanes.push_back(entry);
  }
}

void MessageEncoder::Impl::write_columns(Directory& directory, std::span<const std::uint32_t> order,
                                         EncodedMessages& out) {
  packed_.resize(std::max(packed_.size(), order.size()));
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto values = log_.lane(order[i]);
    packed_[i].clear();
    if (values.empty()) continue;
    DirectoryLane& lane = directory.lanes[i];
    lane.stamp = columns_.write(values, arena_.data(), packed_[i]);
    lane.bytes = static_cast<std::uint32_t>(packed_[i].size());
  }
  std::uint32_t small_pages = 0;
  const auto places = place_columns(directory.lanes, small_pages);
  const auto put = [&](bool is_large) {
    for (std::size_t i = 0; i < order.size(); ++i) {
      const bool large = packed_[i].size() >= kLargeColumnBytes;
      if (packed_[i].empty() || large != is_large) continue;
      if (out.pages.size() <= places[i].page) out.pages.push_back({out.page_bytes.size(), large});
      out.page_bytes.append(packed_[i]);
    }
  };
  put(false);
  put(true);
}

void MessageEncoder::Impl::finish(EncodedMessages& out) {
  out.directory.clear();
  out.page_bytes.clear();
  out.pages.clear();
  const std::vector<std::uint32_t> order = lane_order();
  log_.arrange(shapes_, lanes_, order);
  Directory directory;
  describe(directory, order);
  write_columns(directory, order, out);
  encode_directory(directory, out.directory);
  // A filter that lacks an id would hide its rows.
  out.id_hashes.clear();
  if (has_all_ids_.value_or(true)) out.id_hashes.assign(id_hashes_.begin(), id_hashes_.end());
  clear();
}

void MessageEncoder::Impl::clear() {
  arena_.clear();
  shapes_.clear();
  lanes_.clear();
  log_.clear();
  hole_cells_.clear();
  sketches_.clear();
  paths_.clear();
  id_hashes_.clear();
  has_all_ids_.reset();
  templates_ = 0;
  flat_lines_ = 0;
  raw_shape_ = kNoShape;
}

MessageEncoder::MessageEncoder(int zstd_level) : impl_(std::make_unique<Impl>(zstd_level)) {}
MessageEncoder::MessageEncoder(MessageEncoder&&) noexcept = default;
MessageEncoder::~MessageEncoder() = default;
std::uint32_t MessageEncoder::add(std::uint32_t sender, std::string_view text) {
  return impl_->add(sender, text);
}
std::uint32_t MessageEncoder::field_shape(std::string_view name, std::uint8_t tag) {
  return impl_->field_shape(name, tag);
}
void MessageEncoder::add_field(std::uint32_t field_shape, std::string_view value) {
  impl_->add_field(field_shape, value);
}
ShapeKind MessageEncoder::kind(std::uint32_t shape) const {
  return impl_->kind(shape);
}
std::string_view MessageEncoder::skeleton(std::uint32_t shape) const {
  return impl_->skeleton(shape);
}
std::size_t MessageEncoder::size_bytes() const {
  return impl_->size_bytes();
}
void MessageEncoder::finish(EncodedMessages& out) {
  impl_->finish(out);
}
void MessageEncoder::clear() {
  impl_->clear();
}

}  // namespace logpond::message
