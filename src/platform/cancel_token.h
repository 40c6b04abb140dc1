// How a long job learns that nobody waits for it any more.
#pragma once

#include <atomic>
#include <memory>

#include "core/result.h"
#include "core/time.h"
#include "platform/clock.h"

namespace logpond::platform {

/// A cancel flag and a deadline. Copies share the flag.
///
/// Threads: any. Loops call check() every few thousand rows.
class CancelToken {
 public:
  CancelToken() = default;
  /// `deadline` is on the clock's monotonic scale; 0 means none.
  CancelToken(const Clock& clock, DurationNs deadline) : clock_(&clock), deadline_(deadline) {}

  void cancel() const { flag_->store(true, std::memory_order_relaxed); }
  /// Errors: kCancelled, kDeadlineExceeded.
  Status check() const {
    if (flag_->load(std::memory_order_relaxed)) {
      return fail(ErrorCode::kCancelled, "the request was cancelled by the client");
    }
    if (deadline_ != 0 && clock_->monotonic() > deadline_) {
      return fail(
          ErrorCode::kDeadlineExceeded,
          "request timed out, decrease the duration of the request or add more label matchers "
          "(prefer exact match over regex match) to reduce the amount of data processed");
    }
    return {};
  }

 private:
  std::shared_ptr<std::atomic<bool>> flag_ = std::make_shared<std::atomic<bool>>(false);
  const Clock* clock_ = nullptr;
  DurationNs deadline_ = 0;
};

}  // namespace logpond::platform
