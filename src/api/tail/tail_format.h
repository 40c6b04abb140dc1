// How a tail's lines look on the wire: one implementation per protocol.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/stream.h"
#include "core/time.h"
#include "logql/engine.h"

namespace logpond::api::tail {

/// Descriptors kept of what a slow reader lost; beyond it records are only counted. Loki's number.
inline constexpr std::size_t kLostDescribedMax = 1000;

/// A record, or several of one stream, that the reader will not see.
struct LostLine {
  StreamPtr stream;
  TimestampNs timestamp = 0;
};

/// What was lost since the last payload.
struct Lost {
  std::size_t records = 0;
  std::vector<LostLine> described;

  void add(const StreamPtr& stream, TimestampNs timestamp, std::size_t count);
};

/// Threads: one at a time.
class TailFormat {
 public:
  virtual ~TailFormat() = default;
  /// One payload; `lines` has at most lines_max() entries, and is empty when only `lost` is to be
  /// told.
  virtual std::string payload(std::span<const logql::ResultLine> lines, const Lost& lost) = 0;
  virtual std::size_t lines_max() const = 0;
  /// Sent when nothing else was for a while; empty: nothing is.
  virtual std::string heartbeat() const { return {}; }
  /// Sent before the server ends the tail; empty: the close alone says it.
  virtual std::string failure(std::string_view message) const {
    (void)message;
    return {};
  }
};

}  // namespace logpond::api::tail
