// Where the variables of flat text begin and end.
#pragma once

#include <cstddef>
#include <cstdint>

#include "message/char_class.h"
#include "message/scratch.h"

namespace logpond::message {

/// Writes to `edges` the places where variables begin and end, by turns, and returns their number.
/// A prefix of hexadecimal letters is not counted to the variable yet. `size` is not 0; up to
/// `size + 1 + kPlacesSlack` numbers are written, kSplitPadding bytes behind the text may be read.
using FindVariableEdges = std::size_t (*)(const char* text, std::size_t size, std::uint32_t* edges);

/// Requires: has_form(form).
FindVariableEdges variable_edges(Form form);

}  // namespace logpond::message
