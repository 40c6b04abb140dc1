// The two forms of find_literal, apart so that tests can hold them against each other.
// Callers use find_literal() of line_filter.h, which picks the faster one for this processor.
#pragma once

#include <cstddef>
#include <string_view>

namespace logpond::codec {

/// memchr and memmem: right on every processor, linear on every input.
std::size_t find_literal_scalar(std::string_view text, std::string_view needle, std::size_t from);

/// True when the processor can run find_literal_avx2().
bool has_avx2();

/// The same answer, 32 places at a time. Requires: has_avx2().
std::size_t find_literal_avx2(std::string_view text, std::string_view needle, std::size_t from);

}  // namespace logpond::codec
