#include "api/native/native_dialect.h"

#include "api/native/store_handlers.h"
#include "api/native/tail_handler.h"
#include "api/native_error.h"
#include "api/sync_route.h"
#include "codec/json_text.h"
#include "telemetry/health.h"

namespace logpond::api::native {
namespace {

using net::AccessRole;
using net::HttpRequest;
using net::HttpResponse;
using net::Method;
using net::RunOn;

using Answer = HttpResponse (*)(const ApiContext&, const HttpRequest&);

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out.append(out.back() == '{' ? "\"" : ",\"").append(name).append("\":");
  codec::append_json_string(out, value);
}

HttpResponse handle_health(const ApiContext&, const HttpRequest&) {
  return HttpResponse::json(200, "{\"status\":\"ok\"}\n");
}

HttpResponse handle_ready(const ApiContext& context, const HttpRequest&) {
  if (context.health != nullptr) {
    const telemetry::HealthSummary summary = context.health->summary();
    if (!summary.is_ready) return HttpResponse::text(503, summary.to_text() + "\n");
  }
  const storage::StoreStats stats = context.store.stats();
  if (stats.read_only) {
    return HttpResponse::text(
        503, "not ready: the store is read-only: " + stats.read_only_reason + "\n");
  }
  return HttpResponse::text(200, "ready\n");
}

HttpResponse handle_metrics(const ApiContext& context, const HttpRequest&) {
  HttpResponse response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = context.metrics.scrape();
  return response;
}

HttpResponse handle_version(const ApiContext& context, const HttpRequest&) {
  std::string out = "{";
  append_member(out, "name", "logpond");
  append_member(out, "version", context.build.version);
  append_member(out, "commit", context.build.commit);
  append_member(out, "built", context.build.built);
  append_member(out, "compiler", context.build.compiler);
  out.append("}\n");
  return HttpResponse::json(200, std::move(out));
}

struct Row {
  net::Methods methods;
  const char* path;
  AccessRole access;
  RunOn run_on;
  const char* summary;
  Answer answer;
};

constexpr net::Methods kGet = net::only(Method::kGet);

constexpr Row kRows[] = {
    {kGet, "/health", AccessRole::kNone, RunOn::kIo, "Says that the process lives", handle_health},
    {kGet, "/ready", AccessRole::kNone, RunOn::kQuery, "Says whether it can work, and why not",
     handle_ready},
    {kGet, "/metrics", AccessRole::kMetrics, RunOn::kQuery, "Metrics in Prometheus' text form",
     handle_metrics},
    {kGet, "/version", AccessRole::kNone, RunOn::kIo, "Version and build", handle_version},
    {kGet, "/api/v1/parts", AccessRole::kAdmin, RunOn::kQuery, "Parts of the store", handle_parts},
    {kGet, "/api/v1/stats", AccessRole::kRead, RunOn::kQuery, "Sizes and counts of the store",
     handle_stats},
    {net::Methods(Method::kGet | Method::kPost), "/api/v1/explain", AccessRole::kRead,
     RunOn::kQuery, "The plan of a query in words (parameter `query`)", handle_explain},
    {net::Methods(Method::kGet | Method::kPost), "/api/v1/patterns", AccessRole::kRead,
     RunOn::kQuery, "Kinds of lines of a selector: counts, first seen, course", handle_patterns},
};

}  // namespace

void add_routes(const ApiContext& context, std::vector<net::Route>& routes) {
  for (const Row& row : kRows) {
    routes.push_back({.methods = row.methods,
                      .path = row.path,
                      .access = row.access,
                      .run_on = row.run_on,
                      .summary = row.summary,
                      .handler = sync(context, row.answer)});
  }
  // Merging or copying a big store takes its time.
  constexpr DurationNs kFlushDeadline = 6 * kHour;
  routes.push_back({.methods = net::only(Method::kPost),
                    .path = "/api/v1/flush",
                    .access = AccessRole::kAdmin,
                    .run_on = RunOn::kQuery,
                    .limits = {1 << 10, kFlushDeadline},
                    .summary = "Seals the head into parts (merge=1: and merges them), then answers",
                    .handler = sync(context, handle_flush)});
  routes.push_back({.methods = net::only(Method::kPost),
                    .path = "/api/v1/backup",
                    .access = AccessRole::kAdmin,
                    .run_on = RunOn::kQuery,
                    .limits = {1 << 10, kFlushDeadline},
                    .summary = "Copies all records into the new directory `target` of this machine",
                    .handler = sync(context, handle_backup)});
  routes.push_back({.methods = kGet,
                    .path = "/api/v1/tail",
                    .access = AccessRole::kRead,
                    .run_on = RunOn::kQuery,
                    .limits = {0, context.options.query_timeout},
                    .summary = "Streams matching records as server-sent events (`query`, `limit`)",
                    .handler = later(context, handle_tail)});
}

}  // namespace logpond::api::native
