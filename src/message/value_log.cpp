#include "message/value_log.h"

#include <numeric>

namespace logpond::message {

using column::Value;
using column::ValueKind;

namespace {

/// Cells by lane or by shape, each list ascending.
class CellLists {
 public:
  template <typename KeyOf>
  void fill(const std::vector<Cell>& cells, std::size_t keys, KeyOf key_of) {
    begins_.assign(keys + 1, 0);
    for (const Cell& cell : cells) ++begins_[key_of(cell) + 1];
    std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
    std::vector<std::uint32_t> next(begins_.begin(), begins_.end() - 1);
    cells_.resize(cells.size());
    for (std::uint32_t i = 0; i < cells.size(); ++i) cells_[next[key_of(cells[i])]++] = i;
  }
  std::span<const std::uint32_t> operator[](std::size_t key) const {
    return std::span(cells_).subspan(begins_[key], begins_[key + 1] - begins_[key]);
  }

 private:
  std::vector<std::uint32_t> begins_;
  std::vector<std::uint32_t> cells_;
};

}  // namespace

/// Works down from the root shapes: a lane is final once all shapes that fill it are, and then says
/// in which order the occurrences of the shapes it refers to count.
struct ValueLog::Arranger {
  ValueLog& log;
  ShapeTable& shapes;
  LaneTable& lanes;
  CellLists lane_cells{};
  CellLists shape_cells{};
  std::vector<std::size_t> cell_begins{};
  std::vector<std::uint32_t> lane_pending{};  // shapes that are not final yet
  std::vector<std::uint32_t> ready{};         // final shapes whose lanes were not told yet
  std::vector<std::vector<std::uint32_t>> occurrences{};  // of a nested shape, in their final order
  std::vector<Value> scratch{};

  void list_cells() {
    const auto& cells = lanes.cells();
    lane_cells.fill(cells, lanes.lanes().size(), [](const Cell& cell) { return cell.lane; });
    shape_cells.fill(cells, shapes.size(), [](const Cell& cell) { return cell.shape; });
    lane_pending.resize(lanes.lanes().size());
    for (std::uint32_t lane = 0; lane < lane_pending.size(); ++lane) {
      lane_pending[lane] = static_cast<std::uint32_t>(lane_cells[lane].size());
    }
  }

  /// Counting sort: every value to the next place of its cell.
  void scatter(std::span<const std::uint32_t> order) {
    const auto& cells = lanes.cells();
    cell_begins.resize(cells.size());
    log.lane_begins_.assign(lanes.lanes().size(), 0);
    log.lane_ends_.assign(lanes.lanes().size(), 0);
    std::size_t at = 0;
    for (const std::uint32_t lane : order) {
      log.lane_begins_[lane] = at;
      for (const std::uint32_t cell : lane_cells[lane]) {
        cell_begins[cell] = at;
        at += std::size_t{shapes[cells[cell].shape].count} * cells[cell].holes;
      }
      log.lane_ends_[lane] = at;
    }
    log.arranged_.resize_for_overwrite(at);
    std::vector<std::size_t> next = cell_begins;
    for (std::size_t i = 0; i < log.values_.size(); ++i) {
      log.arranged_[next[log.cells_[i]]++] = log.values_[i];
    }
  }

  void settle_roots() {
    for (std::uint32_t i = 0; i < shapes.size(); ++i) {
      const ShapeKind kind = shapes[i].kind;
      const bool is_nested = kind == ShapeKind::kNode || kind == ShapeKind::kMember ||
                             kind == ShapeKind::kPart ||
                             (kind == ShapeKind::kList && shapes[i].is_nested);
      // What does not occur puts no values anywhere: no lane may wait for it.
      if (!is_nested || shapes[i].count == 0) ready.push_back(i);
    }
  }

  void run() {
    occurrences.resize(shapes.size());
    while (!ready.empty()) {
      const std::uint32_t shape = ready.back();
      ready.pop_back();
      for (const std::uint32_t cell : shape_cells[shape]) {
        const std::uint32_t lane = lanes.cells()[cell].lane;
        if (--lane_pending[lane] == 0) settle_lane(lane);
      }
    }
  }

  void settle_lane(std::uint32_t lane) {
    if (!lanes.lanes()[lane].has_references) return;
    std::vector<std::uint32_t> met;
    for (const Value& value : log.lane(lane)) {
      if (value.kind != ValueKind::kReference) continue;
      auto& order = occurrences[value.bits];
      if (order.empty()) met.push_back(static_cast<std::uint32_t>(value.bits));
      order.push_back(value.offset);  // which occurrence it is, as they were met
    }
    for (const std::uint32_t shape : met) {
      reorder(shape);
      ready.push_back(shape);
    }
  }

  /// Moves the values of a shape's occurrences into their final order.
  void reorder(std::uint32_t shape) {
    const auto& order = occurrences[shape];
    bool is_in_order = true;
    for (std::uint32_t i = 0; i < order.size() && is_in_order; ++i) is_in_order = order[i] == i;
    if (!is_in_order) {
      for (const std::uint32_t cell : shape_cells[shape]) reorder_cell(cell, order);
    }
    occurrences[shape] = {};
  }

  void reorder_cell(std::uint32_t cell, const std::vector<std::uint32_t>& order) {
    const std::size_t holes = lanes.cells()[cell].holes;
    Value* const begin = log.arranged_.data() + cell_begins[cell];
    scratch.assign(begin, begin + order.size() * holes);
    for (std::size_t i = 0; i < order.size(); ++i) {
      for (std::size_t h = 0; h < holes; ++h) {
        begin[i * holes + h] = scratch[order[i] * holes + h];
      }
    }
  }
};

void ValueLog::arrange(ShapeTable& shapes, LaneTable& lanes, std::span<const std::uint32_t> order) {
  Arranger arranger{*this, shapes, lanes};
  arranger.list_cells();
  arranger.scatter(order);
  arranger.settle_roots();
  arranger.run();
}

}  // namespace logpond::message
