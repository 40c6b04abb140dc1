// Patterns as a table, or as JSON lines.
#pragma once

#include <span>
#include <string>

#include "cli/client/lifecycle_answers.h"
#include "cli/output/terminal.h"

namespace logpond::cli {

struct PatternCourse {
  TimeRange range;
  DurationNs step = kMinute;  ///< Of the counts; > 0.
};

/// Appends a row a pattern: count, first seen, a spark line over the whole range, and the pattern
/// with its variables dimmed, cut to `width` columns. A step without a count is nought.
void append_pattern_table(std::string& out, std::span<const PatternRow> rows,
                          const PatternCourse& course, const Painter& painter, std::size_t width);
/// One JSON object a pattern: pattern, count, first_seen, samples.
void append_pattern_json(std::string& out, std::span<const PatternRow> rows);

}  // namespace logpond::cli
