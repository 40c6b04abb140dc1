// Walking over `key=value key="quoted value"` text.
#pragma once

#include <cstddef>
#include <string_view>

namespace logpond::parse {

/// Reads one pair after the other.
class LogfmtScanner {
 public:
  explicit LogfmtScanner(std::string_view line);

  enum class Step {
    kPair,  ///< key() and value() are set.
    kBad,   ///< A pair that breaks the rules was skipped; problem() and place() say how.
    kEnd,
  };
  enum class Problem {
    kNone,
    kUnexpectedEquals,
    kUnexpectedQuote,
    kInvalidKey,
    kUnterminated,
    kInvalidQuoted
  };

  Step next();
  std::string_view key() const { return key_; }
  /// Source text; of a quoted value what is between the quotes, escapes as they are.
  std::string_view value() const { return value_; }
  bool value_has_escape() const { return value_has_escape_; }
  /// The line has U+FFFD somewhere.
  bool has_marks() const { return has_marks_; }

  Problem problem() const { return problem_; }
  /// Where the problem is.
  std::size_t place() const { return place_; }
  /// Makes the pair just read a bad one: its quoted value has an escape that does not exist.
  void reject_escape() { problem_ = Problem::kInvalidQuoted; }

 private:
  Step read_value();
  Step read_quoted();
  Step skip_bad(Problem problem);

  std::string_view line_;
  bool has_marks_;
  std::size_t place_ = 0;
  std::string_view key_;
  std::string_view value_;
  bool value_has_escape_ = false;
  bool skipping_ =
      false;  ///< The rest of a bad pair, up to the next blank, is still to be skipped.
  Problem problem_ = Problem::kNone;
};

}  // namespace logpond::parse
