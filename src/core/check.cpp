#include "core/check.h"

#include <cstdio>
#include <cstdlib>

namespace logpond {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "logpond: internal error: %s does not hold (%s:%d)\n", condition, file,
               line);
  std::abort();
}

}  // namespace logpond
