// Result<T>: a value, or an Error that says what went wrong. No exception crosses a module
// boundary.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace logpond {

/// What kind of failure: few codes, good text. errors.cpp maps each to HTTP, gRPC and exit status.
enum class ErrorCode {
  kInvalidArgument,   ///< The caller's input is wrong; trying again will not help.
  kNotFound,          ///< The named thing does not exist.
  kPermissionDenied,  ///< The caller may not do this.
  kLimitExceeded,     ///< A declared limit was met (queue full, body too large); may work later.
  kUnavailable,       ///< Not now: starting, stopping, or the store is read-only.
  kNoSpace,           ///< The disk is full; recovers by itself when there is room.
  kCancelled,         ///< The caller went away or asked to stop.
  kDeadlineExceeded,  ///< It took longer than allowed.
  kCorruption,        ///< Stored bytes are not what was written.
  kIo,                ///< The operating system refused.
  kConflict,          ///< Someone else holds it, or it changed meanwhile.
  kInternal,          ///< Our own mistake.
};

/// A failure. `message` is lower case without a full stop: action, value, place.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
};

template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

/// Success or failure of an action without a value.
using Status = Result<void>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

/// Puts `context` before an error's message: `open part: cannot read ...`.
tl::unexpected<Error> fail_in(std::string_view context, Error error);

/// Stable lower-case name of a code (`not_found`), as JSON error bodies show it.
std::string_view error_code_name(ErrorCode code);

/// HTTP status that says `code` to a client.
int http_status_of(ErrorCode code);

}  // namespace logpond

// The two control-flow macros of the product. `LOGPOND_TRY(auto x, f());` returns the error of f()
// or names its value; `LOGPOND_CHECK_OK(f());` does so for a Status.
#define LOGPOND_CAT2(a, b) a##b
#define LOGPOND_CAT(a, b) LOGPOND_CAT2(a, b)
#define LOGPOND_TRY_IMPL(tmp, decl, ...)                               \
  auto tmp = (__VA_ARGS__);                                            \
  if (!tmp) [[unlikely]]                                               \
    return ::tl::unexpected<::logpond::Error>(std::move(tmp).error()); \
  decl = *std::move(tmp)
#define LOGPOND_TRY(decl, ...) \
  LOGPOND_TRY_IMPL(LOGPOND_CAT(logpond_try_, __COUNTER__), decl, __VA_ARGS__)
#define LOGPOND_CHECK_OK(...)                                                       \
  do {                                                                              \
    auto logpond_status = (__VA_ARGS__);                                            \
    if (!logpond_status) [[unlikely]]                                               \
      return ::tl::unexpected<::logpond::Error>(std::move(logpond_status).error()); \
  } while (false)
