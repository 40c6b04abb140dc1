// Finds a text in messages that were taken apart, without putting them together.
//
// A literal stands in a message in one of three ways: inside static text of a shape, which settles
// it for all its messages at once; inside one value, which the packed column tells; or across the
// border of both, which leaves conditions on the values beside the border. Only where a nested
// document would have to be matched across such a border is the answer `maybe`.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/result.h"
#include "message/message_reader.h"

namespace logpond::message {

/// Occurrences of one shape. `all` says more than the lists; lists ascend and do not overlap.
struct Found {
  bool all = false;
  bool all_maybe = false;            ///< Every occurrence may hold it.
  std::vector<std::uint32_t> sure;   ///< These hold it.
  std::vector<std::uint32_t> maybe;  ///< These may: their text must be looked at.
  bool none() const { return !all && !all_maybe && sure.empty() && maybe.empty(); }
};

/// Borrows the reader. Threads: one at a time. Errors of all calls: kIo, kCorruption.
class LiteralSearch {
 public:
  /// `literal` is not empty; the reader is prepared for search.
  LiteralSearch(MessageReader& reader, std::string literal);

  /// Those of `shapes` (ascending) that find() may have something to say of: a quick look at
  /// stamps and at the bytes beside holes rules out most.
  std::vector<std::uint32_t> candidates(std::vector<std::uint32_t> shapes) const;
  /// Occurrences of `shape` whose text holds the literal.
  Result<Found> find(std::uint32_t shape);

 private:
  struct Condition {
    std::uint32_t hole = 0;  ///< Of the shape.
    column::Place place = column::Place::kEqual;
    std::uint32_t begin = 0;  ///< Piece of the literal.
    std::uint32_t end = 0;
  };
  using Conditions = std::vector<Condition>;
  struct LaneMatches {
    bool is_known = false;
    std::vector<std::uint32_t> sure;
    std::vector<std::uint32_t> maybe;
  };
  struct Places;

  void mark_static_hits();
  bool may_hold(const DirectoryShape& shape) const;
  bool may_cross(const BorderBytes& border) const;
  std::string_view piece(const DirectoryShape& shape, std::uint32_t number) const;
  Result<Found> find_nested(std::uint32_t shape, unsigned depth);
  Status find_in_values(const DirectoryShape& shape, unsigned depth, Places& places);
  Result<const LaneMatches*> match_lane(std::uint32_t lane, unsigned depth);
  Status match_references(const LaneColumn& column, unsigned depth, LaneMatches& matches);

  Status find_across(std::uint32_t number, Places& places);
  void borders_behind_static(const DirectoryShape& shape, std::uint32_t hole,
                             std::vector<Conditions>& ways) const;
  void borders_behind_value(const DirectoryShape& shape, std::uint32_t hole,
                            std::vector<Conditions>& ways) const;
  void go_on_at_hole(const DirectoryShape& shape, std::uint32_t hole, std::uint32_t from,
                     Conditions& so_far, std::vector<Conditions>& ways) const;
  void go_on_at_piece(const DirectoryShape& shape, std::uint32_t number, std::uint32_t from,
                      Conditions& so_far, std::vector<Conditions>& ways) const;
  bool stamps_allow(const DirectoryShape& shape, const Conditions& conditions) const;
  Status apply(const DirectoryShape& shape, const Conditions& conditions, Places& places);
  const std::vector<std::uint32_t>& match_piece(std::uint32_t lane, const LaneColumn& column,
                                                const Condition& condition);
  bool may_cross_members() const;

  MessageReader& reader_;
  const Directory& directory_;
  const std::string literal_;
  std::vector<bool> static_hits_;   // by shape
  std::vector<bool> pairs_;         // of bytes side by side in the literal, by their value
  std::vector<LaneMatches> lanes_;  // by lane
  /// By lane, place, begin and end of the piece; of lanes that shapes share.
  std::map<std::tuple<std::uint32_t, column::Place, std::uint32_t, std::uint32_t>,
           std::vector<std::uint32_t>>
      pieces_;
  std::vector<std::uint32_t> own_piece_;
  bool crosses_members_ = false;
};

}  // namespace logpond::message
