#include <memory>
#include <utility>

#include "api/dialect.h"
#include "api/jsonline/jsonline_dialect.h"
#include "api/loki/loki_dialect.h"
#include "api/native/native_dialect.h"
#include "api/native/openapi.h"
#include "api/tail/tail_engine.h"
#include "api/ui/ui_dialect.h"

namespace logpond::api {
namespace {

/// The document is made once all routes are known, its own included.
void add_openapi(const ApiContext& context, std::vector<net::Route>& routes) {
  auto document = std::make_shared<std::string>();
  for (const char* path : {"/api/openapi.json", "/openapi.json"}) {
    routes.push_back({.methods = net::only(net::Method::kGet),
                      .path = path,
                      .access = net::AccessRole::kNone,
                      .run_on = net::RunOn::kIo,
                      .summary = "This description of the API",
                      .handler = [document](const net::HttpRequest&, net::Responder responder) {
                        responder.send(net::HttpResponse::json(200, *document));
                      }});
  }
  *document = native::openapi_document(routes, context.build.version);
}

}  // namespace

const std::vector<Dialect>& dialects() {
  static const std::vector<Dialect> kDialects{
      {"native", "health, metrics, version, event-stream tail, the store", native::add_routes},
      {"loki", "Grafana Loki's HTTP API", loki::add_routes},
      {"jsonline", "VictoriaLogs' jsonline door", jsonline::add_routes},
      {"ui", "the dashboard", ui::add_routes},
  };
  return kDialects;
}

std::vector<net::Route> build_routes(ApiContext context) {
  if (context.tails == nullptr) {
    tail::TailEngine::Options options;
    options.tails_max = context.options.tails_max;
    if (context.options.reject_newer_than != 0) {
      options.newest_ahead = context.options.reject_newer_than;
    }
    context.tails = std::make_shared<tail::TailEngine>(context.engine, context.hub, context.clock,
                                                       context.metrics, options);
  }
  std::vector<net::Route> routes;
  for (const Dialect& dialect : dialects()) dialect.add_routes(context, routes);
  add_openapi(context, routes);
  return routes;
}

}  // namespace logpond::api
