// zstd for column blocks. The contexts are large (hundreds of kilobytes) and making one costs more
// than packing a small block, so that each thread keeps its own pair for as long as it lives.
#include "codec/compression.h"

#include <zstd.h>

#include <memory>

#include "core/check.h"

namespace logpond::codec {

namespace {

struct CompressorFree {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct DecompressorFree {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

ZSTD_CCtx* compressor_of_thread() {
  thread_local const std::unique_ptr<ZSTD_CCtx, CompressorFree> context(ZSTD_createCCtx());
  LOGPOND_CHECK(context != nullptr);
  return context.get();
}

ZSTD_DCtx* decompressor_of_thread() {
  thread_local const std::unique_ptr<ZSTD_DCtx, DecompressorFree> context(ZSTD_createDCtx());
  LOGPOND_CHECK(context != nullptr);
  return context.get();
}

/// No zstd stream grows more than this: the smallest block has 4 bytes and gives 128 KiB at most.
constexpr std::size_t kZstdRatioMax = 128 * 1024 / 4;

}  // namespace

std::size_t zstd_bound(std::size_t size) {
  return ZSTD_compressBound(size);
}

std::size_t zstd_compress_into(std::string_view bytes, int level, std::span<char> out) {
  const std::size_t size = ZSTD_compressCCtx(compressor_of_thread(), out.data(), out.size(),
                                             bytes.data(), bytes.size(), level);
  LOGPOND_CHECK(!ZSTD_isError(size));
  return size;
}

void zstd_compress(std::string_view bytes, int level, std::string& out) {
  const std::size_t before = out.size();
  out.resize(before + zstd_bound(bytes.size()));
  out.resize(before + zstd_compress_into(bytes, level, std::span(out).subspan(before)));
}

Status zstd_check_size(std::string_view frame, std::size_t size) {
  const unsigned long long claimed = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (claimed == ZSTD_CONTENTSIZE_ERROR) {
    return fail(ErrorCode::kCorruption,
                "zstd frame of " + std::to_string(frame.size()) + " bytes does not begin as one");
  }
  if (claimed != size || size / kZstdRatioMax > frame.size()) {
    return fail(ErrorCode::kCorruption, "zstd frame of " + std::to_string(frame.size()) +
                                            " bytes does not hold " + std::to_string(size) +
                                            " bytes");
  }
  return {};
}

Status zstd_decompress(std::string_view frame, std::size_t size, std::string& out) {
  LOGPOND_CHECK_OK(zstd_check_size(frame, size));
  // No clear() before: bytes that are there already need not be set to zero again.
  out.resize(size);
  return zstd_decompress_into(frame, out);
}

Status zstd_decompress_into(std::string_view frame, std::span<char> out) {
  const std::size_t got = ZSTD_decompressDCtx(decompressor_of_thread(), out.data(), out.size(),
                                              frame.data(), frame.size());
  if (ZSTD_isError(got)) {
    return fail(ErrorCode::kCorruption, "zstd frame of " + std::to_string(frame.size()) +
                                            " bytes: " + ZSTD_getErrorName(got));
  }
  if (got != out.size()) {
    return fail(ErrorCode::kCorruption, "zstd frame holds " + std::to_string(got) + " bytes, not " +
                                            std::to_string(out.size()));
  }
  return {};
}

}  // namespace logpond::codec
