// LOGPOND_CHECK: our own mistakes stop the program with a sentence, in release too.
#pragma once

namespace logpond {
/// Prints the failed condition and its place to stderr and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace logpond

#define LOGPOND_CHECK(condition)                               \
  do {                                                         \
    if (!(condition)) [[unlikely]]                             \
      ::logpond::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)
