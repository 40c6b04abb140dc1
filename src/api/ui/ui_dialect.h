// The dashboard, served from inside the program.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "api/dialect.h"
#include "api/ui/asset_table.h"
#include "net/http_types.h"

namespace logpond::api::ui {

void add_routes(const ApiContext& context, std::vector<net::Route>& routes);

/// The answer for a file of the dashboard; 404 when there is none of that path. Without any file,
/// `/` (path `index.html`) says how to build it.
net::HttpResponse serve(std::span<const Asset> files, std::string_view path,
                        const net::HttpRequest& request);

}  // namespace logpond::api::ui
