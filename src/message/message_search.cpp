#include "message/message_search.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "codec/line_filter.h"
#include "message/structure.h"

namespace logpond::message {
namespace {

using column::Place;

constexpr unsigned kSearchDepthMax = 2 * static_cast<unsigned>(kDepthMax) + 8;
/// Ways for a literal to lie across borders of one shape; beyond, every occurrence may hold it.
constexpr std::size_t kWaysMax = 256;

std::size_t pair_at(std::string_view text, std::size_t at) {
  return (std::size_t{static_cast<unsigned char>(text[at])} << 8) |
         static_cast<unsigned char>(text[at + 1]);
}

void sort_unique(std::vector<std::uint32_t>& places) {
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
}

/// Places inside [begin, begin + size) as occurrences, `step` places each.
void append_occurrences(const std::vector<std::uint32_t>& places, std::uint32_t begin,
                        std::uint64_t size, std::uint32_t step,
                        std::vector<std::uint32_t>& occurrences) {
  auto at = std::lower_bound(places.begin(), places.end(), begin);
  for (; at != places.end() && *at < begin + size; ++at) {
    occurrences.push_back((*at - begin) / step);
  }
}

}  // namespace

/// Collects occurrences of one shape from many tests.
struct LiteralSearch::Places {
  std::vector<std::uint32_t> sure;
  std::vector<std::uint32_t> maybe;
  bool all_maybe = false;

  Found found() && {
    Found found;
    sort_unique(sure);
    found.sure = std::move(sure);
    found.all_maybe = all_maybe;
    if (all_maybe) return found;
    sort_unique(maybe);
    std::set_difference(maybe.begin(), maybe.end(), found.sure.begin(), found.sure.end(),
                        std::back_inserter(found.maybe));
    return found;
  }
};

LiteralSearch::LiteralSearch(MessageReader& reader, std::string literal)
    : reader_(reader),
      directory_(reader.directory()),
      literal_(std::move(literal)),
      static_hits_(directory_.shapes.size(), false),
      lanes_(directory_.lanes.size()) {
  if (literal_.find(kHole) == std::string::npos) mark_static_hits();
  crosses_members_ = may_cross_members();
  pairs_.resize(65536, false);
  for (std::size_t i = 0; i + 1 < literal_.size(); ++i) pairs_[pair_at(literal_, i)] = true;
}

/// Static text before hole or behind it can be part of the literal only when the two bytes at the
/// border stand side by side in it, or it begins or ends with the one there.
bool LiteralSearch::may_cross(const BorderBytes& border) const {
  if (literal_.size() < 2) return false;
  const auto first = static_cast<unsigned char>(literal_.front());
  const auto last = static_cast<unsigned char>(literal_.back());
  if (border.before_size > 0 && (border.before & 0xFF) == first) return true;
  if (border.before_size > 1 && pairs_[border.before]) return true;
  if (border.after_size == 0) return !border.is_end;
  if ((border.after >> 8) == last) return true;
  if (border.after_size > 1) return pairs_[border.after];
  return literal_.find(static_cast<char>(border.after >> 8), 1) != std::string::npos;
}

bool LiteralSearch::may_hold(const DirectoryShape& shape) const {
  // Named lanes may refer to other shapes: find() looks at each such lane once for all shapes.
  if (!owns_lanes(shape.kind)) return shape.hole_count > 0;
  for (std::uint32_t h = 0; h < shape.hole_count; ++h) {
    const std::uint32_t hole = shape.first_hole + h;
    if (reader_.stamp(reader_.holes()[hole].lane).may_match(Place::kContains, literal_))
      return true;
    if (may_cross(reader_.borders()[hole])) return true;
  }
  return false;
}

std::vector<std::uint32_t> LiteralSearch::candidates(std::vector<std::uint32_t> shapes) const {
  std::erase_if(shapes, [this](std::uint32_t shape) {
    return !static_hits_[shape] && !may_hold(directory_.shapes[shape]);
  });
  return shapes;
}

/// One search over all static text; a hit counts when it lies inside one shape.
void LiteralSearch::mark_static_hits() {
  const std::string_view texts = directory_.texts;
  std::size_t shape = 0;
  for (std::size_t at = codec::find_literal(texts, literal_); at != std::string_view::npos;) {
    while (shape + 1 < directory_.shapes.size() && directory_.shapes[shape + 1].text_offset <= at) {
      ++shape;
    }
    const DirectoryShape& entry = directory_.shapes[shape];
    const std::size_t end = std::size_t{entry.text_offset} + entry.text_size;
    if (at + literal_.size() <= end) {
      static_hits_[shape] = true;
      at = codec::find_literal(texts, literal_, end);
    } else {
      at = codec::find_literal(texts, literal_, at + 1);
    }
  }
}

/// Members of a list stand side by side without being holes of one shape: whether the literal could
/// begin in one and end in the next is told by the bytes that members begin with.
bool LiteralSearch::may_cross_members() const {
  std::array<bool, 256> begins{};
  for (const DirectoryShape& shape : directory_.shapes) {
    if (shape.kind != ShapeKind::kMember || shape.text_size == 0) continue;
    begins[static_cast<unsigned char>(directory_.texts[shape.text_offset])] = true;
  }
  return std::any_of(literal_.begin() + 1, literal_.end(),
                     [&](char c) { return begins[static_cast<unsigned char>(c)]; });
}

/// Static text before hole `number`, or behind the last one.
std::string_view LiteralSearch::piece(const DirectoryShape& shape, std::uint32_t number) const {
  const auto& holes = reader_.holes();
  const std::uint32_t begin =
      number == 0 ? shape.text_offset : holes[shape.first_hole + number - 1].at + 1;
  const std::uint32_t end = number == shape.hole_count ? shape.text_offset + shape.text_size
                                                       : holes[shape.first_hole + number].at;
  return std::string_view(directory_.texts).substr(begin, end - begin);
}

Result<Found> LiteralSearch::find(std::uint32_t shape) {
  return find_nested(shape, 0);
}

Result<Found> LiteralSearch::find_nested(std::uint32_t number, unsigned depth) {
  if (depth > kSearchDepthMax) return fail(ErrorCode::kCorruption, "messages are nested too deep");
  const DirectoryShape& shape = directory_.shapes[number];
  Found found;
  if (static_hits_[number]) {
    found.all = true;
    return found;
  }
  Places places;
  LOGPOND_CHECK_OK(find_in_values(shape, depth, places));
  LOGPOND_CHECK_OK(find_across(number, places));
  return std::move(places).found();
}

// ---- Inside values -----------------------------------------------------------------------------

Status LiteralSearch::find_in_values(const DirectoryShape& shape, unsigned depth, Places& places) {
  for (std::uint32_t h = 0; h < shape.hole_count; ++h) {
    const HoleView& hole = reader_.holes()[shape.first_hole + h];
    // Holes of one lane share its values, and the first one's lie first: look once.
    if (!reader_.is_first_of_lane(shape.first_hole + h)) continue;
    LOGPOND_TRY(const LaneMatches* matches, match_lane(hole.lane, depth));
    if (matches->sure.empty() && matches->maybe.empty()) continue;
    const std::uint64_t size = std::uint64_t{shape.count} * hole.step;
    append_occurrences(matches->sure, hole.first, size, hole.step, places.sure);
    append_occurrences(matches->maybe, hole.first, size, hole.step, places.maybe);
  }
  return {};
}

Result<const LiteralSearch::LaneMatches*> LiteralSearch::match_lane(std::uint32_t lane,
                                                                    unsigned depth) {
  LaneMatches& matches = lanes_[lane];
  if (matches.is_known) return &matches;
  matches.is_known = true;
  const DirectoryLane& entry = directory_.lanes[lane];
  const bool may_refer = entry.kind != LaneKind::kOwned && entry.kind != LaneKind::kRaw;
  const bool may_hold = reader_.stamp(lane).may_match(Place::kContains, literal_);
  if ((!may_hold && !may_refer) || entry.bytes == 0) return &matches;
  LOGPOND_TRY(const LaneColumn* column, reader_.lane(lane));
  if (may_hold && column->values.has_texts()) {
    column->values.match(Place::kContains, literal_, matches.sure);
  }
  if (!column->shapes.empty()) LOGPOND_CHECK_OK(match_references(*column, depth, matches));
  return &matches;
}

Status LiteralSearch::match_references(const LaneColumn& column, unsigned depth,
                                       LaneMatches& matches) {
  std::vector<Found> found(column.shapes.size());
  bool is_any = false;
  for (std::size_t i = 0; i < column.shapes.size(); ++i) {
    LOGPOND_TRY(found[i], find_nested(column.shapes[i], depth + 1));
    is_any = is_any || !found[i].none();
  }
  if (!is_any) return {};
  for (std::uint32_t at = 0; at < column.values.size(); ++at) {
    const std::int64_t shape = column.values.reference(at);
    if (shape < 0) continue;
    const auto place = std::lower_bound(column.shapes.begin(), column.shapes.end(),
                                        static_cast<std::uint32_t>(shape));
    const Found& nested = found[static_cast<std::size_t>(place - column.shapes.begin())];
    const std::uint32_t occurrence = column.occurrences[at];
    if (nested.all || std::binary_search(nested.sure.begin(), nested.sure.end(), occurrence)) {
      matches.sure.push_back(at);
    } else if (nested.all_maybe ||
               std::binary_search(nested.maybe.begin(), nested.maybe.end(), occurrence)) {
      matches.maybe.push_back(at);
    }
  }
  std::sort(matches.sure.begin(), matches.sure.end());
  return {};
}

// ---- Across borders ----------------------------------------------------------------------------

Status LiteralSearch::find_across(std::uint32_t number, Places& places) {
  const DirectoryShape& shape = directory_.shapes[number];
  if (shape.kind == ShapeKind::kList) {
    places.all_maybe = places.all_maybe || crosses_members_;
    return {};
  }
  std::vector<Conditions> ways;
  for (std::uint32_t h = 0; h < shape.hole_count; ++h) {
    borders_behind_static(shape, h, ways);
    borders_behind_value(shape, h, ways);
    if (ways.size() > kWaysMax) {
      places.all_maybe = true;
      return {};
    }
  }
  for (const Conditions& conditions : ways) {
    if (stamps_allow(shape, conditions)) LOGPOND_CHECK_OK(apply(shape, conditions, places));
  }
  return {};
}

/// The literal begins in the static text before `hole` and goes on in the hole.
void LiteralSearch::borders_behind_static(const DirectoryShape& shape, std::uint32_t hole,
                                          std::vector<Conditions>& ways) const {
  const std::string_view before = piece(shape, hole);
  const std::string_view literal = literal_;
  const std::size_t longest = std::min(before.size(), literal.size() - 1);
  for (std::size_t size = 1; size <= longest; ++size) {
    if (literal[size - 1] != before.back()) continue;
    if (!before.ends_with(literal.substr(0, size))) continue;
    Conditions so_far;
    go_on_at_hole(shape, hole, static_cast<std::uint32_t>(size), so_far, ways);
  }
}

/// The literal begins in the value of `hole` and goes on behind it.
void LiteralSearch::borders_behind_value(const DirectoryShape& shape, std::uint32_t hole,
                                         std::vector<Conditions>& ways) const {
  const std::string_view after = piece(shape, hole + 1);
  const bool is_end = hole + 1 == shape.hole_count;
  if (after.empty() && is_end) return;
  for (std::uint32_t size = 1; size < literal_.size(); ++size) {
    if (!after.empty() && literal_[size] != after.front()) continue;
    Conditions so_far{{hole, Place::kSuffix, 0, size}};
    go_on_at_piece(shape, hole + 1, size, so_far, ways);
  }
}

/// What is left of the literal, from `from` on, must be found from the beginning of a hole.
void LiteralSearch::go_on_at_hole(const DirectoryShape& shape, std::uint32_t hole,
                                  std::uint32_t from, Conditions& so_far,
                                  std::vector<Conditions>& ways) const {
  if (ways.size() > kWaysMax) return;
  const auto size = static_cast<std::uint32_t>(literal_.size());
  so_far.push_back({hole, Place::kPrefix, from, size});
  ways.push_back(so_far);
  so_far.pop_back();
  const std::string_view after = piece(shape, hole + 1);
  const bool is_end = hole + 1 == shape.hole_count;
  if (after.empty() && is_end) return;
  for (std::uint32_t end = from; end < size; ++end) {
    if (!after.empty() && literal_[end] != after.front()) continue;
    so_far.push_back({hole, Place::kEqual, from, end});
    go_on_at_piece(shape, hole + 1, end, so_far, ways);
    so_far.pop_back();
  }
}

/// The same from the beginning of static text.
void LiteralSearch::go_on_at_piece(const DirectoryShape& shape, std::uint32_t number,
                                   std::uint32_t from, Conditions& so_far,
                                   std::vector<Conditions>& ways) const {
  if (ways.size() > kWaysMax) return;
  const std::string_view text = piece(shape, number);
  const std::string_view rest = std::string_view(literal_).substr(from);
  if (text.starts_with(rest)) {
    ways.push_back(so_far);
  } else if (rest.starts_with(text) && number < shape.hole_count) {
    go_on_at_hole(shape, number, from + static_cast<std::uint32_t>(text.size()), so_far, ways);
  }
}

bool LiteralSearch::stamps_allow(const DirectoryShape& shape, const Conditions& conditions) const {
  return std::all_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
    const HoleView& hole = reader_.holes()[shape.first_hole + condition.hole];
    // A named lane may hold references, of which its stamp says nothing.
    if (directory_.lanes[hole.lane].kind != LaneKind::kOwned) return true;
    return reader_.stamp(hole.lane).may_match(
        condition.place,
        std::string_view(literal_).substr(condition.begin, condition.end - condition.begin));
  });
}

/// Places of a lane whose value holds a piece of the literal. Many shapes ask the same of a lane
/// that they share: it is looked through once.
const std::vector<std::uint32_t>& LiteralSearch::match_piece(std::uint32_t lane,
                                                             const LaneColumn& column,
                                                             const Condition& condition) {
  const auto match = [&](std::vector<std::uint32_t>& places) {
    column.values.match(
        condition.place,
        std::string_view(literal_).substr(condition.begin, condition.end - condition.begin),
        places);
  };
  if (directory_.lanes[lane].kind == LaneKind::kOwned) {  // nobody else will ask
    own_piece_.clear();
    match(own_piece_);
    return own_piece_;
  }
  const auto [at, is_new] =
      pieces_.try_emplace({lane, condition.place, condition.begin, condition.end});
  if (is_new) match(at->second);
  return at->second;
}

/// Occurrences for which all conditions hold; `maybe` where a value is nested.
Status LiteralSearch::apply(const DirectoryShape& shape, const Conditions& conditions,
                            Places& places) {
  std::vector<std::uint32_t> candidates;
  bool is_first = true;
  bool is_sure = true;
  for (const Condition& condition : conditions) {
    const HoleView& hole = reader_.holes()[shape.first_hole + condition.hole];
    LOGPOND_TRY(const LaneColumn* column, reader_.lane(hole.lane));
    std::vector<std::uint32_t> matched = match_piece(hole.lane, *column, condition);
    std::vector<std::uint32_t> kept;
    for (std::uint32_t i = 0; i < shape.count; ++i) {
      if (column->shapes.empty()) break;
      if (column->values.reference(hole.first + i * hole.step) >= 0) {
        matched.push_back(hole.first + i * hole.step);
        is_sure = false;
      }
    }
    std::sort(matched.begin(), matched.end());
    const std::uint64_t end = hole.first + std::uint64_t{shape.count} * hole.step;
    for (auto at = std::lower_bound(matched.begin(), matched.end(), hole.first);
         at != matched.end() && *at < end; ++at) {
      if ((*at - hole.first) % hole.step == 0) kept.push_back((*at - hole.first) / hole.step);
    }
    if (is_first) {
      candidates = std::move(kept);
    } else {
      std::vector<std::uint32_t> both;
      std::set_intersection(candidates.begin(), candidates.end(), kept.begin(), kept.end(),
                            std::back_inserter(both));
      candidates = std::move(both);
    }
    is_first = false;
    if (candidates.empty()) return {};
  }
  auto& into = is_sure ? places.sure : places.maybe;
  into.insert(into.end(), candidates.begin(), candidates.end());
  return {};
}

}  // namespace logpond::message
