// Lanes and cells of one row group while it is built.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "message/shape.h"

namespace logpond::message {

/// Whether strings of a lane are taken apart: settled by its first few hundred.
enum class SplitPolicy : std::uint8_t { kTrying, kSplit, kKeep };

struct EncoderLane {
  LaneKind kind = LaneKind::kOwned;
  SplitPolicy policy = SplitPolicy::kTrying;
  bool has_references = false;
  std::uint32_t sender = 0;
  std::uint32_t name_offset = 0;
  std::uint32_t name_size = 0;
  std::uint32_t candidates = 0;  ///< Strings that could be taken apart so far.
  std::uint32_t parts = 0;       ///< Shapes they gave.
  std::uint32_t sketch = 0;      ///< Place of its sketch of distinct values, plus one; 0: none yet.
  std::uint32_t last_shape = kNoShape;  ///< Shape that was given the lane last, and its cell.
  std::uint32_t last_cell = 0;
};

/// What one shape puts into one lane.
struct Cell {
  std::uint32_t lane = 0;
  std::uint32_t shape = 0;
  std::uint32_t holes = 0;  ///< Values an occurrence of the shape puts there.
};

/// Owns names. Threads: one at a time.
class LaneTable {
 public:
  void clear() {
    lanes_.clear();
    cells_.clear();
    names_.clear();
    by_name_.clear();
  }

  /// The lane of this meaning; `name` is its path of keys.
  std::uint32_t named(LaneKind kind, std::uint32_t sender, std::string_view name) {
    key_.assign(1, static_cast<char>(kind));
    key_.append(reinterpret_cast<const char*>(&sender), sizeof sender).append(name);
    const auto [at, is_new] = by_name_.try_emplace(key_, static_cast<std::uint32_t>(lanes_.size()));
    if (is_new) {
      EncoderLane lane;
      lane.kind = kind;
      lane.sender = sender;
      lane.name_offset = static_cast<std::uint32_t>(names_.size());
      lane.name_size = static_cast<std::uint32_t>(name.size());
      names_.append(name);
      lanes_.push_back(lane);
    }
    return at->second;
  }
  std::uint32_t owned() {
    lanes_.emplace_back();
    lanes_.back().policy = SplitPolicy::kKeep;
    return static_cast<std::uint32_t>(lanes_.size() - 1);
  }
  /// The cell of the next hole of `shape`, which must be the newest shape. Holes of one lane share
  /// a cell: their values are told apart by order.
  std::uint32_t add_hole(std::uint32_t lane, std::uint32_t shape) {
    EncoderLane& filled = lanes_[lane];
    if (filled.last_shape == shape) {
      ++cells_[filled.last_cell].holes;
    } else {
      filled.last_shape = shape;
      filled.last_cell = static_cast<std::uint32_t>(cells_.size());
      cells_.push_back({lane, shape, 1});
    }
    return filled.last_cell;
  }

  std::vector<EncoderLane>& lanes() { return lanes_; }
  const std::vector<EncoderLane>& lanes() const { return lanes_; }
  const std::vector<Cell>& cells() const { return cells_; }
  std::string_view name(const EncoderLane& lane) const {
    return std::string_view(names_).substr(lane.name_offset, lane.name_size);
  }
  std::size_t size_bytes() const {
    return lanes_.size() * sizeof(EncoderLane) + cells_.size() * sizeof(Cell) + names_.size() +
           by_name_.size() * 96;
  }

 private:
  std::vector<EncoderLane> lanes_;
  std::vector<Cell> cells_;
  std::string names_;
  std::unordered_map<std::string, std::uint32_t> by_name_;
  std::string key_;
};

}  // namespace logpond::message
