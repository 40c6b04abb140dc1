#include "server/build_info.h"

#include "build_commit.h"

namespace logpond::server {

const BuildInfo& build_info() {
#if defined(__clang__)
  constexpr std::string_view kCompiler = "clang " __clang_version__;
#else
  constexpr std::string_view kCompiler = "g++ " __VERSION__;
#endif
  static constexpr BuildInfo kInfo{LOGPOND_VERSION, LOGPOND_COMMIT, LOGPOND_BUILT, kCompiler,
                                   LOGPOND_LIBRARIES};
  return kInfo;
}

}  // namespace logpond::server
