// Finds level words and level members in a line, fast: every ingested line goes through here.
#pragma once

#include <string_view>

#include "parse/level.h"

namespace logpond::parse {

/// The names of level.h in small letters; in a logfmt line an earlier one wins over a later one.
inline constexpr std::string_view kFoldedLevelNames[] = {
    "level", "log.level",     "severity",  "severitytext",
    "lvl",   "severity_text", "err_level", "detected_level"};

/// Reads a line's level member; kUnknown when it has none that names a level.
using MemberLevel = DetectedLevel (*)(std::string_view line);

/// The level keyword of `line`, as Loki finds it. The keywords have an order, trace, debug, fatal,
/// critical, error, err, warning, warn, info, and the first one of it that stands in the line as a
/// word of its own, in any case, wins. Of each keyword only its first place counts: in `errors: one
/// error` there is none.
/// With `member_level`: where the line seems to name a level member (`level=`, `"level"`), that is
/// asked, once, and wins when it knows.
DetectedLevel find_level(std::string_view line, MemberLevel member_level);

}  // namespace logpond::parse
