#include "cli/output/copy_progress.h"

#include "cli/output/terminal.h"
#include "platform/clock.h"

namespace logpond::cli {

CopyProgress::CopyProgress()
    : bar_(stderr_is_terminal()), begin_(platform::system_clock().monotonic()) {}

void CopyProgress::update(std::uint64_t bytes_done, std::uint64_t bytes_total) {
  ProgressState state;
  state.bytes_done = bytes_done;
  state.bytes_total = bytes_total;
  state.seconds = static_cast<double>(platform::system_clock().monotonic() - begin_) /
                  static_cast<double>(kSecond);
  bar_.update(state);
}

}  // namespace logpond::cli
