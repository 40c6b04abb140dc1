// How far each source has been stored: what makes a redelivered batch a duplicate.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/ids.h"
#include "core/limits.h"

namespace logpond::storage {

/// The highest offset of each (tenant, source). Sources are never forgotten, so their number is
/// bounded: kMarksMax. Threads: one at a time.
class MarkTable {
 public:
  std::optional<std::uint64_t> find(const TenantId& tenant, std::string_view source) const {
    const auto at = offsets_.find({tenant.value, std::string(source)});
    return at == offsets_.end() ? std::nullopt : std::optional(at->second);
  }
  /// Raises the offset of a source, or makes it known; an offset below changes nothing.
  void advance(const TenantId& tenant, std::string_view source, std::uint64_t offset) {
    auto& known = offsets_[{tenant.value, std::string(source)}];
    known = std::max(known, offset);
  }
  std::size_t size() const { return offsets_.size(); }
  /// By tenant and source.
  const std::map<std::pair<std::string, std::string>, std::uint64_t>& all() const {
    return offsets_;
  }
  bool operator==(const MarkTable&) const = default;

 private:
  std::map<std::pair<std::string, std::string>, std::uint64_t> offsets_;
};

}  // namespace logpond::storage
