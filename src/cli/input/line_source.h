// Lines of files and standard input, read in big blocks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/time.h"

namespace logpond::cli {

/// Reads one file, pipe or standard input. Threads: one.
class LineSource {
 public:
  /// Longer lines are handed out cut to this, flagged: no server takes them.
  static constexpr std::size_t kLineBytesMax = std::size_t{8} << 20;

  /// `path` `-` is standard input. Errors: kNotFound, kPermissionDenied, kIo.
  static Result<LineSource> open(const std::string& path);
  LineSource(LineSource&&) noexcept;
  LineSource& operator=(LineSource&&) noexcept;
  ~LineSource();

  enum class Got { kLine, kIdle, kEnd };
  struct Line {
    Got got = Got::kEnd;
    std::string_view text;  ///< Without LF or CR LF; valid until the next call.
    bool is_cut = false;
  };
  /// Next line. kIdle when nothing came for `patience` (pipes and terminals only). A last line
  /// without a line feed counts. Errors: kIo.
  Result<Line> next(DurationNs patience);

  /// Size of a regular file, 0 when it is none.
  std::uint64_t size() const;
  std::uint64_t bytes_read() const;

 private:
  class Impl;
  explicit LineSource(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace logpond::cli
