// What a regular expression says about the text it matches, read from the pattern alone.
#pragma once

#include <string>
#include <string_view>

namespace logpond::codec {

struct PatternLiteral {
  std::string text;               ///< Every match contains this; empty when nothing is known.
  bool is_whole_pattern = false;  ///< The pattern is nothing but this text: matching is finding it.
};

/// Reads `pattern`, which RE2 accepted. Conservative: alternatives, case folding and whatever it
/// does not understand give an empty text.
PatternLiteral required_literal_of(std::string_view pattern);

}  // namespace logpond::codec
