// The time of a jsonline record: RFC 3339 or an epoch number in any unit.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "core/time.h"

namespace logpond::api::jsonline {

/// Reads times. Remembers the last date, since records of a push share it: the usual
/// `2026-11-21T00:00:00.123Z` then costs a few nanoseconds.
///
/// Threads: one.
class TimeReader {
 public:
  /// RFC 3339 (no zone is UTC), or seconds, milliseconds, microseconds or nanoseconds since the
  /// epoch, told apart by size; a fraction is one of that unit. Nothing for any other text.
  std::optional<TimestampNs> read(std::string_view text) {
    const TimestampNs usual = read_usual(text);
    if (usual != kNotUsual) return usual;
    return read_plainly(text);
  }
  /// The same without the quick way, for tests that compare the two.
  static std::optional<TimestampNs> read_plainly(std::string_view text);

 private:
  /// Is a time too, but then both ways agree about it. A std::optional would come back as 8 + 1
  /// bytes, be read as 16, and so stall store forwarding: a third of the whole reading.
  static constexpr TimestampNs kNotUsual = std::numeric_limits<TimestampNs>::min();
  TimestampNs read_usual(std::string_view text);

  std::uint64_t date_head_ = 0;  // first 8 bytes of the remembered date
  std::uint16_t date_tail_ = 0;  // its last 2
  std::int64_t date_seconds_ = 0;
};

/// Epoch number of unknown unit: below 1e11 seconds, 1e14 milliseconds, 1e17 microseconds, else
/// nanoseconds. Nothing when it is no decimal number or too large.
std::optional<TimestampNs> read_epoch(std::string_view text);

}  // namespace logpond::api::jsonline
