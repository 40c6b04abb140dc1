// Regular expressions: RE2, so that no pattern takes more than linear time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"

namespace logpond::codec {

/// A compiled pattern. Cheap to copy (shared).
///
/// Threads: matching from any thread at once.
class Regex {
 public:
  enum class Form {
    kSearch,    ///< Matches anywhere; `.` does not match a line feed (LogQL line filters).
    kAnchored,  ///< Must match the whole text; `.` matches a line feed (LogQL label matchers).
  };
  /// Errors: kInvalidArgument, text as Go's: "error parsing regexp: missing closing ]: `[`".
  static Result<Regex> compile(std::string_view pattern, Form form);

  bool matches(std::string_view text) const;
  const std::string& pattern() const;
  /// A text that every match must contain, found from the pattern; empty when none is known.
  const std::string& required_literal() const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace logpond::codec
