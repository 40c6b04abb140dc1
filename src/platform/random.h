// Randomness as a dependency: the system's for secrets and ids, a seeded one for tests and
// simulation.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

namespace logpond::platform {

/// Threads: any.
class Random {
 public:
  virtual ~Random() = default;
  /// 64 random bits.
  virtual std::uint64_t next() = 0;
  /// Fills `into` with random bytes.
  virtual void fill(std::span<char> into);
  /// Evenly one of 0 .. bound - 1. Requires: bound > 0 (checked).
  std::uint64_t below(std::uint64_t bound);
};

/// The kernel's generator: fit for keys, tokens and salts. Lives for ever.
Random& system_random();

/// The same seed gives the same numbers on every machine. Never for secrets.
class SeededRandom : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() override;

 private:
  std::atomic<std::uint64_t> state_;
};

}  // namespace logpond::platform
