// What to delete, and how far a deletion is: what callers of a store see of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "codec/line_filter.h"
#include "core/ids.h"
#include "core/time.h"
#include "storage/selector.h"

namespace logpond::storage {

/// Which rows to delete: those that everything here fits.
struct DeleteRequest {
  TenantId tenant;  ///< An empty name means every tenant: retention rules.
  TimeRange range;
  Selector selector;
  std::vector<codec::LineFilter> line_filters;
  std::string query;  ///< Selector and filters as the caller wrote them, for the list.
};

/// How far a deletion is. Stored on disk: never renumber.
enum class DeletionState : std::uint8_t {
  kReceived = 1,   ///< Its rows are hidden; some may still lie on disk.
  kProcessed = 2,  ///< No part and no head holds a row of it any more.
};

/// A deletion as the list shows it.
struct DeletionInfo {
  std::string id;  ///< Eight hex digits, unique in a store.
  TenantId tenant;
  TimeRange range;
  std::string query;
  DeletionState state = DeletionState::kReceived;
  TimestampNs created = 0;
};

}  // namespace logpond::storage
