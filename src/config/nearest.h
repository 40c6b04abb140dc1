// Finds what a mistyped name probably meant.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace logpond::config {

/// Least number of insertions, deletions, replacements and swaps of neighbours between two texts.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `name`, the first of equals; empty when even that one is so far away
/// (more than a third of the longer text, and at least 2) that naming it would mislead.
std::string nearest_name(std::string_view name, std::span<const std::string> candidates);

/// `, did you mean "x"?`, or nothing when no candidate is near.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

}  // namespace logpond::config
