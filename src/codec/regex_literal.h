// What a regular expression says about the text it matches, read from the pattern alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace logpond::codec {

struct PatternLiterals {
  /// Every match contains one of these; empty when nothing is known.
  std::vector<std::string> any_of;
  bool is_whole_pattern = false;  ///< The pattern is nothing but any_of[0]: matching is finding it.
};

/// Reads `pattern`, which RE2 accepted. Conservative: what it does not understand gives nothing.
PatternLiterals required_literals_of(std::string_view pattern);

}  // namespace logpond::codec
