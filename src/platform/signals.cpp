#include "platform/signals.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <thread>
#include <utility>

#include "platform/os_error.h"
#include "platform/worker_pool.h"

namespace logpond::platform {
namespace {

sigset_t our_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  return set;
}

Signal signal_of(std::uint32_t number) {
  switch (number) {
    case SIGINT:
      return Signal::kInterrupt;
    case SIGHUP:
      return Signal::kHangUp;
    default:
      return Signal::kTerminate;
  }
}

class SignalWaiterImpl : public SignalWaiter {
 public:
  /// Takes both descriptors over.
  SignalWaiterImpl(int signals, int wake_up, std::function<void(Signal)> on_signal)
      : signals_(signals), wake_up_(wake_up), on_signal_(std::move(on_signal)) {
    thread_ = std::thread([this] { run(); });
  }

  ~SignalWaiterImpl() override {
    const std::uint64_t one = 1;
    // Cannot fail: the counter is far from its end and nobody else holds the descriptor.
    static_cast<void>(!::write(wake_up_, &one, sizeof one));
    thread_.join();
    ::close(signals_);
    ::close(wake_up_);
  }

 private:
  void run() {
    name_this_thread("signals");
    std::array<pollfd, 2> wait_for{{{signals_, POLLIN, 0}, {wake_up_, POLLIN, 0}}};
    while (true) {
      if (::poll(wait_for.data(), wait_for.size(), -1) < 0 && errno != EINTR) return;
      if (wait_for[1].revents != 0) return;
      if ((wait_for[0].revents & POLLIN) == 0) continue;
      signalfd_siginfo info{};
      if (::read(signals_, &info, sizeof info) == sizeof info)
        on_signal_(signal_of(info.ssi_signo));
    }
  }

  int signals_;
  int wake_up_;
  std::function<void(Signal)> on_signal_;
  std::thread thread_;
};

}  // namespace

void block_signals() {
  const sigset_t set = our_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void unblock_signals() {
  const sigset_t set = our_signals();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_DFL);
}

Result<std::unique_ptr<SignalWaiter>> SignalWaiter::start(std::function<void(Signal)> on_signal) {
  const sigset_t set = our_signals();
  const int signals = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals < 0) return os_error("open", "signalfd", errno);
  const int wake_up = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_up < 0) {
    const int error = errno;
    ::close(signals);
    return os_error("open", "eventfd", error);
  }
  return std::make_unique<SignalWaiterImpl>(signals, wake_up, std::move(on_signal));
}

}  // namespace logpond::platform
