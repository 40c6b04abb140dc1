// Byte 0 chooses the coding, the rest is a body: what is decoded stays within the limit, and a
// larger limit changes nothing about it. The same bytes, encoded by us, come back.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "codec/compression.h"
#include "core/check.h"

namespace logpond::codec {
namespace {

constexpr std::size_t kBytesMax = 1 << 16;

void check_body(ContentCoding coding, std::string_view body) {
  const Result<std::string> decoded = decode_content(coding, body, kBytesMax);
  if (decoded) {
    LOGPOND_CHECK(decoded->size() <= kBytesMax);
    LOGPOND_CHECK(decode_content(coding, body, decoded->size()).value() == *decoded);
    if (!decoded->empty()) {
      LOGPOND_CHECK(decode_content(coding, body, decoded->size() - 1).error().code ==
                    ErrorCode::kLimitExceeded);
    }
  } else {
    LOGPOND_CHECK(decoded.error().code == ErrorCode::kInvalidArgument ||
                  decoded.error().code == ErrorCode::kLimitExceeded);
  }
}

void check_round_trips(std::string_view bytes) {
  if (bytes.size() > kBytesMax) return;
  LOGPOND_CHECK(decode_content(ContentCoding::kGzip, gzip_compress(bytes, 1), kBytesMax).value() ==
                bytes);
  LOGPOND_CHECK(decode_content(ContentCoding::kSnappy, snappy_compress(bytes), kBytesMax).value() ==
                bytes);
  std::string frame;
  zstd_compress(bytes, 1, frame);
  LOGPOND_CHECK(decode_content(ContentCoding::kZstd, frame, kBytesMax).value() == bytes);
  std::string back;
  LOGPOND_CHECK(zstd_decompress(frame, bytes.size(), back).has_value() && back == bytes);
  // Also as a damaged frame from the disk.
  if (!zstd_decompress(bytes, kBytesMax, back)) return;
  LOGPOND_CHECK(back.size() == kBytesMax);
}

}  // namespace
}  // namespace logpond::codec

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using logpond::codec::ContentCoding;
  if (size == 0) return 0;
  constexpr ContentCoding kCodings[] = {ContentCoding::kIdentity, ContentCoding::kGzip,
                                        ContentCoding::kDeflate, ContentCoding::kZstd,
                                        ContentCoding::kSnappy};
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  logpond::codec::check_body(kCodings[data[0] % 5], body);
  logpond::codec::check_round_trips(body);
  return 0;
}
