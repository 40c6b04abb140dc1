// A dialect: the routes of one protocol spoken over HTTP. It translates and decides nothing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/limits.h"
#include "ingest/live_hub.h"
#include "ingest/pipeline.h"
#include "logql/engine.h"
#include "net/http_server.h"
#include "platform/clock.h"
#include "storage/store.h"
#include "telemetry/metrics.h"

namespace logpond::telemetry {
class Health;
}
namespace logpond::api::tail {
class TailEngine;
}

namespace logpond::api {

/// Settings that change what dialects answer. Config section in brackets.
struct ApiOptions {
  bool discover_service_name = true;  ///< [loki] sets `service_name` on pushes without one.
  bool discover_log_levels = true;    ///< [loki] detects the level of pushed lines.
  bool multi_tenant = false;          ///< [server] X-Scope-OrgID is required and separates data.
  std::size_t body_bytes_max = kBodyBytesMax;
  DurationNs query_timeout = 60 * kSecond;
  std::size_t tails_max = 100;       ///< Tails at once.
  DurationNs reject_older_than = 0;  ///< 0: logs of any age are welcome.
  DurationNs reject_newer_than = 10 * kMinute;
};

/// What this program is: /version, and Loki's buildinfo.
struct BuildInfo {
  std::string version = "0.1.0";
  std::string commit;    ///< Of git; empty when unknown.
  std::string built;     ///< RFC 3339; empty when unknown.
  std::string compiler;  ///< Empty when unknown.
};

/// What every dialect may use. Borrowed: outlives the routes.
struct ApiContext {
  storage::Store& store;
  ingest::Pipeline& pipeline;
  ingest::LiveHub& hub;
  logql::Engine& engine;
  const platform::Clock& clock;
  telemetry::MetricsRegistry& metrics;
  ApiOptions options;
  BuildInfo build{};
  /// What /ready says; null: ready while the store takes writes.
  const telemetry::Health* health = nullptr;
  /// Serves every live tail, whatever its protocol. build_routes() makes one when there is none;
  /// the handlers share it, so it lives as long as the routes. Make it yourself to stop() it early.
  std::shared_ptr<tail::TailEngine> tails;
};

/// A row of the registry.
struct Dialect {
  std::string name;
  std::string summary;
  void (*add_routes)(const ApiContext& context, std::vector<net::Route>& routes);
};

/// Every dialect of this build: api/registry.cpp.
const std::vector<Dialect>& dialects();

/// The routes of all dialects, and the OpenAPI document made from them.
std::vector<net::Route> build_routes(ApiContext context);

/// How errors of the server itself look: our JSON below /api/, Loki's and other dialects' plain
/// text.
net::ErrorFormatter error_formatter();

}  // namespace logpond::api
