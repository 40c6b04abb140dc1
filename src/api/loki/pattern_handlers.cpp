// Loki's patterns endpoint: what kinds of lines there are.
#include <string>

#include "api/loki/handlers.h"
#include "api/loki/query_parameters.h"
#include "api/tenant.h"
#include "codec/json_text.h"
#include "logql/engine.h"

namespace logpond::api::loki {
namespace {

Result<storage::PatternRequest> read_pattern_request(const net::Parameters& parameters,
                                                     TimestampNs now) {
  storage::PatternRequest request;
  LOGPOND_TRY(request.selector,
              logql::parse_selector(parameters.get("query").value_or(std::string_view()), false));
  LOGPOND_TRY(const TimeBounds bounds, read_ordered_bounds(parameters, now));
  LOGPOND_TRY(request.step, read_step(parameters, bounds));
  request.range = {bounds.start, bounds.end};
  return request;
}

/// Times and counts are integers here, unlike those of metric queries. We tell no patterns apart by
/// level.
std::string encode_patterns(const std::vector<storage::Pattern>& patterns) {
  std::string out = "{\"status\":\"success\",\"data\":[";
  for (const storage::Pattern& pattern : patterns) {
    if (pattern.records == 0) continue;
    if (out.back() != '[') out.push_back(',');
    out.append("{\"pattern\":");
    codec::append_json_string(out, pattern.text);
    out.append(",\"level\":\"unknown\",\"samples\":[");
    for (const auto& [time, count] : pattern.counts) {
      if (out.back() != '[') out.push_back(',');
      out.append("[").append(std::to_string(time / kSecond));
      out.append(",").append(std::to_string(count)).append("]");
    }
    out.append("]}");
  }
  out.append("]}");
  return out;
}

}  // namespace

net::HttpResponse handle_patterns(const ApiContext& context, const net::HttpRequest& request) {
  TenantChoice choice = tenant_of(request, context.options);
  if (choice.refusal) return *std::move(choice.refusal);
  auto wanted = read_pattern_request(request.form_parameters(), context.clock.now());
  if (!wanted) return error_response(wanted.error());
  wanted->tenant = std::move(choice.tenant);
  wanted->cancel = request.cancel;
  const auto patterns = context.store.patterns(*wanted);
  if (patterns) return net::HttpResponse::json(200, encode_patterns(*patterns));
  // Loki has no such path where the feature is off, and Grafana hides its tab on a 404.
  if (patterns.error().code == ErrorCode::kUnavailable)
    return net::HttpResponse::text(404, patterns.error().message);
  return error_response(patterns.error());
}

}  // namespace logpond::api::loki
