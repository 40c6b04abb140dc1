// Answers about deletions and patterns.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "core/time.h"

namespace logpond::cli {

/// A deletion as the server lists it.
struct Removal {
  std::string id;
  std::string status;
  std::string query;
  TimestampNs start = 0;
  TimestampNs end = 0;  ///< Inclusive.
  TimestampNs created = 0;
};
/// Reads GET /loki/api/v1/delete. Errors: kInternal.
Result<std::vector<Removal>> parse_removals(std::string_view body);

/// A pattern with its course.
struct PatternRow {
  std::string text;
  std::uint64_t records = 0;
  TimestampNs first_seen = 0;
  std::vector<std::pair<TimestampNs, std::uint64_t>> counts;  ///< By start of step, ascending.
};
/// Reads GET /api/v1/patterns. Errors: kInternal.
Result<std::vector<PatternRow>> parse_patterns(std::string_view body);

}  // namespace logpond::cli
