// A record batch as bytes: the payload of a WAL frame. Layout: docs/formats/wal.md.
#pragma once

#include <string>
#include <string_view>

#include "core/record.h"
#include "core/result.h"

namespace logpond::storage {

/// Appends the encoding of `batch` to `out`.
void encode_batch(const RecordBatch& batch, std::string& out);

/// Reverse of encode_batch. Never trusts the bytes. Errors: kCorruption.
Result<RecordBatch> decode_batch(std::string_view bytes);

}  // namespace logpond::storage
