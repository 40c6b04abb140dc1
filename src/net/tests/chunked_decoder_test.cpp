#include "net/chunked_decoder.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "net/tests/test_server.h"

namespace logpond::net {
namespace {

/// What came of an input: the body, how it ended, and what was left.
struct Decoded {
  std::string body;
  bool done = false;
  bool broken = false;
  std::string rest;
  bool operator==(const Decoded&) const = default;
};

Decoded decode(const std::vector<std::string>& pieces, bool direct = false) {
  ChunkedDecoder decoder;
  Decoded result;
  for (const std::string& piece : pieces) {
    std::string_view input = piece;
    while (!input.empty() && !decoder.done() && !decoder.is_broken()) {
      // As the connection does it for large chunks: data that goes past the decoder.
      if (direct && decoder.data_ahead() > 0) {
        const auto size =
            static_cast<std::size_t>(std::min<std::uint64_t>(decoder.data_ahead(), input.size()));
        result.body.append(input.substr(0, size));
        decoder.skip_data(size);
        input.remove_prefix(size);
        continue;
      }
      const ChunkedDecoder::Step step = decoder.feed(input);
      result.body.append(step.data);
      input.remove_prefix(step.consumed);
    }
    result.rest.append(input);
  }
  result.done = decoder.done();
  result.broken = decoder.is_broken();
  return result;
}

std::vector<std::string> bytes_of(const std::string& text) {
  std::vector<std::string> bytes;
  for (const char c : text) bytes.emplace_back(1, c);
  return bytes;
}

TEST(ChunkedDecoder, GivesTheSameHoweverTheInputIsSplit) {
  const std::string input =
      "5\r\nhello\r\n00b;name=\"v\"\r\n big world!\r\nA \t;x\r\n0123456789\r\n0\r\nT: a\r\nU: "
      "b\r\n\r\nnext";
  const Decoded whole = decode({input});
  EXPECT_EQ(whole.body, "hello big world!0123456789");
  EXPECT_TRUE(whole.done);
  EXPECT_EQ(whole.rest, "next");
  for (std::size_t cut = 0; cut <= input.size(); ++cut) {
    EXPECT_EQ(decode({input.substr(0, cut), input.substr(cut)}), whole) << cut;
    EXPECT_EQ(decode({input.substr(0, cut), input.substr(cut)}, true), whole) << cut;
  }
  EXPECT_EQ(decode(bytes_of(input)), whole);
}

TEST(ChunkedDecoder, RefusesEverythingLoose) {
  for (const char* input :
       {"\r\n", " 5\r\nhello\r\n0\r\n\r\n", "-5\r\n", "+5\r\n", "0x5\r\n", "5\nhello\n0\n\n",
        "g\r\n", "5\r\nhello!\r\n", "5\r\nhello\n", "5\r\nhello\r0", "1\r\na\r\n\r\n", ";x\r\n",
        "5 5\r\nhello\r\n", "5 \r\nhello\r\n", "0\r\nT: a\nU: b\r\n\r\n", "0\r\n\rx",
        "1000000000000000\r\n", "1;a\x01\r\n", "0\r\nT: \x7f\r\n\r\n"}) {
    EXPECT_TRUE(decode({input}).broken) << input;
    EXPECT_TRUE(decode(bytes_of(input)).broken) << input;
  }
}

TEST(ChunkedDecoder, BoundsSizeLinesAndTrailers) {
  const auto extension = [](std::size_t size) {
    return "1;" + std::string(size, 'x') + "\r\na\r\n0\r\n\r\n";
  };
  EXPECT_TRUE(decode({extension(ChunkedDecoder::kSizeLineBytesMax - 10)}).done);
  EXPECT_TRUE(decode({extension(ChunkedDecoder::kSizeLineBytesMax)}).broken);
  const auto trailers = [](std::size_t size) {
    return "0\r\nA: " + std::string(size / 2, 'x') + "\r\nB: " + std::string(size / 2, 'x') +
           "\r\n\r\n";
  };
  EXPECT_TRUE(decode({trailers(ChunkedDecoder::kTrailerBytesMax - 20)}).done);
  EXPECT_TRUE(decode({trailers(ChunkedDecoder::kTrailerBytesMax)}).broken);
}

RC_GTEST_PROP(ChunkedDecoder, BringsBackAnyBodyFromAnyChunksInAnyPieces,
              (std::string body, std::vector<std::uint8_t> cuts)) {
  const auto chunk = static_cast<std::size_t>(*rc::gen::inRange(1, 40));
  const std::string input = test::chunked(body, chunk) + "tail";
  std::vector<std::string> pieces;
  std::size_t at = 0;
  for (const std::uint8_t cut : cuts) {
    pieces.push_back(input.substr(at, cut % 32U));
    at += pieces.back().size();
  }
  pieces.push_back(input.substr(at));
  for (const bool direct : {false, true}) {
    const Decoded decoded = decode(pieces, direct);
    RC_ASSERT(decoded.done);
    RC_ASSERT(decoded.body == body);
    RC_ASSERT(decoded.rest == "tail");
  }
}

RC_GTEST_PROP(ChunkedDecoder, NeverDependsOnTheSplitOfNoise, ()) {
  const auto input = *rc::gen::container<std::string>(
      rc::gen::element('0', '1', '3', 'a', ';', '\r', '\n', ' ', 'x', '\0'));
  RC_ASSERT(decode({input}) == decode(bytes_of(input)));
}

}  // namespace
}  // namespace logpond::net
