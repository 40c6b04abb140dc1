// Files as the operating system has them.
#pragma once

#include <memory>

#include "platform/file_system.h"

namespace logpond::platform {

std::unique_ptr<FileSystem> make_posix_file_system();

}  // namespace logpond::platform
