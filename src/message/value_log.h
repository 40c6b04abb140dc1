// Values in the order in which they were met, each with the cell it belongs to; arranged by lane
// when a group ends. Writing them down in one place as they come is quicker than growing thousands
// of columns at once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "column/value.h"
#include "core/grow_array.h"
#include "message/lane_table.h"
#include "message/shape_table.h"

namespace logpond::message {

/// Threads: one at a time.
class ValueLog {
 public:
  void add(std::uint32_t cell, const column::Value& value) {
    cells_.push_back(cell);
    values_.push_back(value);
  }
  std::size_t size() const { return values_.size(); }
  std::span<const column::Value> since(std::size_t size) const {
    return {values_.data() + size, values_.size() - size};
  }
  /// Forgets what was added after there were `size` values.
  void take_back(std::size_t size) {
    cells_.resize_for_overwrite(size);
    values_.resize_for_overwrite(size);
  }
  /// Memory that arranging what was added takes.
  std::size_t size_bytes() const {
    return values_.size() * (2 * sizeof(column::Value) + sizeof(std::uint32_t));
  }
  void clear() {
    cells_.clear();
    values_.clear();
    arranged_.clear();
  }

  /// Puts the values into their order on disk: by lane, in a lane by shape, in a shape by
  /// occurrence. Occurrences of a nested shape are numbered as the references to it lie in the one
  /// lane that holds them, so that position and occurrence follow from each other without a list of
  /// either. `order` lists the lanes as they shall follow each other.
  void arrange(ShapeTable& shapes, LaneTable& lanes, std::span<const std::uint32_t> order);
  /// The values of a lane, after arrange(). May be changed.
  std::span<column::Value> lane(std::uint32_t lane) {
    return {arranged_.data() + lane_begins_[lane], lane_ends_[lane] - lane_begins_[lane]};
  }

 private:
  struct Arranger;

  GrowArray<std::uint32_t> cells_;
  GrowArray<column::Value> values_;
  GrowArray<column::Value> arranged_;
  std::vector<std::size_t> lane_begins_;
  std::vector<std::size_t> lane_ends_;
};

}  // namespace logpond::message
