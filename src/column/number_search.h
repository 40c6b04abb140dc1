// Finding the numbers of a column whose text holds a literal, without making the text where that
// can be.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "column/column.h"
#include "column/column_impl.h"

namespace logpond::column {

/// Sets hits[i] (all zero before) for each number whose text holds `literal` at `place`. False when
/// there is no way but to make the texts; then hits are as before. Requires: a number type.
bool mark_numbers(const TypedValues& values, Place place, std::string_view literal,
                  std::vector<std::uint8_t>& hits);

}  // namespace logpond::column
