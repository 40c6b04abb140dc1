// How much more a batch may take.
#pragma once

#include <cstddef>

#include "core/limits.h"
#include "core/record.h"

namespace logpond::api {

/// True when `batch` stays within kBatchBytesMax with `more` bytes of text added.
inline bool has_room(const RecordBatch& batch, std::size_t more) {
  // RecordBatch::is_full() knows the end of 32-bit offsets only; ours comes earlier.
  constexpr std::size_t kOffsetsEnd = 0xF000'0000U;
  return more < kBatchBytesMax && !batch.is_full(more + (kOffsetsEnd - kBatchBytesMax));
}

}  // namespace logpond::api
