// LogQL's `| logfmt`, without and with a list of keys.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "parse/json_path.h"
#include "parse/line_parser.h"
#include "parse/logfmt_scan.h"
#include "parse/pair_list.h"

namespace logpond::parse {

struct LogfmtOptions {
  bool strict = false;      ///< `--strict`: the first bad pair ends the line with an error.
  bool keep_empty = false;  ///< `--keep-empty`: `k`, `k=` and `k=""` are pairs too.
};

/// Makes pairs of `key=value` text; of equal names the first wins. A bad pair (`a=b=c`, a stray or
/// unclosed quote) is left out.
///
/// Threads: one at a time; keep one per thread and reuse it.
class LogfmtPairs {
 public:
  explicit LogfmtPairs(LogfmtOptions options) : options_(options) {}

  /// Parses `line`, which must live as long as the pairs are used.
  PairsResult parse(std::string_view line);
  std::span<const Pair> pairs() const { return list_.pairs(); }

 private:
  LogfmtOptions options_;
  PairList list_;
  std::string name_;
  std::string error_;
};

/// Fetches only the listed keys.
///
/// Threads: one at a time; reuse it for many lines.
class LogfmtExtractor {
 public:
  /// An expression is one bare key (an identifier) or one quoted key. Errors: kInvalidArgument.
  static Result<LogfmtExtractor> compile(std::vector<Extraction> extractions,
                                         LogfmtOptions options);

  /// Afterwards pairs() has one pair per extraction, in their order, with an empty value for an
  /// absent key. Of equal keys in one line the last wins, unlike in LogfmtPairs.
  PairsResult parse(std::string_view line);
  std::span<const Pair> pairs() const { return pairs_; }

 private:
  std::vector<Extraction> extractions_;  ///< `expression` is the bare key.
  LogfmtOptions options_;
  std::vector<Pair> pairs_;
  TextArena arena_;
  std::string name_;
  std::string error_;
};

}  // namespace logpond::parse
