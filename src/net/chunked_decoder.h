// Takes the chunked transfer coding apart, however the bytes arrive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace logpond::net {

/// Incremental and copy-free: data comes out as views of what was put in.
///
/// Strict, since two readers that disagree about a body's end let a second request hide in it:
/// lines end with CRLF, sizes are plain hexadecimal, extensions and trailers are skipped unread.
/// Threads: one.
class ChunkedDecoder {
 public:
  static constexpr std::size_t kSizeLineBytesMax = 256;  ///< Size and extensions; beyond: broken.
  static constexpr std::size_t kTrailerBytesMax = 8 << 10;  ///< All trailers; beyond: broken.

  struct Step {
    std::size_t consumed = 0;  ///< Bytes of the input that are done with.
    std::string_view data;     ///< Part of the input that is body; may be empty.
  };

  /// Takes bytes up to the end of one run of data, of the input, or of the body. Requires a call
  /// again with the rest while bytes are left and neither done() nor is_broken().
  Step feed(std::string_view input);
  /// Body bytes that come next without any framing between; the caller may receive up to so many of
  /// them elsewhere and then say so by skip_data().
  std::uint64_t data_ahead() const { return state_ == State::kData ? left_ : 0; }
  void skip_data(std::uint64_t bytes);

  bool done() const { return state_ == State::kDone; }
  bool is_broken() const { return state_ == State::kBroken; }

 private:
  enum class State : std::uint8_t {
    kSizeFirst,  ///< First digit of a size.
    kSize,       ///< Further digits.
    kSizeBlank,  ///< Between a size and the `;` of an extension.
    kExtension,  ///< Rest of a size line.
    kSizeLf,     ///< LF of a size line.
    kData,
    kDataCr,
    kDataLf,
    kTrailerLine,  ///< At the start of a trailer line or of the last CRLF.
    kTrailer,      ///< Inside a trailer line.
    kTrailerLf,    ///< LF of a trailer line.
    kEndLf,        ///< LF of the last CRLF.
    kDone,
    kBroken,
  };
  State after(char c);
  State after_size(char c);
  State after_size_line();

  State state_ = State::kSizeFirst;
  std::uint64_t left_ = 0;      ///< Of the current chunk; the size itself while it is read.
  std::size_t line_bytes_ = 0;  ///< Of the current size line, or of all trailers.
  std::uint8_t digits_ = 0;
};

}  // namespace logpond::net
