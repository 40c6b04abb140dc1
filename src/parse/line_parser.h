// What parsers that turn a line into name=value pairs give, without allocating per pair.
#pragma once

#include <string_view>

namespace logpond::parse {

/// One pair as found. Both views point into the line or into the parser's scratch space, and are
/// valid until the parser's next call, as long as the line lives. `name` is a label name: nested
/// names joined, and sanitised (label_key.h).
struct Pair {
  std::string_view name;
  std::string_view value;
};

/// Outcome of parsing one line.
struct PairsResult {
  bool ok = true;  ///< False: `error` says why, in Loki's words; pairs found before it are kept.
  std::string_view error;  ///< Empty where Loki gives no details. Valid as the pairs are.
};

}  // namespace logpond::parse
