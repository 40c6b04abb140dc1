// Marks the places of a line where a level word, or the name of a level member, may be.
#pragma once

#include <cstddef>
#include <cstdint>

namespace logpond::parse {

/// Places marked at a time.
inline constexpr std::size_t kMarkBlock = 32;

/// Sets bit j of bits[i] when two bytes that level words or member names cannot do without stand at
/// text + 32 * i + j: `ac` of trace, `bu`, `fa`, `cr`, `rr`, `wa`, `nf`, each in any case; or l, y
/// or t before `=` or a quote. A few other places may be marked too. Reads 32 * count + 1 bytes.
void mark_level_pairs(const char* text, std::size_t count, std::uint32_t* bits);

/// The two forms, for tests; mark_level_pairs() picks the faster one for this processor.
void mark_level_pairs_plain(const char* text, std::size_t count, std::uint32_t* bits);
/// Requires: codec::has_avx2().
void mark_level_pairs_avx2(const char* text, std::size_t count, std::uint32_t* bits);

}  // namespace logpond::parse
