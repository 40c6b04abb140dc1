// Signals as calls on an ordinary thread: nothing of ours ever runs inside a signal handler.
#pragma once

#include <functional>
#include <memory>

#include "core/result.h"

namespace logpond::platform {

enum class Signal {
  kInterrupt,  ///< SIGINT: Ctrl-C.
  kTerminate,  ///< SIGTERM: systemd, Docker, Kubernetes.
  kHangUp,     ///< SIGHUP: read the configuration again.
};

/// Blocks the three signals above in the calling thread and in every thread it starts later, and
/// ignores SIGPIPE (a vanished peer is an error of write, not the end of the program). Call first
/// in main(): a thread started before would still be killed by them.
void block_signals();

/// Undoes block_signals() in the calling thread. For a child process between fork and exec, and for
/// tests.
void unblock_signals();

/// Hands every signal to a function, one after another, until it is destroyed.
///
/// Requires: block_signals() was called.
class SignalWaiter {
 public:
  virtual ~SignalWaiter() = default;  ///< Waits for a running call; not from inside that call.

  /// `on_signal` runs on the waiter's own thread. Signals that came before the start are handed on
  /// too; of equal ones that wait at the same time the kernel keeps one. Errors: kIo.
  static Result<std::unique_ptr<SignalWaiter>> start(std::function<void(Signal)> on_signal);
};

}  // namespace logpond::platform
