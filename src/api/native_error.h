// Errors in our own form.
#pragma once

#include <string_view>

#include "core/result.h"
#include "net/http_types.h"

namespace logpond::api {

/// {"error":{"code":"..","message":"..","hint":".."}}; the hint is there when not empty.
net::HttpResponse native_error(int status, std::string_view code, std::string_view message,
                               std::string_view hint = {});
net::HttpResponse native_error(const Error& error);

}  // namespace logpond::api
