// Answers as the query test files show them.
#pragma once

#include <string>

#include "logql/engine.h"

namespace logpond::logql::testing {

/// One line of text per log line, series or error; times as seconds after the data set's.
std::string text_of(const Result<QueryResult>& result);

}  // namespace logpond::logql::testing
