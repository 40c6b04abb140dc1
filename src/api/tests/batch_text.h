// A batch as text, one line a record, for comparing and for reading in failures.
#pragma once

#include <string>
#include <vector>

#include "core/record.h"

namespace logpond::api::testing {

/// `{app="x"} 12 info(INFO) |message| name=value name=5(n)`: the kinds n, b and j of fields are
/// shown.
std::vector<std::string> lines_of(const RecordBatch& batch);

/// The same joined by line feeds; one tenant line first.
std::string text_of(const RecordBatch& batch);

/// Aborts the test when a column does not fit the others or a text lies outside the arena.
void check_well_formed(const RecordBatch& batch);

}  // namespace logpond::api::testing
