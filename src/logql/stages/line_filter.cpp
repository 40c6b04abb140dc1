#include "logql/stages/line_filter.h"

#include "logql/ip_range.h"
#include "logql/pattern_text.h"

namespace logpond::logql {
namespace {

/// Text and regular expression filters.
class TextFilter final : public Stage {
 public:
  explicit TextFilter(codec::LineFilter filter) : filter_(std::move(filter)) {}
  bool process(LineContext& context) override { return filter_.keeps(context.line); }

 private:
  codec::LineFilter filter_;
};

class PatternFilter final : public Stage {
 public:
  PatternFilter(bool negated, std::vector<PatternText> patterns)
      : negated_(negated), patterns_(std::move(patterns)) {}
  bool process(LineContext& context) override {
    for (const PatternText& pattern : patterns_) {
      if (pattern.test(context.line)) return !negated_;
    }
    return negated_;
  }

 private:
  bool negated_;
  std::vector<PatternText> patterns_;
};

/// A chain with `ip(...)` in it; its texts stand beside the addresses.
class AddressFilter final : public Stage {
 public:
  AddressFilter(bool negated, std::vector<IpRange> ranges, std::vector<std::string> texts)
      : negated_(negated), ranges_(std::move(ranges)), texts_(std::move(texts)) {}
  bool process(LineContext& context) override {
    for (const IpRange& range : ranges_) {
      if (range.is_in_text(context.line)) return !negated_;
    }
    for (const std::string& text : texts_) {
      if (codec::find_literal(context.line, text) != std::string_view::npos) return !negated_;
    }
    return negated_;
  }

 private:
  bool negated_;
  std::vector<IpRange> ranges_;
  std::vector<std::string> texts_;
};

bool has_ip(const ast::LineFilter& filter) {
  for (const ast::LineOperand& operand : filter.operands) {
    if (operand.is_ip) return true;
  }
  return false;
}

bool is_pattern(const ast::LineFilter& filter) {
  return filter.op == ast::LineOp::kPattern || filter.op == ast::LineOp::kNotPattern;
}

Result<codec::LineFilter> compile_text_filter(const ast::Stage& node) {
  const auto& filter = std::get<ast::LineFilter>(node);
  constexpr codec::LineFilterOp kOps[] = {
      codec::LineFilterOp::kContains, codec::LineFilterOp::kNotContains,
      codec::LineFilterOp::kMatches, codec::LineFilterOp::kNotMatches};
  std::vector<std::string> texts;
  for (const ast::LineOperand& operand : filter.operands) texts.push_back(operand.text);
  auto compiled = codec::LineFilter::compile(kOps[static_cast<std::size_t>(filter.op)], texts);
  if (!compiled) return stage_error(node, compiled.error().message);
  return compiled;
}

Result<std::unique_ptr<Stage>> make_address_filter(const ast::Stage& node) {
  const auto& filter = std::get<ast::LineFilter>(node);
  if (filter.op != ast::LineOp::kContains && filter.op != ast::LineOp::kNotContains) {
    return stage_error(node, "ip: invalid operation");
  }
  std::vector<IpRange> ranges;
  std::vector<std::string> texts;
  for (const ast::LineOperand& operand : filter.operands) {
    if (!operand.is_ip) {
      texts.push_back(operand.text);
      continue;
    }
    auto range = IpRange::parse(operand.text);
    if (!range) return stage_error(node, range.error().message);
    ranges.push_back(*std::move(range));
  }
  return std::make_unique<AddressFilter>(filter.op == ast::LineOp::kNotContains, std::move(ranges),
                                         std::move(texts));
}

Result<std::unique_ptr<Stage>> make_pattern_filter(const ast::Stage& node) {
  const auto& filter = std::get<ast::LineFilter>(node);
  std::vector<PatternText> patterns;
  for (const ast::LineOperand& operand : filter.operands) {
    auto pattern = PatternText::parse(operand.text);
    if (!pattern) return stage_error(node, pattern.error().message);
    if (!pattern->names().empty()) {
      return stage_error(
          node, "named captures are not allowed: found '<" + pattern->names().front() + ">'");
    }
    patterns.push_back(*std::move(pattern));
  }
  return std::make_unique<PatternFilter>(filter.op == ast::LineOp::kNotPattern,
                                         std::move(patterns));
}

}  // namespace

Result<std::optional<codec::LineFilter>> store_line_filter(const ast::Stage& node) {
  const auto& filter = std::get<ast::LineFilter>(node);
  if (is_pattern(filter) || has_ip(filter)) return std::optional<codec::LineFilter>();
  LOGPOND_TRY(auto compiled, compile_text_filter(node));
  return std::optional<codec::LineFilter>(std::move(compiled));
}

Result<std::unique_ptr<Stage>> make_line_filter(const ast::Stage& node, const ParserHints&) {
  const auto& filter = std::get<ast::LineFilter>(node);
  if (has_ip(filter)) return make_address_filter(node);
  if (is_pattern(filter)) return make_pattern_filter(node);
  LOGPOND_TRY(auto compiled, compile_text_filter(node));
  return std::make_unique<TextFilter>(std::move(compiled));
}

}  // namespace logpond::logql
