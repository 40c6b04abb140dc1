// LogQL's line filters, compiled once and applied to many lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "codec/regex.h"
#include "core/result.h"

namespace logpond::codec {

enum class LineFilterOp { kContains, kNotContains, kMatches, kNotMatches };

/// `|= "a" or "b"` and its three siblings. The negative ones mean none of the alternatives.
///
/// Threads: safe to use from any thread.
class LineFilter {
 public:
  /// `alternatives` has at least one entry. Errors: kInvalidArgument for a bad regular expression.
  static Result<LineFilter> compile(LineFilterOp op, std::vector<std::string> alternatives);

  bool keeps(std::string_view line) const;
  LineFilterOp op() const { return op_; }
  const std::vector<std::string>& alternatives() const { return alternatives_; }
  /// Texts of which every line that one of the alternatives (matches or) is in holds one; none when
  /// none are known. Scans search them over whole columns first.
  std::vector<std::string> required_literals() const;

 private:
  LineFilterOp op_ = LineFilterOp::kContains;
  std::vector<std::string> alternatives_;
  std::vector<Regex> regexes_;
};

/// Place of the first `needle` in `text` at or after `from`, npos when none. Byte-wise, any bytes;
/// an empty needle is found at `from`.
std::size_t find_literal(std::string_view text, std::string_view needle, std::size_t from = 0);

}  // namespace logpond::codec
