// The bar that push and generate show on a terminal, and the line they end with.
#pragma once

#include <cstdint>
#include <string>

#include "core/time.h"

namespace logpond::cli {

/// `1.5 MiB`, `812 B`.
std::string human_bytes(double bytes);
/// `12,345`.
std::string human_count(std::uint64_t count);
/// `3.2s`, `1m20s`, `2h05m`: for people who wait.
std::string human_wait(double seconds);

struct ProgressState {
  std::uint64_t bytes_done = 0;
  std::uint64_t bytes_total = 0;  ///< 0: not known.
  std::uint64_t lines = 0;        ///< 0: not shown.
  double seconds = 0;
};

/// The bar as one line without its line feed: `[#####.....] 52%  1.2 MiB  4.0 MiB/s  3s left`.
std::string progress_line(const ProgressState& state);

/// Draws on stderr at most ten times a second; nothing at all where `is_shown` is false. Threads:
/// one.
class ProgressBar {
 public:
  explicit ProgressBar(bool is_shown) : is_shown_(is_shown) {}
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void update(const ProgressState& state);
  /// Takes the bar away, so that something else can be written.
  void clear();

 private:
  bool is_shown_;
  bool is_drawn_ = false;
  double drawn_at_ = -1;
};

}  // namespace logpond::cli
