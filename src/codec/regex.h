// Regular expressions: RE2, so that no pattern takes more than linear time.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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
  /// Texts of which every match contains one, found from the pattern; none when none is known.
  const std::vector<std::string>& required_literals() const;

  /// Names of the groups: [0] is the whole match and, as unnamed groups are, empty.
  const std::vector<std::string>& group_names() const;
  /// Finds the first match that begins at `from` or later and puts its groups into `groups`, [0]
  /// the whole match; kAnchored must match from `from` to the end. A group that took no part has a
  /// null data(). The views point into `text`. False, and `groups` untouched, without a match.
  bool find(std::string_view text, std::size_t from, std::vector<std::string_view>& groups) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace logpond::codec
