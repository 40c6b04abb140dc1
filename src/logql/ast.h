// What a LogQL text says, as values. Nodes compare by what they mean, not by where they stand.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/time.h"
#include "logql/token.h"
#include "storage/selector.h"

namespace logpond::logql::ast {

/// A node inside a node of its own kind: a value with the size of a pointer. Never empty but after
/// a move.
template <typename T>
class Box {
 public:
  explicit Box(T value) : value_(std::make_unique<T>(std::move(value))) {}
  Box(const Box& other) : value_(std::make_unique<T>(*other.value_)) {}
  Box(Box&&) noexcept = default;
  Box& operator=(const Box& other) {
    value_ = std::make_unique<T>(*other.value_);
    return *this;
  }
  Box& operator=(Box&&) noexcept = default;
  ~Box() = default;

  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }
  bool operator==(const Box& other) const { return *value_ == *other.value_; }

 private:
  std::unique_ptr<T> value_;
};

// ---- selector -----------------------------------------------------------------------------------

/// `name="value"`.
struct Matcher {
  Position at;
  std::string name;
  storage::MatchOp op = storage::MatchOp::kEqual;
  std::string value;
  bool operator==(const Matcher&) const = default;
};

struct Selector {
  Position at;
  std::vector<Matcher> matchers;
  bool operator==(const Selector&) const = default;
};

// ---- label filters ------------------------------------------------------------------------------

enum class Compare { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

struct NumberTest {
  Position at;
  std::string name;
  Compare op = Compare::kEqual;
  double value = 0;
  bool operator==(const NumberTest&) const = default;
};

/// Durations and byte counts keep the literal as written, to print it again.
struct DurationTest {
  Position at;
  std::string name;
  Compare op = Compare::kEqual;
  DurationNs value = 0;
  std::string text;
  bool operator==(const DurationTest&) const = default;
};

struct BytesTest {
  Position at;
  std::string name;
  Compare op = Compare::kEqual;
  std::uint64_t value = 0;
  std::string text;
  bool operator==(const BytesTest&) const = default;
};

/// `name = ip("10.0.0.0/8")`.
struct IpTest {
  Position at;
  std::string name;
  bool negated = false;
  std::string spec;
  bool operator==(const IpTest&) const = default;
};

struct LabelFilter;

/// Two or more tests, all of which (And) or one of which (Or) must hold.
struct AndTest {
  std::vector<LabelFilter> tests;
  bool operator==(const AndTest&) const = default;
};
struct OrTest {
  std::vector<LabelFilter> tests;
  bool operator==(const OrTest&) const = default;
};

struct LabelFilter {
  std::variant<Matcher, NumberTest, DurationTest, BytesTest, IpTest, AndTest, OrTest> test;
  bool operator==(const LabelFilter&) const = default;
};

// ---- stages -------------------------------------------------------------------------------------

enum class LineOp { kContains, kNotContains, kMatches, kNotMatches, kPattern, kNotPattern };

struct LineOperand {
  bool is_ip = false;  ///< `ip("text")`.
  std::string text;
  bool operator==(const LineOperand&) const = default;
};

/// `|= "a" or "b"`.
struct LineFilter {
  Position at;
  LineOp op = LineOp::kContains;
  std::vector<LineOperand> operands;
  bool operator==(const LineFilter&) const = default;
};

/// `name="path"` of `json` and `logfmt`; a bare name is its own path.
struct Extraction {
  std::string name;
  std::string path;
  bool operator==(const Extraction&) const = default;
};

struct Json {
  Position at;
  std::vector<Extraction> extractions;
  bool operator==(const Json&) const = default;
};

struct Logfmt {
  Position at;
  bool strict = false;
  bool keep_empty = false;
  std::vector<Extraction> extractions;
  bool operator==(const Logfmt&) const = default;
};

struct Regexp {
  Position at;
  std::string pattern;
  bool operator==(const Regexp&) const = default;
};

struct Pattern {
  Position at;
  std::string pattern;
  bool operator==(const Pattern&) const = default;
};

struct Unpack {
  Position at;
  bool operator==(const Unpack&) const = default;
};

struct Decolorize {
  Position at;
  bool operator==(const Decolorize&) const = default;
};

struct LineFormat {
  Position at;
  std::string format;
  bool operator==(const LineFormat&) const = default;
};

/// `name=source` (rename) or `name="format"`.
struct LabelAssignment {
  std::string name;
  bool is_rename = false;
  std::string value;
  bool operator==(const LabelAssignment&) const = default;
};

struct LabelFormat {
  Position at;
  std::vector<LabelAssignment> assignments;
  bool operator==(const LabelFormat&) const = default;
};

/// A label by name, or only when its value matches.
struct NamedLabel {
  std::string name;
  std::optional<Matcher> matcher;
  bool operator==(const NamedLabel&) const = default;
};

struct Drop {
  Position at;
  std::vector<NamedLabel> labels;
  bool operator==(const Drop&) const = default;
};

struct Keep {
  Position at;
  std::vector<NamedLabel> labels;
  bool operator==(const Keep&) const = default;
};

/// `| level="error" and size > 1KB`.
struct LabelFilterStage {
  Position at;
  LabelFilter filter;
  bool operator==(const LabelFilterStage&) const = default;
};

using Stage = std::variant<LineFilter, LabelFilterStage, Json, Logfmt, Regexp, Pattern, Unpack,
                           Decolorize, LineFormat, LabelFormat, Drop, Keep>;

/// A selector and what is done to its lines.
struct LogExpr {
  Selector selector;
  std::vector<Stage> stages;
  bool operator==(const LogExpr&) const = default;
};

// ---- metric expressions -------------------------------------------------------------------------

enum class RangeOp {
  kRate,
  kRateCounter,
  kCount,
  kBytesRate,
  kBytes,
  kAvg,
  kSum,
  kMin,
  kMax,
  kStdvar,
  kStddev,
  kQuantile,
  kFirst,
  kLast,
  kAbsent,
};

enum class VectorOp {
  kSum,
  kAvg,
  kCount,
  kMax,
  kMin,
  kStddev,
  kStdvar,
  kTopk,
  kBottomk,
  kSort,
  kSortDesc,
  kApproxTopk,
};

enum class BinaryOp {
  kOr,
  kAnd,
  kUnless,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kPower,
};

/// Names as a query writes them: `count_over_time`, `topk`, `and`.
std::string_view name_of(RangeOp op);
std::string_view name_of(VectorOp op);
std::string_view name_of(BinaryOp op);
inline bool is_set_op(BinaryOp op) {
  return op <= BinaryOp::kUnless;
}
inline bool is_comparison(BinaryOp op) {
  return op >= BinaryOp::kEqual && op <= BinaryOp::kGreaterEqual;
}

/// `by (a, b)` or `without (a, b)`.
struct Grouping {
  bool without = false;
  std::vector<std::string> labels;
  bool operator==(const Grouping&) const = default;
};

enum class UnwrapConversion { kNone, kBytes, kDuration, kDurationSeconds };

struct Unwrap {
  Position at;
  std::string label;
  UnwrapConversion conversion = UnwrapConversion::kNone;
  std::vector<LabelFilterStage> filters;  ///< Run after the conversion.
  bool operator==(const Unwrap&) const = default;
};

struct RangeAggregation {
  Position at;
  RangeOp op = RangeOp::kCount;
  std::optional<double> parameter;
  LogExpr log;
  std::optional<Unwrap> unwrap;
  DurationNs range = 0;
  DurationNs offset = 0;
  std::optional<Grouping> grouping;
  bool operator==(const RangeAggregation&) const = default;
};

struct Expr;

struct VectorAggregation {
  Position at;
  VectorOp op = VectorOp::kSum;
  std::optional<std::int64_t> parameter;
  std::optional<Grouping> grouping;
  Box<Expr> operand;
  bool operator==(const VectorAggregation&) const = default;
};

struct Literal {
  Position at;
  double value = 0;
  bool operator==(const Literal&) const = default;
};

/// `vector(n)`.
struct VectorLiteral {
  Position at;
  double value = 0;
  bool operator==(const VectorLiteral&) const = default;
};

struct LabelReplace {
  Position at;
  Box<Expr> operand;
  std::string destination;
  std::string replacement;
  std::string source;
  std::string pattern;
  bool operator==(const LabelReplace&) const = default;
};

enum class GroupSide { kNone, kLeft, kRight };

/// `bool on (a) group_left (b)`.
struct BinaryModifier {
  bool is_bool = false;
  bool has_matching = false;  ///< `on` or `ignoring` was given.
  bool on = false;
  std::vector<std::string> labels;
  GroupSide group = GroupSide::kNone;
  std::vector<std::string> include;
  bool operator==(const BinaryModifier&) const = default;
};

struct Binary {
  Position at;
  BinaryOp op = BinaryOp::kAdd;
  BinaryModifier modifier;
  Box<Expr> left;
  Box<Expr> right;
  bool operator==(const Binary&) const = default;
};

/// A whole query. Only the root may be a LogExpr: the parser refuses it elsewhere.
struct Expr {
  std::variant<LogExpr, RangeAggregation, VectorAggregation, Literal, VectorLiteral, LabelReplace,
               Binary>
      node;
  bool operator==(const Expr&) const = default;
};

}  // namespace logpond::logql::ast
