// Any input gives the same body, end and rest, whole or byte by byte; and what a decoder accepts as
// whole stays the same when its chunks are written anew.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.h"
#include "net/chunked_decoder.h"

namespace {

using logpond::net::ChunkedDecoder;

struct Decoded {
  std::string body;
  bool done = false;
  bool broken = false;
  std::size_t consumed = 0;
  bool operator==(const Decoded&) const = default;
};

Decoded decode(std::string_view input, std::size_t piece_bytes) {
  ChunkedDecoder decoder;
  Decoded result;
  while (result.consumed < input.size() && !decoder.done() && !decoder.is_broken()) {
    const auto step = decoder.feed(input.substr(result.consumed, piece_bytes));
    LOGPOND_CHECK(step.consumed > 0 && step.data.size() <= step.consumed);
    result.body.append(step.data);
    result.consumed += step.consumed;
  }
  result.done = decoder.done();
  result.broken = decoder.is_broken();
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const Decoded whole = decode(input, input.size());
  LOGPOND_CHECK(decode(input, 1) == whole);
  LOGPOND_CHECK(decode(input, 3) == whole);
  LOGPOND_CHECK(whole.body.size() <= input.size());
  if (!whole.done) return 0;
  std::string again;
  for (const char c : whole.body) again.append("1\r\n").append(1, c).append("\r\n");
  again.append("0\r\n\r\n");
  const Decoded rewritten = decode(again, again.size());
  LOGPOND_CHECK(rewritten.done && rewritten.body == whole.body);
  return 0;
}
