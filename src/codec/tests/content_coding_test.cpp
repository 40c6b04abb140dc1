#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <zlib.h>

#include "codec/compression.h"

namespace logpond::codec {
namespace {

constexpr std::size_t kPlenty = 1 << 20;

std::string deflate_with(std::string_view bytes, int window_bits) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, bytes.size()) + 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd_frame(std::string_view bytes) {
  std::string out;
  zstd_compress(bytes, 3, out);
  return out;
}

struct Encoded {
  const char* name;
  ContentCoding coding;
  std::string body;
};

std::vector<Encoded> every_encoding(std::string_view bytes) {
  return {{"identity", ContentCoding::kIdentity, std::string(bytes)},
          {"gzip", ContentCoding::kGzip, gzip_compress(bytes, 6)},
          {"zlib", ContentCoding::kDeflate, deflate_with(bytes, MAX_WBITS)},
          {"raw deflate", ContentCoding::kDeflate, deflate_with(bytes, -MAX_WBITS)},
          {"zstd", ContentCoding::kZstd, zstd_frame(bytes)},
          {"snappy", ContentCoding::kSnappy, snappy_compress(bytes)}};
}

RC_GTEST_PROP(ContentCoding, EveryCodingGivesBackTheBody, (const std::string& bytes)) {
  for (const Encoded& encoded : every_encoding(bytes)) {
    const Result<std::string> decoded = decode_content(encoded.coding, encoded.body, kPlenty);
    RC_ASSERT(decoded.has_value());
    RC_ASSERT(*decoded == bytes);
  }
}

TEST(ContentCoding, TheLimitIsExact) {
  std::string bytes(100'000, 'b');
  for (std::size_t i = 0; i < bytes.size(); i += 7) bytes[i] = static_cast<char>(i * i % 251);
  for (const Encoded& encoded : every_encoding(bytes)) {
    SCOPED_TRACE(encoded.name);
    EXPECT_TRUE(decode_content(encoded.coding, encoded.body, bytes.size()).has_value());
    const Result<std::string> refused =
        decode_content(encoded.coding, encoded.body, bytes.size() - 1);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::kLimitExceeded);
  }
}

TEST(ContentCoding, BombsAreStoppedAtTheLimit) {
  const std::string bytes(64 << 20, '\0');
  for (const Encoded& encoded : every_encoding(bytes)) {
    SCOPED_TRACE(encoded.name);
    const Result<std::string> refused = decode_content(encoded.coding, encoded.body, 10'000);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::kLimitExceeded);
  }
}

TEST(ContentCoding, EveryCutIsRefusedByName) {
  const std::string bytes = "one line\nanother line\none line\nanother line, and the end\n";
  for (const Encoded& encoded : every_encoding(bytes)) {
    if (encoded.coding == ContentCoding::kIdentity) continue;
    for (std::size_t size = 0; size < encoded.body.size(); ++size) {
      const auto cut =
          decode_content(encoded.coding, std::string_view(encoded.body).substr(0, size), kPlenty);
      ASSERT_FALSE(cut.has_value()) << encoded.name << " cut to " << size;
      EXPECT_EQ(cut.error().code, ErrorCode::kInvalidArgument);
    }
  }
}

TEST(ContentCoding, MembersAndFramesInARowAreOneBody) {
  const std::string gzips =
      gzip_compress("first ", 1) + gzip_compress("", 1) + gzip_compress("second", 9);
  EXPECT_EQ(decode_content(ContentCoding::kGzip, gzips, kPlenty).value(), "first second");
  EXPECT_EQ(decode_content(ContentCoding::kGzip, gzips, 12).value(), "first second");
  EXPECT_EQ(decode_content(ContentCoding::kGzip, gzips, 11).error().code,
            ErrorCode::kLimitExceeded);
  const std::string frames = zstd_frame("first ") + zstd_frame("") + zstd_frame("second");
  EXPECT_EQ(decode_content(ContentCoding::kZstd, frames, kPlenty).value(), "first second");
}

TEST(ContentCoding, BytesAfterTheEndAreRefused) {
  for (const Encoded& encoded : every_encoding("a body of some length")) {
    if (encoded.coding == ContentCoding::kIdentity) continue;
    const auto decoded = decode_content(encoded.coding, encoded.body + "rest", kPlenty);
    ASSERT_FALSE(decoded.has_value()) << encoded.name;
    EXPECT_EQ(decoded.error().code, ErrorCode::kInvalidArgument) << encoded.name;
  }
}

TEST(ContentCoding, ASnappyBlockThatLiesAboutItsSizeIsRefusedBeforeAllocating) {
  const std::string lie(
      "\xFF\xFF\xFF\x1F"
      "abc",
      7);  // claims 64 MiB in seven bytes
  const auto decoded = decode_content(ContentCoding::kSnappy, lie, std::size_t{1} << 30);
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().code, ErrorCode::kInvalidArgument);
}

TEST(ContentCoding, NamesAreReadInAnyCase) {
  EXPECT_EQ(parse_content_coding("").value(), ContentCoding::kIdentity);
  EXPECT_EQ(parse_content_coding("identity").value(), ContentCoding::kIdentity);
  EXPECT_EQ(parse_content_coding("GZip").value(), ContentCoding::kGzip);
  EXPECT_EQ(parse_content_coding(" x-gzip ").value(), ContentCoding::kGzip);
  EXPECT_EQ(parse_content_coding("deflate").value(), ContentCoding::kDeflate);
  EXPECT_EQ(parse_content_coding("zstd").value(), ContentCoding::kZstd);
  EXPECT_EQ(parse_content_coding("snappy").value(), ContentCoding::kSnappy);
}

TEST(ContentCoding, AnUnknownNameIsRefusedInLokisWords) {
  const auto refused = parse_content_coding("br");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused.error().message, "Content-Encoding \"br\" not supported");
}

}  // namespace
}  // namespace logpond::codec
