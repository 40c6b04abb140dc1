#include "platform/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string>
#include <string_view>

#include "platform/os_error.h"
#include "platform/posix/posix_file_system.h"

namespace logpond::platform {
namespace {

constexpr std::uint64_t kProcFileBytesMax =
    1 << 20;  // /proc/stat has a line a CPU and all interrupts

std::string read_proc(const char* path) {
  auto text = read_file(*make_posix_file_system(), path, kProcFileBytesMax);
  return text ? *std::move(text) : std::string();
}

/// The number at the start of the `index`-th word of `text`, words being separated by one blank.
std::uint64_t number_at(std::string_view text, std::size_t index) {
  for (; index > 0; --index) {
    const std::size_t blank = text.find(' ');
    if (blank == std::string_view::npos) return 0;
    text.remove_prefix(blank + 1);
  }
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

double read_start_time() {
  const std::string self = read_proc("/proc/self/stat");
  // The second word is the program's name in brackets and may hold anything, so count from its end.
  const std::size_t name_end = self.rfind(')');
  const std::string system = read_proc("/proc/stat");
  const std::size_t boot = system.find("\nbtime ");
  if (name_end == std::string::npos || boot == std::string::npos) return 0;
  const std::uint64_t ticks = number_at(std::string_view(self).substr(name_end), 20);
  const std::uint64_t boot_seconds = number_at(std::string_view(system).substr(boot), 1);
  const auto ticks_a_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  return static_cast<double>(boot_seconds) + static_cast<double>(ticks) / ticks_a_second;
}

double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

}  // namespace

ProcessFigures process_figures() {
  static const double start_time = read_start_time();
  ProcessFigures figures;
  figures.start_time_seconds = start_time;
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    figures.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  figures.resident_bytes = number_at(read_proc("/proc/self/statm"), 1) * page_bytes;
  const auto names = make_posix_file_system()->list("/proc/self/fd");
  if (names && !names->empty()) figures.open_files = names->size() - 1;  // less the one that listed
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.open_files_max = limit.rlim_cur;
  return figures;
}

Result<std::uint64_t> raise_open_files_max() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return os_error("read the limit of", "open files", errno);
  }
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return os_error("raise", "open files", errno);
  return limit.rlim_cur;
}

}  // namespace logpond::platform
