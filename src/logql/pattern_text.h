// Patterns: literal text with `<name>` and `<_>` captures between it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace logpond::logql {

/// Threads: const and safe to read from any.
class PatternText {
 public:
  /// Errors: kInvalidArgument, `found consecutive capture '<a><b>': invalid expression`.
  static Result<PatternText> parse(std::string_view text);

  /// Names of the captures but `_`, in order.
  const std::vector<std::string>& names() const { return names_; }

  /// The test of `|>`: every literal occurs in order, the first one anywhere when nothing stands
  /// before it; a capture holds at least one byte; the last part reaches the end. An empty pattern
  /// fits only an empty line.
  bool test(std::string_view line) const;

  /// The captures of the `pattern` stage, values() by the place in names(). A leading literal must
  /// begin the line; where a literal is missing the capture before it takes the rest and the others
  /// stay without a value. Returns how many of `values` (same size as names()) were set.
  std::size_t match(std::string_view line, std::vector<std::string_view>& values) const;

 private:
  struct Part {
    bool is_capture = false;
    std::string text;  ///< The literal, or the capture's name.
  };
  std::vector<Part> parts_;
  std::vector<std::string> names_;
};

}  // namespace logpond::logql
