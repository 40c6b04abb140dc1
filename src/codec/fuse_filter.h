// A set of hashes in about nine bits each that never misses a member, and takes one in 256 others
// for a member: a binary fuse filter.
// Source: T. M. Graf and D. Lemire, "Binary Fuse Filters: Fast and Smaller Than Xor Filters",
// ACM Journal of Experimental Algorithmics 27 (2022).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace logpond::codec {

/// Bytes: seed (8), log2 of the segment's length (1), segments (4), all little-endian, then a
/// fingerprint of one byte a slot. No bytes are the empty set.
class FuseFilter {
 public:
  /// The filter of `hashes`, in any order, each as often as it likes. Fewer than 2^28 of them.
  static std::string build(std::span<const std::uint64_t> hashes);

  /// False only when `hash` was not among those that `bytes` were built from. Bytes that are no
  /// filter say true: a filter may only save work.
  static bool may_contain(std::string_view bytes, std::uint64_t hash);
};

}  // namespace logpond::codec
