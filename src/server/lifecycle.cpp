#include "server/lifecycle.h"

namespace logpond::server {

Status Lifecycle::start() {
  while (running_ < parts_.size()) {
    Part& part = parts_[running_];
    if (part.start) {
      Status status = part.start();
      if (!status) {
        stop();
        return fail_in("cannot start " + part.name, std::move(status).error());
      }
    }
    ++running_;
  }
  return {};
}

void Lifecycle::stop() {
  while (running_ > 0) {
    Part& part = parts_[--running_];
    if (part.stop) part.stop();
  }
}

}  // namespace logpond::server
