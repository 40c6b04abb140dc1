#include "platform/clock.h"

#include <ctime>

namespace logpond::platform {
namespace {

std::int64_t read_clock(clockid_t id) {
  timespec t{};
  ::clock_gettime(id, &t);  // cannot fail for these two clocks
  return static_cast<std::int64_t>(t.tv_sec) * kSecond + t.tv_nsec;
}

class SystemClock : public Clock {
 public:
  TimestampNs now() const override { return read_clock(CLOCK_REALTIME); }
  DurationNs monotonic() const override { return read_clock(CLOCK_MONOTONIC); }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace logpond::platform
