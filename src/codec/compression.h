// Whole-buffer compression: zstd for column blocks; gzip, deflate, zstd and snappy for bodies.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"

namespace logpond::codec {

/// Appends the zstd frame of `bytes` to `out`. Cannot fail on memory-sized input.
void zstd_compress(std::string_view bytes, int level, std::string& out);
/// The same to the front of `out`, which holds zstd_bound() bytes or more; returns the size.
std::size_t zstd_compress_into(std::string_view bytes, int level, std::span<char> out);
/// Most bytes that a frame of `size` bytes takes.
std::size_t zstd_bound(std::size_t size);
/// Replaces `out` by the content, which must be exactly `size` bytes. Errors: kCorruption.
Status zstd_decompress(std::string_view frame, std::size_t size, std::string& out);

/// Whether a frame says that it holds `size` bytes, and can: before memory is taken for a size that
/// came from a disk. Errors: kCorruption.
Status zstd_check_size(std::string_view frame, std::size_t size);
/// The same as zstd_decompress() into memory of the caller, whose size is that of the content.
Status zstd_decompress_into(std::string_view frame, std::span<char> out);

/// What a Content-Encoding header names.
enum class ContentCoding { kIdentity, kGzip, kDeflate, kZstd, kSnappy };
/// Case-insensitive; `x-gzip` too; empty is identity. Errors: kInvalidArgument, with Loki's text
/// `Content-Encoding "x" not supported`.
Result<ContentCoding> parse_content_coding(std::string_view header);

/// Decodes a body. `deflate` takes zlib-wrapped and raw streams; `snappy` is the block format;
/// several gzip members or zstd frames in a row are one body.
/// Errors: kInvalidArgument (not such a stream, or cut short), kLimitExceeded (more than
/// `bytes_max`).
Result<std::string> decode_content(ContentCoding coding, std::string_view body,
                                   std::size_t bytes_max);

/// gzip member of `bytes`, for responses.
std::string gzip_compress(std::string_view bytes, int level);
/// Snappy block of `bytes`; for clients and tests.
std::string snappy_compress(std::string_view bytes);

}  // namespace logpond::codec
