// What a deletion's query says.
#pragma once

#include <string_view>

#include "core/result.h"
#include "storage/delete_request.h"

namespace logpond::logql {

/// A selector with nothing or with line filters behind it, as `{app="shop"} |= "card"`; other
/// stages delete nothing. Sets selector, line filters and query. Errors: kInvalidArgument,
/// beginning with Loki's `invalid query expression`.
Result<storage::DeleteRequest> parse_deletion(std::string_view text);

}  // namespace logpond::logql
