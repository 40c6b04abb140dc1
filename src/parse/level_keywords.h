// Finds level keywords in plain text, fast: every ingested line goes through here.
#pragma once

#include "parse/level.h"

namespace logpond::parse {

/// The level keyword of `line`, as Loki finds it. The keywords have an order, trace, debug, fatal,
/// critical, error, err, warning, warn, info, and the first one of it that stands in the line as a
/// word of its own, in any case, wins. Of each keyword only its first place counts: in `errors: one
/// error` there is none.
DetectedLevel find_level_keyword(std::string_view line);

}  // namespace logpond::parse
