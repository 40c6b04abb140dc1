#include "logql/binary_node.h"

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>

#include "logql/parser.h"

namespace logpond::logql {
namespace {

constexpr std::uint32_t kNone = 0xFFFF'FFFF;

class ScalarBinary final : public VectorNode {
 public:
  ScalarBinary(const BinaryPlan& plan, VectorNodePtr vector, double scalar, bool scalar_is_left)
      : op_(plan.op),
        filters_(ast::is_comparison(plan.op) && !plan.modifier.is_bool),
        vector_(std::move(vector)),
        scalar_(scalar),
        scalar_is_left_(scalar_is_left) {}

  Status step(std::size_t i, std::vector<VectorSample>& out) override {
    LOGPOND_CHECK_OK(vector_->step(i, out));
    std::size_t kept = 0;
    for (const VectorSample& sample : out) {
      const double result =
          scalar_is_left_ ? apply(op_, scalar_, sample.value) : apply(op_, sample.value, scalar_);
      if (filters_ && result == 0) continue;
      out[kept++] = {sample.series, filters_ ? sample.value : result};
    }
    out.resize(kept);
    return {};
  }
  const LabelList& labels(std::uint32_t series) const override { return vector_->labels(series); }

 private:
  ast::BinaryOp op_;
  bool filters_;
  VectorNodePtr vector_;
  double scalar_;
  bool scalar_is_left_;
};

/// Numbers what series are matched by: their labels, those in `on`, or all but those in `ignoring`.
class Signatures {
 public:
  explicit Signatures(const ast::BinaryModifier& modifier) : modifier_(modifier) {}

  /// `known` remembers the answers for one node's series.
  std::uint32_t of(const VectorNode& node, std::uint32_t series,
                   std::vector<std::uint32_t>& known) {
    if (series >= known.size()) known.resize(series + 1, kNone);
    if (known[series] == kNone) known[series] = find(node.labels(series));
    return known[series];
  }
  std::size_t size() const { return numbers_.size(); }

 private:
  std::uint32_t find(const LabelList& labels) {
    std::string key;
    for (const Label& label : labels) {
      if (label.value.empty()) continue;
      const bool named =
          std::binary_search(modifier_.labels.begin(), modifier_.labels.end(), label.name);
      if (modifier_.has_matching && named != modifier_.on) continue;
      append_key(key, label.name, label.value);
    }
    return numbers_.emplace(std::move(key), static_cast<std::uint32_t>(numbers_.size()))
        .first->second;
  }

  const ast::BinaryModifier& modifier_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

class VectorBinary : public VectorNode {
 public:
  VectorBinary(const BinaryPlan& plan, VectorNodePtr left, VectorNodePtr right)
      : plan_(plan), left_(std::move(left)), right_(std::move(right)), signatures_(plan.modifier) {}

  const LabelList& labels(std::uint32_t series) const override { return labels_[series]; }

 protected:
  Status step_both(std::size_t i) {
    LOGPOND_CHECK_OK(left_->step(i, left_samples_));
    return right_->step(i, right_samples_);
  }
  std::uint32_t left_signature(std::uint32_t series) {
    return signatures_.of(*left_, series, left_known_);
  }
  std::uint32_t right_signature(std::uint32_t series) {
    return signatures_.of(*right_, series, right_known_);
  }

  const BinaryPlan& plan_;
  VectorNodePtr left_;
  VectorNodePtr right_;
  std::vector<VectorSample> left_samples_;
  std::vector<VectorSample> right_samples_;
  std::vector<LabelList> labels_;  // of the result's series

 private:
  Signatures signatures_;
  std::vector<std::uint32_t> left_known_;
  std::vector<std::uint32_t> right_known_;
};

/// and, or, unless.
class SetOperation final : public VectorBinary {
 public:
  using VectorBinary::VectorBinary;

  Status step(std::size_t i, std::vector<VectorSample>& out) override {
    LOGPOND_CHECK_OK(step_both(i));
    out.clear();
    present_.clear();
    const bool is_or = plan_.op == ast::BinaryOp::kOr;
    if (is_or) {
      for (const VectorSample& s : left_samples_) {
        mark(left_signature(s.series));
        out.push_back({result_of(s.series, true), s.value});
      }
      for (const VectorSample& s : right_samples_) {
        if (is_marked(right_signature(s.series))) continue;
        out.push_back({result_of(s.series, false), s.value});
      }
      return {};
    }
    for (const VectorSample& s : right_samples_) mark(right_signature(s.series));
    const bool wants_present = plan_.op == ast::BinaryOp::kAnd;
    for (const VectorSample& s : left_samples_) {
      if (is_marked(left_signature(s.series)) != wants_present) continue;
      out.push_back({result_of(s.series, true), s.value});
    }
    return {};
  }

 private:
  void mark(std::uint32_t signature) {
    if (signature >= present_.size()) present_.resize(signature + 1);
    present_[signature] = true;
  }
  bool is_marked(std::uint32_t signature) const {
    return signature < present_.size() && present_[signature];
  }
  /// The same labels from either side are one series of the result.
  std::uint32_t result_of(std::uint32_t series, bool from_left) {
    auto& known = from_left ? left_results_ : right_results_;
    if (series >= known.size()) known.resize(series + 1, kNone);
    if (known[series] == kNone) {
      const LabelList& labels = from_left ? left_->labels(series) : right_->labels(series);
      const auto next = static_cast<std::uint32_t>(labels_.size());
      const auto [at, is_new] = numbers_.emplace(labels, next);
      if (is_new) labels_.push_back(labels);
      known[series] = at->second;
    }
    return known[series];
  }

  std::vector<bool> present_;  // by signature
  std::vector<std::uint32_t> left_results_;
  std::vector<std::uint32_t> right_results_;
  std::map<LabelList, std::uint32_t> numbers_;
};

tl::unexpected<Error> matching_error(std::string text) {
  return fail(ErrorCode::kInvalidArgument, std::move(text));
}

/// Arithmetic and comparison. With group_right the sides change their roles: "many" is the right
/// one.
class Match final : public VectorBinary {
 public:
  using VectorBinary::VectorBinary;

  Status step(std::size_t i, std::vector<VectorSample>& out) override {
    LOGPOND_CHECK_OK(step_both(i));
    out.clear();
    LOGPOND_CHECK_OK(index_one_side());
    for (const VectorSample& many : many_is_left() ? left_samples_ : right_samples_) {
      const std::uint32_t signature =
          many_is_left() ? left_signature(many.series) : right_signature(many.series);
      if (signature >= ones_.size() || ones_[signature].step != step_) continue;
      One& one = ones_[signature];
      if (plan_.modifier.group == ast::GroupSide::kNone && one.is_used) {
        return matching_error(
            "multiple matches for labels: many-to-one matching must be explicit "
            "(group_left/group_right)");
      }
      one.is_used = true;
      LOGPOND_CHECK_OK(combine(many, one.sample, out));
    }
    return {};
  }

 private:
  struct One {
    std::size_t step = 0;  ///< Set in this step when equal to step_.
    bool is_used = false;
    VectorSample sample;
  };

  bool many_is_left() const { return plan_.modifier.group != ast::GroupSide::kRight; }

  /// The "one" side by signature; two of one signature cannot be matched.
  Status index_one_side() {
    ++step_;
    for (const VectorSample& sample : many_is_left() ? right_samples_ : left_samples_) {
      const std::uint32_t signature =
          many_is_left() ? right_signature(sample.series) : left_signature(sample.series);
      if (signature >= ones_.size()) ones_.resize(signature + 1);
      if (ones_[signature].step == step_) {
        return matching_error("found duplicate series on the " +
                              std::string(many_is_left() ? "right" : "left") +
                              " hand-side;many-to-many matching not allowed: matching labels must "
                              "be unique on one side");
      }
      ones_[signature] = {step_, false, sample};
    }
    return {};
  }

  Status combine(const VectorSample& many, const VectorSample& one,
                 std::vector<VectorSample>& out) {
    const double left = many_is_left() ? many.value : one.value;
    const double right = many_is_left() ? one.value : many.value;
    double value = apply(plan_.op, left, right);
    if (ast::is_comparison(plan_.op) && !plan_.modifier.is_bool) {
      if (value == 0) return {};
      value = left;
    }
    const std::uint32_t series = result_of(many.series, one.series);
    if (series >= given_.size()) given_.resize(series + 1);
    if (given_[series] == step_) {
      return matching_error(
          "multiple matches for labels: grouping labels must ensure unique matches");
    }
    given_[series] = step_;
    out.push_back({series, value});
    return {};
  }

  std::uint32_t result_of(std::uint32_t many, std::uint32_t one) {
    const std::uint64_t pair = (static_cast<std::uint64_t>(many) << 32) | one;
    if (const auto at = pairs_.find(pair); at != pairs_.end()) return at->second;
    LabelList labels = result_labels(many, one);
    const auto next = static_cast<std::uint32_t>(labels_.size());
    const auto [at, is_new] = numbers_.emplace(labels, next);
    if (is_new) labels_.push_back(std::move(labels));
    pairs_.emplace(pair, at->second);
    return at->second;
  }

  LabelList result_labels(std::uint32_t many, std::uint32_t one) const {
    const ast::BinaryModifier& m = plan_.modifier;
    LabelList labels = many_is_left() ? left_->labels(many) : right_->labels(many);
    if (m.group == ast::GroupSide::kNone && m.has_matching) {
      std::erase_if(labels, [&](const Label& label) {
        return std::binary_search(m.labels.begin(), m.labels.end(), label.name) != m.on;
      });
    }
    const LabelList& from = many_is_left() ? right_->labels(one) : left_->labels(one);
    for (const std::string& name : m.include) {
      const std::string_view value = value_of(from, name);
      if (value.empty()) {
        std::erase_if(labels, [&](const Label& label) { return label.name == name; });
      } else {
        set_label(labels, name, value);
      }
    }
    return labels;
  }

  std::size_t step_ = 0;
  std::vector<One> ones_;           // by signature
  std::vector<std::size_t> given_;  // by series of the result: the step it was last given in
  std::unordered_map<std::uint64_t, std::uint32_t> pairs_;
  std::map<LabelList, std::uint32_t> numbers_;
};

}  // namespace

VectorNodePtr make_scalar_binary_node(const BinaryPlan& plan, VectorNodePtr vector, double scalar,
                                      bool scalar_is_left) {
  return std::make_unique<ScalarBinary>(plan, std::move(vector), scalar, scalar_is_left);
}

VectorNodePtr make_vector_binary_node(const BinaryPlan& plan, VectorNodePtr left,
                                      VectorNodePtr right) {
  if (ast::is_set_op(plan.op)) {
    return std::make_unique<SetOperation>(plan, std::move(left), std::move(right));
  }
  return std::make_unique<Match>(plan, std::move(left), std::move(right));
}

}  // namespace logpond::logql
