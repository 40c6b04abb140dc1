#include "logql/label_replace_node.h"

#include <algorithm>
#include <optional>

namespace logpond::logql {
namespace {

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Text of the group that `name` (a number or a name) means; empty when there is none.
std::string_view group_text(std::string_view name, const codec::Regex& regex,
                            const std::vector<std::string_view>& groups) {
  std::size_t number = 0;
  bool is_number = !name.empty() && name.size() < 6;
  for (const char c : name) {
    is_number = is_number && c >= '0' && c <= '9';
    if (is_number) number = number * 10 + static_cast<std::size_t>(c - '0');
  }
  if (is_number) return number < groups.size() ? groups[number] : std::string_view();
  const auto& names = regex.group_names();
  const auto at = std::find(names.begin(), names.end(), name);
  return at == names.end() ? std::string_view()
                           : groups[static_cast<std::size_t>(at - names.begin())];
}

/// Fills `$1`, `${1}` and `$name` in; `$$` is a dollar sign.
std::string expand(std::string_view replacement, const codec::Regex& regex,
                   const std::vector<std::string_view>& groups) {
  std::string out;
  while (!replacement.empty()) {
    const std::size_t dollar = replacement.find('$');
    out += replacement.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    replacement.remove_prefix(dollar + 1);
    if (replacement.starts_with('$')) {
      out += '$';
      replacement.remove_prefix(1);
      continue;
    }
    const bool braces = replacement.starts_with('{');
    std::size_t end = braces ? 1 : 0;
    while (end < replacement.size() && is_name_byte(replacement[end])) ++end;
    const std::size_t begin = braces ? 1 : 0;
    const bool is_closed = !braces || (end < replacement.size() && replacement[end] == '}');
    if (end == begin || !is_closed) {
      out += '$';  // not a reference: as it is
      continue;
    }
    out += group_text(replacement.substr(begin, end - begin), regex, groups);
    replacement.remove_prefix(braces ? end + 1 : end);
  }
  return out;
}

class LabelReplace final : public VectorNode {
 public:
  LabelReplace(const LabelReplacePlan& plan, VectorNodePtr operand)
      : plan_(plan), operand_(std::move(operand)) {}

  Status step(std::size_t i, std::vector<VectorSample>& out) override {
    LOGPOND_CHECK_OK(operand_->step(i, out));
    for (const VectorSample& sample : out) {
      if (sample.series >= labels_.size()) labels_.resize(sample.series + 1);
      if (!labels_[sample.series])
        labels_[sample.series] = replace(operand_->labels(sample.series));
    }
    return {};
  }
  const LabelList& labels(std::uint32_t series) const override { return *labels_[series]; }

 private:
  LabelList replace(LabelList labels) {
    const std::string source(value_of(labels, plan_.source));
    if (!plan_.regex.find(source, 0, groups_)) return labels;
    const std::string value = expand(plan_.replacement, plan_.regex, groups_);
    if (value.empty()) {
      std::erase_if(labels, [&](const Label& label) { return label.name == plan_.destination; });
    } else {
      set_label(labels, plan_.destination, value);
    }
    return labels;
  }

  const LabelReplacePlan& plan_;
  VectorNodePtr operand_;
  std::vector<std::string_view> groups_;
  std::vector<std::optional<LabelList>> labels_;  // by series of the operand
};

class VectorLiteral final : public VectorNode {
 public:
  explicit VectorLiteral(double value) : value_(value) {}
  Status step(std::size_t, std::vector<VectorSample>& out) override {
    out.assign(1, {0, value_});
    return {};
  }
  const LabelList& labels(std::uint32_t) const override { return labels_; }

 private:
  double value_;
  LabelList labels_;
};

}  // namespace

VectorNodePtr make_label_replace_node(const LabelReplacePlan& plan, VectorNodePtr operand) {
  return std::make_unique<LabelReplace>(plan, std::move(operand));
}

VectorNodePtr make_vector_literal_node(double value) {
  return std::make_unique<VectorLiteral>(value);
}

}  // namespace logpond::logql
