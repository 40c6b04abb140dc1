// Finds the severity that a line names, as Loki's `detected_level` does.
#pragma once

#include <span>
#include <string_view>

#include "core/record.h"
#include "core/severity.h"

namespace logpond::parse {

struct DetectedLevel {
  Severity severity = Severity::kUnknown;
  std::string_view word;  ///< The sender's own word; points into what was given. Empty when none.
};

/// True for the names under which senders give a level: level, LEVEL, Level, log.level, severity,
/// SEVERITY, Severity, SeverityText, lvl, LVL, Lvl, severity_text, err_level, detected_level.
bool is_level_name(std::string_view name);

/// Looks at a JSON or logfmt line's level member, else for the first level keyword bounded by
/// non-letters. Never fails: kUnknown when nothing is named. Costs one pass over the line.
DetectedLevel detect_level(std::string_view line);

}  // namespace logpond::parse
