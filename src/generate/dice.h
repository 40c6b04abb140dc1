// Pseudo-random numbers that are the same on every machine for the same seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace logpond::generate {

/// SplitMix64: small, fast, and good enough to look natural. Not for secrets.
/// Why not <random>: its distributions differ between standard libraries.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    return mix(state_);
  }
  /// From 0 to n - 1; n > 0.
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  /// Both ends included.
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most - least) + 1));
  }
  /// In [0, 1).
  double fraction() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  bool chance(double probability) { return fraction() < probability; }
  template <typename T>
  const T& pick(std::span<const T> from) {
    return from[below(from.size())];
  }

  /// A number that depends on `value` alone, spread over all 64 bits.
  static std::uint64_t mix(std::uint64_t value) {
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31);
  }

 private:
  std::uint64_t state_;
};

}  // namespace logpond::generate
