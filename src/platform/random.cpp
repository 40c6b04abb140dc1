#include "platform/random.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include "core/check.h"

namespace logpond::platform {
namespace {

class SystemRandom : public Random {
 public:
  std::uint64_t next() override {
    std::uint64_t bits = 0;
    fill(std::span(reinterpret_cast<char*>(&bits), sizeof bits));
    return bits;
  }

  void fill(std::span<char> into) override {
    while (!into.empty()) {
      const ssize_t n = ::getrandom(into.data(), into.size(), 0);
      // Nothing but a signal can stop it on any kernel we run on; weak numbers would be worse than
      // none.
      LOGPOND_CHECK(n > 0 || (n < 0 && errno == EINTR));
      if (n > 0) into = into.subspan(static_cast<std::size_t>(n));
    }
  }
};

}  // namespace

void Random::fill(std::span<char> into) {
  while (!into.empty()) {
    const std::uint64_t bits = next();
    const std::size_t piece = std::min(into.size(), sizeof bits);
    std::memcpy(into.data(), &bits, piece);
    into = into.subspan(piece);
  }
}

std::uint64_t Random::below(std::uint64_t bound) {
  LOGPOND_CHECK(bound > 0);
  // Numbers of the last, incomplete round of `bound` would favour small results: draw again.
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t round_end = kMax - kMax % bound;
  while (true) {
    const std::uint64_t bits = next();
    if (bits < round_end) return bits % bound;
  }
}

Random& system_random() {
  static SystemRandom random;
  return random;
}

std::uint64_t SeededRandom::next() {
  // SplitMix64: a counter and a mixing function, so it needs no lock.
  constexpr std::uint64_t kStep = 0x9E37'79B9'7F4A'7C15;
  std::uint64_t z = state_.fetch_add(kStep, std::memory_order_relaxed) + kStep;
  z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9;
  z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EB;
  return z ^ (z >> 31);
}

}  // namespace logpond::platform
