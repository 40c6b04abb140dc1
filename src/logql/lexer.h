// Cuts a LogQL text into tokens. Grammar: docs/logql.md, "Lexical grammar".
#pragma once

#include <string_view>
#include <vector>

#include "logql/token.h"

namespace logpond::logql {

/// Every token of `text`, then kEnd; or, after a lexical error, kBad as the last one. Never fails
/// otherwise: an error is reported when the parser reaches it, so that an earlier one comes first.
std::vector<Token> tokenize(std::string_view text);

/// True for a text that can stand in a query as a label name.
bool is_identifier(std::string_view text);

}  // namespace logpond::logql
