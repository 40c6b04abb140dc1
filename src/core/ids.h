// Identities that must not be mixed up: each is a type of its own.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace logpond {

/// Owner of data. 1 to 150 characters of A-Za-z0-9!-_.*'() and neither "." nor "..".
struct TenantId {
  std::string value = "default";
  auto operator<=>(const TenantId&) const = default;
};

/// True when `text` may be a tenant id.
bool is_valid_tenant(const std::string& text);

/// Identity of a record: assigned at append, unique in a store, sorts by arrival, never reused.
struct RecordId {
  std::uint64_t value = 0;
  auto operator<=>(const RecordId&) const = default;
};

}  // namespace logpond
