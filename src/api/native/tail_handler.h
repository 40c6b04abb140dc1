// GET /api/v1/tail: a tail as server-sent events.
#pragma once

#include "api/dialect.h"
#include "net/http_server.h"
#include "net/http_types.h"

namespace logpond::api::native {

void handle_tail(const ApiContext& context, net::HttpRequest request, net::Responder responder);

}  // namespace logpond::api::native
