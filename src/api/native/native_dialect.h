// Our own endpoints: health, metrics, version, the event-stream tail, and looking after the store.
#pragma once

#include <vector>

#include "api/dialect.h"

namespace logpond::api::native {

void add_routes(const ApiContext& context, std::vector<net::Route>& routes);

}  // namespace logpond::api::native
