// A stream: all records of a tenant with the same labels.
#pragma once

#include <memory>

#include "core/ids.h"
#include "core/labels.h"

namespace logpond {

/// Immutable. One object per (tenant, labels) and store, so equal streams are the same pointer.
struct Stream {
  TenantId tenant;
  Labels labels;
};
using StreamPtr = std::shared_ptr<const Stream>;

}  // namespace logpond
