// Loki's HTTP API, as Grafana, logcli, promtail and their kin speak it.
#pragma once

#include <vector>

#include "api/dialect.h"

namespace logpond::api::loki {

void add_routes(const ApiContext& context, std::vector<net::Route>& routes);

}  // namespace logpond::api::loki
