// Checksums of everything written to disk: XXH3, 64 bit.
#pragma once

#include <cstdint>
#include <string_view>

namespace logpond::codec {

/// XXH3-64 with `seed`; the seed ties a frame to its place, so that a stale copy elsewhere does not
/// pass.
std::uint64_t checksum(std::string_view bytes, std::uint64_t seed = 0);

}  // namespace logpond::codec
