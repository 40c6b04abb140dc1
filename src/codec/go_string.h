// Go's string literals, as LogQL writes them.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace logpond::codec {

/// The text that a whole literal stands for: "..." with Go's escapes (\n \" \\ \xHH \ooo \uHHHH
/// \UHHHHHHHH ...) or `...` as it is, without carriage returns. \x and \ooo give bytes, which need
/// not be UTF-8. Errors: kInvalidArgument, with Go's text `invalid syntax`.
Result<std::string> unquote_go(std::string_view literal);

/// Appends `text` as a double-quoted Go literal, as %q prints it: what cannot be seen is escaped,
/// and so is a byte that is no UTF-8 (\xff).
void append_go_quoted(std::string& out, std::string_view text);

}  // namespace logpond::codec
