// VictoriaLogs' jsonline door: one JSON object a line.
#pragma once

#include <vector>

#include "api/dialect.h"

namespace logpond::api::jsonline {

void add_routes(const ApiContext& context, std::vector<net::Route>& routes);

}  // namespace logpond::api::jsonline
