// What this program was built from.
#pragma once

#include <string_view>

namespace logpond::server {

struct BuildInfo {
  std::string_view version;  ///< `0.1.0`
  std::string_view commit;   ///< Short hash, `-dirty` after it when files were changed; `unknown`.
  std::string_view built;    ///< RFC 3339: first build of this commit in its build folder.
  std::string_view compiler;
  std::string_view libraries;  ///< `boost 1.81.0, fmt 9.1.0, …`
};

/// Lives for ever.
const BuildInfo& build_info();

}  // namespace logpond::server
