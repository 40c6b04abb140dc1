// A record batch as bytes: the payload of a WAL frame. Layout: docs/formats/wal.md.
//
// The arena travels as it is; of the columns, numbers as wide as the largest needs, and offsets not
// at all where a text follows the one before it, which is nearly always. So encoding is a few
// passes over columns and no copy of text, and decoding is bulk copies and checks without branches.
#pragma once

#include <string>
#include <string_view>

#include "core/record.h"
#include "core/result.h"

namespace logpond::storage {

/// Appends the encoding of `batch` to `out`, all but its last part: batch.arena(), which the caller
/// writes behind it from where it lies.
void encode_batch_front(const RecordBatch& batch, std::string& out);
/// Appends the whole encoding.
void encode_batch(const RecordBatch& batch, std::string& out);

/// Reverse of encode_batch. Never trusts the bytes. Errors: kCorruption.
Result<RecordBatch> decode_batch(std::string_view bytes);

}  // namespace logpond::storage
