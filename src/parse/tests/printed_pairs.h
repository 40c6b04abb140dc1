// Pairs as one line of text, so that a test case is one line too.
#pragma once

#include <span>
#include <string>

#include "parse/line_parser.h"

namespace logpond::parse {

/// `a="1" b="2"`, then `!` and the error when there is one. Values are not escaped.
inline std::string printed(std::span<const Pair> pairs, const PairsResult& result) {
  std::string out;
  for (const Pair& pair : pairs) {
    if (!out.empty()) out += ' ';
    out.append(pair.name).append("=\"").append(pair.value).append("\"");
  }
  if (!result.ok) {
    if (!out.empty()) out += ' ';
    out.append("!").append(result.error);
  }
  return out;
}

}  // namespace logpond::parse
