#include "logql/aggregate_node.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_map>

namespace logpond::logql {
namespace {

/// Numbers the groups that series fall into.
class Groups {
 public:
  explicit Groups(const SeriesGrouping& grouping) : grouping_(grouping) {}

  std::uint32_t of(const VectorNode& node, std::uint32_t series) {
    constexpr std::uint32_t kUnknown = 0xFFFF'FFFF;
    if (series >= known_.size()) known_.resize(series + 1, kUnknown);
    if (known_[series] == kUnknown) known_[series] = find(node.labels(series));
    return known_[series];
  }
  const LabelList& labels(std::uint32_t group) const { return labels_[group]; }
  std::size_t size() const { return labels_.size(); }

 private:
  std::uint32_t find(const LabelList& labels) {
    LabelList group;
    std::string key;
    for (const Label& label : labels) {
      const bool named =
          std::binary_search(grouping_.labels.begin(), grouping_.labels.end(), label.name);
      if (named == grouping_.without || label.value.empty()) continue;
      append_key(key, label.name, label.value);
      group.push_back(label);
    }
    const auto number = static_cast<std::uint32_t>(labels_.size());
    const auto [at, is_new] = numbers_.emplace(std::move(key), number);
    if (is_new) labels_.push_back(std::move(group));
    return at->second;
  }

  const SeriesGrouping& grouping_;
  std::vector<std::uint32_t> known_;  // by series of the operand
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<LabelList> labels_;
};

/// sum avg min max count stddev stdvar: one sample per group.
class Reduce final : public VectorNode {
 public:
  Reduce(const AggregatePlan& plan, VectorNodePtr operand)
      : op_(plan.op), operand_(std::move(operand)), groups_(plan.grouping) {}

  Status step(std::size_t i, std::vector<VectorSample>& out) override {
    LOGPOND_CHECK_OK(operand_->step(i, samples_));
    out.clear();
    for (const VectorSample& sample : samples_) {
      const std::uint32_t group = groups_.of(*operand_, sample.series);
      if (group >= states_.size()) states_.resize(groups_.size());
      State& state = states_[group];
      if (state.count == 0) out.push_back({group, 0});
      state.add(sample.value);
    }
    for (VectorSample& sample : out) {
      State& state = states_[sample.series];
      sample.value = state.value(op_);
      state = {};
    }
    return {};
  }
  const LabelList& labels(std::uint32_t series) const override { return groups_.labels(series); }

 private:
  struct State {
    double count = 0;
    double sum = 0;
    double min = 0;
    double max = 0;
    double mean = 0;
    double squares = 0;

    void add(double value) {
      if (count == 0) min = max = value;
      ++count;
      sum += value;
      min = value < min || std::isnan(min) ? value : min;
      max = value > max || std::isnan(max) ? value : max;
      const double delta = value - mean;
      mean += delta / count;
      squares += delta * (value - mean);
    }
    double value(ast::VectorOp op) const {
      switch (op) {
        case ast::VectorOp::kAvg:
          return sum / count;
        case ast::VectorOp::kCount:
          return count;
        case ast::VectorOp::kMax:
          return max;
        case ast::VectorOp::kMin:
          return min;
        case ast::VectorOp::kStddev:
          return std::sqrt(squares / count);
        case ast::VectorOp::kStdvar:
          return squares / count;
        default:
          return sum;
      }
    }
  };

  ast::VectorOp op_;
  VectorNodePtr operand_;
  Groups groups_;
  std::vector<VectorSample> samples_;
  std::vector<State> states_;  // by group; count 0 between steps
};

/// True when `a` comes before `b`; what is no number comes last either way.
bool ranks_before(double a, double b, bool ascending) {
  if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
  return ascending ? a < b : a > b;
}

/// sort, topk and their siblings: samples of the operand, in order of value.
class Rank final : public VectorNode {
 public:
  Rank(const AggregatePlan& plan, VectorNodePtr operand)
      : ascending_(plan.op == ast::VectorOp::kSort || plan.op == ast::VectorOp::kBottomk),
        cuts_(plan.op != ast::VectorOp::kSort && plan.op != ast::VectorOp::kSortDesc),
        k_(plan.k),
        operand_(std::move(operand)),
        groups_(plan.grouping) {}

  Status step(std::size_t i, std::vector<VectorSample>& out) override {
    LOGPOND_CHECK_OK(operand_->step(i, out));
    // Stable: equal values keep the order in which they came.
    std::stable_sort(out.begin(), out.end(), [this](const VectorSample& a, const VectorSample& b) {
      return ranks_before(a.value, b.value, ascending_);
    });
    if (!cuts_) return {};
    std::size_t kept = 0;
    for (const VectorSample& sample : out) {
      const std::uint32_t group = groups_.of(*operand_, sample.series);
      if (group >= taken_.size()) taken_.resize(groups_.size());
      if (taken_[group] < k_) {
        ++taken_[group];
        out[kept++] = sample;
      }
    }
    out.resize(kept);
    std::fill(taken_.begin(), taken_.end(), 0U);
    return {};
  }
  const LabelList& labels(std::uint32_t series) const override { return operand_->labels(series); }

 private:
  bool ascending_;
  bool cuts_;
  std::size_t k_;
  VectorNodePtr operand_;
  Groups groups_;
  std::vector<std::size_t> taken_;  // by group
};

}  // namespace

VectorNodePtr make_aggregate_node(const AggregatePlan& plan, VectorNodePtr operand) {
  switch (plan.op) {
    case ast::VectorOp::kTopk:
    case ast::VectorOp::kBottomk:
    case ast::VectorOp::kApproxTopk:
    case ast::VectorOp::kSort:
    case ast::VectorOp::kSortDesc:
      return std::make_unique<Rank>(plan, std::move(operand));
    default:
      return std::make_unique<Reduce>(plan, std::move(operand));
  }
}

}  // namespace logpond::logql
