// Parsers that turn a line into name=value pairs, without allocating per pair.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace logpond::parse {

/// One pair as found. `name` is raw (not sanitised); both may point into the line or into the
/// parser's scratch space, and are valid until its next call.
struct Pair {
  std::string_view name;
  std::string_view value;
};

/// Outcome of parsing one line.
struct PairsResult {
  bool ok = true;  ///< False: `error` says why, in Loki's words; pairs found before it are kept.
  std::string_view error;
};

}  // namespace logpond::parse
