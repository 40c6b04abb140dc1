// The OpenAPI document, made from the route table: it cannot name what is not served.
#pragma once

#include <span>
#include <string>

#include "net/http_server.h"

namespace logpond::api::native {

/// OpenAPI 3.1 of `routes`: paths, methods, path parameters, summaries.
std::string openapi_document(std::span<const net::Route> routes, const std::string& version);

}  // namespace logpond::api::native
