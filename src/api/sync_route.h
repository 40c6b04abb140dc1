// Routes whose handlers give their answer at once.
#pragma once

#include <utility>

#include "api/dialect.h"
#include "net/http_server.h"
#include "net/http_types.h"

namespace logpond::api {

/// A handler that sends what `answer(context, request)` gives.
template <typename Answer>
net::Handler sync(const ApiContext& context, Answer answer) {
  return [context, answer](net::HttpRequest request, net::Responder responder) {
    responder.send(answer(context, request));
  };
}

/// A handler that calls `answer(context, request, responder)`, which answers later.
template <typename Answer>
net::Handler later(const ApiContext& context, Answer answer) {
  return [context, answer](net::HttpRequest request, net::Responder responder) {
    answer(context, std::move(request), std::move(responder));
  };
}

}  // namespace logpond::api
