// A dialect: the routes of one protocol spoken over HTTP. It translates and decides nothing.
#pragma once

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

/// What every dialect may use. Borrowed: outlives the routes.
struct ApiContext {
  storage::Store& store;
  ingest::Pipeline& pipeline;
  ingest::LiveHub& hub;
  logql::Engine& engine;
  const platform::Clock& clock;
  telemetry::MetricsRegistry& metrics;
  ApiOptions options;
};

/// A row of the registry.
struct Dialect {
  std::string name;
  std::string summary;
  void (*add_routes)(const ApiContext& context, std::vector<net::Route>& routes);
};

/// Every dialect of this build: api/registry.cpp.
const std::vector<Dialect>& dialects();

}  // namespace logpond::api
