// One way from errno to our errors, shared by the real and the simulated file system.
#pragma once

#include <filesystem>
#include <string_view>

#include "core/result.h"

namespace logpond::platform {

/// The code that tells a caller what to do about `error` (an errno value).
ErrorCode error_code_of_errno(int error);

/// `cannot open "/data/wal/1": no such file or directory`.
tl::unexpected<Error> os_error(std::string_view action, const std::filesystem::path& path,
                               int error);

}  // namespace logpond::platform
