#include "cli/output/progress.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace logpond::cli {
namespace {

constexpr std::size_t kBarWidth = 24;
constexpr double kDrawEverySeconds = 0.1;

template <typename... Args>
std::string printed(const char* format, Args... args) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, args...);
  return text.data();
}

}  // namespace

std::string human_bytes(double bytes) {
  constexpr std::array<const char*, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (bytes >= 1024 && unit + 1 < kUnits.size()) {
    bytes /= 1024;
    ++unit;
  }
  return unit == 0 ? printed("%.0f B", bytes) : printed("%.1f %s", bytes, kUnits[unit]);
}

std::string human_count(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string human_wait(double seconds) {
  if (seconds < 10) return printed("%.1fs", std::max(seconds, 0.0));
  const auto whole = static_cast<long long>(seconds + 0.5);
  if (whole < 60) return printed("%llds", whole);
  if (whole < 3600) return printed("%lldm%02llds", whole / 60, whole % 60);
  return printed("%lldh%02lldm", whole / 3600, whole / 60 % 60);
}

std::string progress_line(const ProgressState& state) {
  const double rate = state.seconds > 0 ? static_cast<double>(state.bytes_done) / state.seconds : 0;
  std::string tail = human_bytes(static_cast<double>(state.bytes_done)) + "  ";
  if (state.lines > 0) tail += human_count(state.lines) + " lines  ";
  tail += human_bytes(rate) + "/s";
  if (state.bytes_total == 0) return tail;
  const double share =
      std::min(1.0, static_cast<double>(state.bytes_done) / static_cast<double>(state.bytes_total));
  const auto filled = static_cast<std::size_t>(share * kBarWidth);
  std::string line = "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "] ";
  line += printed("%3d%%  ", static_cast<int>(share * 100)) + tail;
  if (rate > 0 && share < 1) {
    line += "  " + human_wait(static_cast<double>(state.bytes_total - state.bytes_done) / rate) +
            " left";
  }
  return line;
}

void ProgressBar::update(const ProgressState& state) {
  if (!is_shown_ || state.seconds - drawn_at_ < kDrawEverySeconds) return;
  drawn_at_ = state.seconds;
  is_drawn_ = true;
  std::fprintf(stderr, "\r\x1b[K%s", progress_line(state).c_str());
  std::fflush(stderr);
}

void ProgressBar::clear() {
  if (!is_drawn_) return;
  is_drawn_ = false;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
}

}  // namespace logpond::cli
