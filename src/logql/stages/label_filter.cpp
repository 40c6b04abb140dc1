#include "logql/stages/label_filter.h"

#include "logql/ip_range.h"
#include "logql/quantity.h"
#include "storage/selector.h"

namespace logpond::logql {
namespace {

constexpr std::string_view kFilterError = "LabelFilterErr";

/// One test of a line's labels.
class Test {
 public:
  virtual ~Test() = default;
  virtual bool holds(LineContext& context) = 0;
};
using TestPtr = std::unique_ptr<Test>;

class TextTest final : public Test {
 public:
  explicit TextTest(storage::Matcher matcher) : matcher_(std::move(matcher)) {}
  bool holds(LineContext& context) override {
    return matcher_.matches(context.labels.value_of(matcher_.name()));
  }

 private:
  storage::Matcher matcher_;
};

template <typename T>
bool compare(ast::Compare op, T value, T literal) {
  switch (op) {
    case ast::Compare::kEqual:
      return value == literal;
    case ast::Compare::kNotEqual:
      return value != literal;
    case ast::Compare::kLess:
      return value < literal;
    case ast::Compare::kLessEqual:
      return value <= literal;
    case ast::Compare::kGreater:
      return value > literal;
    case ast::Compare::kGreaterEqual:
      return value >= literal;
  }
  return false;
}

/// Numbers, durations and bytes: the literal's type says how the value is read.
template <typename T>
class QuantityTest final : public Test {
 public:
  using Parse = Result<T> (*)(std::string_view);
  QuantityTest(std::string name, ast::Compare op, T literal, Parse parse)
      : name_(std::move(name)), op_(op), literal_(literal), parse_(parse) {}

  bool holds(LineContext& context) override {
    // A line with an error passes: only tests of text can drop it.
    if (context.labels.has_error()) return true;
    const LineLabel* label = context.labels.find(name_);
    if (label == nullptr) return false;
    const auto value = parse_(label->value);
    if (value) return compare(op_, *value, literal_);
    context.labels.set_error(kFilterError, context.arena.copy(value.error().message));
    return true;
  }

 private:
  std::string name_;
  ast::Compare op_;
  T literal_;
  Parse parse_;
};

class AddressTest final : public Test {
 public:
  AddressTest(std::string name, bool negated, IpRange range)
      : name_(std::move(name)), negated_(negated), range_(range) {}

  bool holds(LineContext& context) override {
    if (context.labels.has_error()) return true;
    const LineLabel* label = context.labels.find(name_);
    return label != nullptr && range_.is_in_text(label->value) != negated_;
  }

 private:
  std::string name_;
  bool negated_;
  IpRange range_;
};

class GroupTest final : public Test {
 public:
  GroupTest(bool all, std::vector<TestPtr> tests) : all_(all), tests_(std::move(tests)) {}

  bool holds(LineContext& context) override {
    for (const TestPtr& test : tests_) {
      if (test->holds(context) != all_) return !all_;
    }
    return all_;
  }

 private:
  bool all_;
  std::vector<TestPtr> tests_;
};

struct Compiler {
  const ast::Stage& stage;

  Result<TestPtr> operator()(const ast::Matcher& m) const {
    auto matcher = storage::Matcher::create(m.name, m.op, m.value);
    if (!matcher) {
      return fail(ErrorCode::kInvalidArgument, "parse error : " + matcher.error().message);
    }
    return std::make_unique<TextTest>(*std::move(matcher));
  }
  Result<TestPtr> operator()(const ast::NumberTest& t) const {
    return std::make_unique<QuantityTest<double>>(t.name, t.op, t.value, parse_float);
  }
  Result<TestPtr> operator()(const ast::DurationTest& t) const {
    return std::make_unique<QuantityTest<DurationNs>>(t.name, t.op, t.value, parse_duration);
  }
  Result<TestPtr> operator()(const ast::BytesTest& t) const {
    return std::make_unique<QuantityTest<std::uint64_t>>(t.name, t.op, t.value, parse_bytes);
  }
  Result<TestPtr> operator()(const ast::IpTest& t) const {
    auto range = IpRange::parse(t.spec);
    if (!range) return stage_error(stage, range.error().message);
    return std::make_unique<AddressTest>(t.name, t.negated, *range);
  }
  Result<TestPtr> operator()(const ast::AndTest& t) const { return group(true, t.tests); }
  Result<TestPtr> operator()(const ast::OrTest& t) const { return group(false, t.tests); }

  Result<TestPtr> group(bool all, const std::vector<ast::LabelFilter>& filters) const {
    std::vector<TestPtr> tests;
    for (const ast::LabelFilter& filter : filters) {
      LOGPOND_TRY(auto test, std::visit(*this, filter.test));
      tests.push_back(std::move(test));
    }
    return std::make_unique<GroupTest>(all, std::move(tests));
  }
};

class LabelFilter final : public Stage {
 public:
  explicit LabelFilter(TestPtr test) : test_(std::move(test)) {}
  bool process(LineContext& context) override { return test_->holds(context); }

 private:
  TestPtr test_;
};

struct NameCollector {
  std::vector<std::string>& names;
  template <typename T>
  void operator()(const T& test) const {
    names.push_back(test.name);
  }
  void operator()(const ast::AndTest& t) const { all(t.tests); }
  void operator()(const ast::OrTest& t) const { all(t.tests); }
  void all(const std::vector<ast::LabelFilter>& filters) const {
    for (const ast::LabelFilter& filter : filters) std::visit(*this, filter.test);
  }
};

}  // namespace

Result<std::unique_ptr<Stage>> make_label_filter(const ast::Stage& node, const ParserHints&) {
  const auto& stage = std::get<ast::LabelFilterStage>(node);
  LOGPOND_TRY(auto test, std::visit(Compiler{node}, stage.filter.test));
  return std::make_unique<LabelFilter>(std::move(test));
}

void add_label_names(const ast::LabelFilter& filter, std::vector<std::string>& names) {
  std::visit(NameCollector{names}, filter.test);
}

}  // namespace logpond::logql
