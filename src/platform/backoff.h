// How long to wait before trying again.
#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace logpond::platform {

/// Blocks before try number `attempt`, counted from 0: not at all, then 1 ms, doubled up to 64 ms.
/// Twenty tries take about a second. Not on an event loop. Threads: any.
inline void back_off(int attempt) {
  constexpr int kDoublingsMax = 6;
  if (attempt <= 0) return;
  std::this_thread::sleep_for(std::chrono::milliseconds(1 << std::min(attempt - 1, kDoublingsMax)));
}

}  // namespace logpond::platform
