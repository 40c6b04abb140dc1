// Content-Encoding of HTTP bodies. Every decoder is bounded: it stops at the first byte beyond the
// limit, whatever sizes the sender announces.
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>

#include "codec/compression.h"
#include "core/check.h"

namespace logpond::codec {

namespace {

/// RFC 9659: a zstd body may ask for a window of at most 8 MiB. Beyond: refused.
constexpr int kZstdWindowLogMax = 23;
/// Snappy turns 3 bytes into 64 at best; a higher claim is a lie told to make us allocate.
constexpr std::size_t kSnappyRatioMax = 64 / 3 + 1;
/// First guess of what a body grows to.
constexpr std::size_t kFirstGrowth = 4;

tl::unexpected<Error> too_large(std::size_t bytes_max) {
  return fail(ErrorCode::kLimitExceeded, "decompressed body is larger than the limit of " +
                                             std::to_string(bytes_max) + " bytes");
}

tl::unexpected<Error> bad_body(std::string_view coding, std::string_view reason) {
  std::string text = "cannot decompress body: ";
  text.append(coding).append(": ").append(reason);
  return fail(ErrorCode::kInvalidArgument, std::move(text));
}

/// A result that grows by doubling up to one byte beyond the limit: that byte tells "full" from
/// "more".
class BoundedOutput {
 public:
  BoundedOutput(std::size_t input_size, std::size_t bytes_max)
      : bytes_max_(bytes_max), room_max_(bytes_max + (bytes_max < SIZE_MAX ? 1 : 0)) {
    grow_to(std::max<std::size_t>(input_size * kFirstGrowth, 4096));
  }
  void make_room() {
    if (used_ == bytes_.size()) grow_to(bytes_.size() * 2);
  }
  char* room() { return bytes_.data() + used_; }
  std::size_t room_size() const { return bytes_.size() - used_; }
  void used(std::size_t count) { used_ += count; }
  bool over_limit() const { return used_ > bytes_max_; }
  std::string take() && {
    bytes_.resize(used_);
    return std::move(bytes_);
  }

 private:
  void grow_to(std::size_t size) { bytes_.resize(std::min(size, room_max_)); }

  std::string bytes_;
  std::size_t used_ = 0;
  std::size_t bytes_max_;
  std::size_t room_max_;
};

/// zlib's inflater with its memory; `window_bits` chooses the wrapping.
class Inflater {
 public:
  explicit Inflater(int window_bits) { LOGPOND_CHECK(inflateInit2(&stream_, window_bits) == Z_OK); }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  void set_input(std::string_view input) {
    // zlib's type predates const; inflate() only reads.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream_.avail_in = static_cast<uInt>(input.size());
  }
  std::size_t input_left() const { return stream_.avail_in; }
  int step(BoundedOutput& out) {
    out.make_room();
    const auto room =
        static_cast<uInt>(std::min<std::size_t>(out.room_size(), std::numeric_limits<uInt>::max()));
    stream_.next_out = reinterpret_cast<Bytef*>(out.room());
    stream_.avail_out = room;
    const int code = inflate(&stream_, Z_NO_FLUSH);
    out.used(room - stream_.avail_out);
    return code;
  }
  void next_member() { LOGPOND_CHECK(inflateReset(&stream_) == Z_OK); }
  const char* reason() const { return stream_.msg != nullptr ? stream_.msg : "damaged stream"; }

 private:
  z_stream stream_{};
};

Result<std::string> inflate_body(std::string_view coding, int window_bits, bool many_members,
                                 std::string_view body, std::size_t bytes_max) {
  if (body.size() > std::numeric_limits<uInt>::max()) return too_large(bytes_max);
  Inflater inflater(window_bits);
  inflater.set_input(body);
  BoundedOutput out(body.size(), bytes_max);
  while (true) {
    const int code = inflater.step(out);
    if (out.over_limit()) return too_large(bytes_max);
    if (code == Z_STREAM_END) {
      if (inflater.input_left() == 0) return std::move(out).take();
      if (!many_members) return bad_body(coding, "bytes after the end of the stream");
      inflater.next_member();
    } else if (code == Z_BUF_ERROR ||
               (code == Z_OK && inflater.input_left() == 0 && out.room_size() > 0)) {
      return bad_body(coding, "stream is cut short");
    } else if (code != Z_OK) {
      return bad_body(coding, code == Z_NEED_DICT ? "needs a dictionary" : inflater.reason());
    }
  }
}

/// HTTP's `deflate` is zlib's format, but raw deflate is in the wild. The two differ in the first
/// two bytes: a raw stream that looks like zlib's would begin with a stored block with stray bits
/// set.
Result<std::string> inflate_either(std::string_view body, std::size_t bytes_max) {
  bool zlib_wrapped = false;
  if (body.size() >= 2) {
    const unsigned first = static_cast<unsigned char>(body[0]);
    const unsigned second = static_cast<unsigned char>(body[1]);
    zlib_wrapped =
        (first & 0x0F) == Z_DEFLATED && (first >> 4) <= 7 && (first * 256 + second) % 31 == 0;
  }
  return inflate_body("deflate", zlib_wrapped ? MAX_WBITS : -MAX_WBITS, false, body, bytes_max);
}

struct StreamFree {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

/// One per thread; its window grows to kZstdWindowLogMax at most.
ZSTD_DCtx* body_decompressor() {
  thread_local const std::unique_ptr<ZSTD_DCtx, StreamFree> context = [] {
    std::unique_ptr<ZSTD_DCtx, StreamFree> made(ZSTD_createDCtx());
    LOGPOND_CHECK(made != nullptr);
    LOGPOND_CHECK(
        !ZSTD_isError(ZSTD_DCtx_setParameter(made.get(), ZSTD_d_windowLogMax, kZstdWindowLogMax)));
    return made;
  }();
  return context.get();
}

Result<std::string> unzstd_body(std::string_view body, std::size_t bytes_max) {
  ZSTD_DCtx* const context = body_decompressor();
  ZSTD_DCtx_reset(context, ZSTD_reset_session_only);
  ZSTD_inBuffer in{body.data(), body.size(), 0};
  BoundedOutput out(body.size(), bytes_max);
  bool frame_done = false;
  while (true) {
    out.make_room();
    ZSTD_outBuffer room{out.room(), out.room_size(), 0};
    const std::size_t hint = ZSTD_decompressStream(context, &room, &in);
    out.used(room.pos);
    if (out.over_limit()) return too_large(bytes_max);
    if (ZSTD_isError(hint)) return bad_body("zstd", ZSTD_getErrorName(hint));
    frame_done = hint == 0;
    if (in.pos == in.size && (frame_done || room.pos < room.size)) break;
  }
  if (!frame_done) return bad_body("zstd", "stream is cut short");
  return std::move(out).take();
}

Result<std::string> unsnappy_body(std::string_view body, std::size_t bytes_max) {
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(body.data(), body.size(), &size)) {
    return bad_body("snappy", "no length at its begin");
  }
  if (size > bytes_max) return too_large(bytes_max);
  if (size / kSnappyRatioMax > body.size()) {
    return bad_body("snappy", "a block of " + std::to_string(body.size()) + " bytes cannot hold " +
                                  std::to_string(size) + " bytes");
  }
  std::string out(size, '\0');
  if (!snappy::RawUncompress(body.data(), body.size(), out.data())) {
    return bad_body("snappy", "damaged block");
  }
  return out;
}

bool equal_ignoring_case(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  });
}

}  // namespace

Result<ContentCoding> parse_content_coding(std::string_view header) {
  std::string_view name = header;
  while (!name.empty() && (name.front() == ' ' || name.front() == '\t')) name.remove_prefix(1);
  while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
  constexpr struct {
    std::string_view name;
    ContentCoding coding;
  } kNames[] = {{"", ContentCoding::kIdentity},       {"identity", ContentCoding::kIdentity},
                {"gzip", ContentCoding::kGzip},       {"x-gzip", ContentCoding::kGzip},
                {"deflate", ContentCoding::kDeflate}, {"zstd", ContentCoding::kZstd},
                {"snappy", ContentCoding::kSnappy}};
  for (const auto& known : kNames) {
    if (equal_ignoring_case(name, known.name)) return known.coding;
  }
  std::string text = "Content-Encoding \"";
  text.append(header).append("\" not supported");
  return fail(ErrorCode::kInvalidArgument, std::move(text));
}

Result<std::string> decode_content(ContentCoding coding, std::string_view body,
                                   std::size_t bytes_max) {
  switch (coding) {
    case ContentCoding::kIdentity:
      if (body.size() > bytes_max) return too_large(bytes_max);
      return std::string(body);
    case ContentCoding::kGzip:
      return inflate_body("gzip", MAX_WBITS + 16, true, body, bytes_max);
    case ContentCoding::kDeflate:
      return inflate_either(body, bytes_max);
    case ContentCoding::kZstd:
      return unzstd_body(body, bytes_max);
    case ContentCoding::kSnappy:
      return unsnappy_body(body, bytes_max);
  }
  return fail(ErrorCode::kInternal, "content coding without a decoder");
}

std::string gzip_compress(std::string_view bytes, int level) {
  constexpr int kMemoryLevel = 8;
  z_stream stream{};
  LOGPOND_CHECK(deflateInit2(&stream, level, Z_DEFLATED, MAX_WBITS + 16, kMemoryLevel,
                             Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  std::size_t read = 0;
  std::size_t written = 0;
  int code = Z_OK;
  // In slices, because zlib counts in 32 bits.
  while (code == Z_OK) {
    constexpr std::size_t kSliceMax = std::size_t{1} << 30;
    const std::size_t in_slice = std::min(bytes.size() - read, kSliceMax);
    const std::size_t out_slice = std::min(out.size() - written, kSliceMax);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + read));
    stream.avail_in = static_cast<uInt>(in_slice);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + written);
    stream.avail_out = static_cast<uInt>(out_slice);
    code = deflate(&stream, read + in_slice == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
    read += in_slice - stream.avail_in;
    written += out_slice - stream.avail_out;
  }
  deflateEnd(&stream);
  LOGPOND_CHECK(code == Z_STREAM_END);
  out.resize(written);
  return out;
}

std::string snappy_compress(std::string_view bytes) {
  std::string out;
  snappy::Compress(bytes.data(), bytes.size(), &out);
  return out;
}

}  // namespace logpond::codec
