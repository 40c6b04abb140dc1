// Parses the head of a request out of a buffer that fills up.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "net/server/request_head.h"

namespace logpond::net {

/// Adapter around the HTTP library's parser. Looks at no byte twice, however small the pieces.
/// Threads: one.
class HeadParser {
 public:
  HeadParser();
  ~HeadParser();

  /// Begins a new head of at most `bytes_max` bytes.
  void reset(std::size_t bytes_max);
  struct Outcome {
    bool complete = false;
    std::optional<Refusal> refusal;
  };
  /// `buffer` holds the head from its first byte on, each time with more behind it; the memory may
  /// have moved. Afterwards consumed() bytes of it are the head's.
  Outcome parse(std::string_view buffer);
  std::size_t consumed() const;
  /// Requires: complete.
  RequestHead take();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace logpond::net
