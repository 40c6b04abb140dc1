#include "net/chunked_decoder.h"

#include <algorithm>

#include "core/check.h"

namespace logpond::net {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// What may stand in an extension or a trailer: no control characters but the tab.
bool is_line_text(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

/// 15 digits keep sums of sizes far from overflow.
constexpr std::uint8_t kDigitsMax = 15;

}  // namespace

ChunkedDecoder::Step ChunkedDecoder::feed(std::string_view input) {
  Step step;
  while (step.consumed < input.size() && state_ != State::kDone && state_ != State::kBroken) {
    if (state_ == State::kData) {
      const std::uint64_t here = input.size() - step.consumed;
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, here));
      step.data = input.substr(step.consumed, size);
      step.consumed += size;
      skip_data(size);
      return step;
    }
    state_ = after(input[step.consumed]);
    ++step.consumed;
  }
  return step;
}

void ChunkedDecoder::skip_data(std::uint64_t bytes) {
  LOGPOND_CHECK(state_ == State::kData && bytes <= left_);
  left_ -= bytes;
  if (left_ == 0) state_ = State::kDataCr;
}

ChunkedDecoder::State ChunkedDecoder::after(char c) {
  switch (state_) {
    case State::kSizeFirst:
    case State::kSize:
      return after_size(c);
    case State::kSizeBlank:
      if (c == ';') return State::kExtension;
      return (c == ' ' || c == '\t') && ++line_bytes_ < kSizeLineBytesMax ? State::kSizeBlank
                                                                          : State::kBroken;
    case State::kExtension:
      if (c == '\r') return State::kSizeLf;
      return is_line_text(c) && ++line_bytes_ < kSizeLineBytesMax ? State::kExtension
                                                                  : State::kBroken;
    case State::kSizeLf:
      return c == '\n' ? after_size_line() : State::kBroken;
    case State::kDataCr:
      return c == '\r' ? State::kDataLf : State::kBroken;
    case State::kDataLf:
      digits_ = 0;
      line_bytes_ = 0;
      return c == '\n' ? State::kSizeFirst : State::kBroken;
    case State::kTrailerLine:
      if (c == '\r') return State::kEndLf;
      [[fallthrough]];
    case State::kTrailer:
      if (++line_bytes_ > kTrailerBytesMax) return State::kBroken;
      if (c == '\r') return State::kTrailerLf;
      return is_line_text(c) ? State::kTrailer : State::kBroken;
    case State::kTrailerLf:
      return c == '\n' ? State::kTrailerLine : State::kBroken;
    case State::kEndLf:
      return c == '\n' ? State::kDone : State::kBroken;
    case State::kData:
    case State::kDone:
    case State::kBroken:
      break;
  }
  return State::kBroken;
}

ChunkedDecoder::State ChunkedDecoder::after_size(char c) {
  const int digit = hex_value(c);
  if (digit >= 0) {
    if (++digits_ > kDigitsMax) return State::kBroken;
    left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    ++line_bytes_;
    return State::kSize;
  }
  if (state_ == State::kSizeFirst) return State::kBroken;
  if (c == '\r') return State::kSizeLf;
  if (c == ';') return State::kExtension;
  return c == ' ' || c == '\t' ? State::kSizeBlank : State::kBroken;
}

ChunkedDecoder::State ChunkedDecoder::after_size_line() {
  if (left_ != 0) return State::kData;
  line_bytes_ = 0;
  return State::kTrailerLine;
}

}  // namespace logpond::net
