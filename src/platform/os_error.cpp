#include "platform/os_error.h"

#include <cctype>
#include <cerrno>
#include <string>
#include <system_error>

namespace logpond::platform {

ErrorCode error_code_of_errno(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return ErrorCode::kNoSpace;
    case ENOENT:
      return ErrorCode::kNotFound;
    case EEXIST:
    case ENOTEMPTY:
      return ErrorCode::kConflict;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::kPermissionDenied;
    default:
      return ErrorCode::kIo;
  }
}

tl::unexpected<Error> os_error(std::string_view action, const std::filesystem::path& path,
                               int error) {
  // generic_category is safe in threads where strerror is not.
  std::string reason = std::generic_category().message(error);
  // "No such file" but "I/O error": only a word is lowered, not an abbreviation.
  if (reason.size() > 1 && std::islower(static_cast<unsigned char>(reason[1]))) {
    reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
  }
  std::string message = "cannot ";
  message.append(action).append(" \"").append(path.native()).append("\": ").append(reason);
  return fail(error_code_of_errno(error), std::move(message));
}

}  // namespace logpond::platform
