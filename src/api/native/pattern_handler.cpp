#include "api/loki/query_parameters.h"
#include "api/native/store_handlers.h"
#include "api/native_error.h"
#include "api/tenant.h"
#include "codec/json_text.h"
#include "core/time.h"

namespace logpond::api::native {
namespace {

Result<storage::PatternRequest> read_request(const net::Parameters& parameters, TimestampNs now) {
  storage::PatternRequest request;
  LOGPOND_TRY(request.selector,
              logql::parse_selector(parameters.get("query").value_or(std::string_view()), false));
  LOGPOND_TRY(const loki::TimeBounds bounds, loki::read_ordered_bounds(parameters, now));
  LOGPOND_TRY(request.step, loki::read_step(parameters, bounds));
  request.range = {bounds.start, bounds.end};
  return request;
}

void append_pattern(std::string& out, const storage::Pattern& pattern) {
  out.append("{\"pattern\":");
  codec::append_json_string(out, pattern.text);
  out.append(",\"count\":").append(std::to_string(pattern.records));
  out.append(",\"first_seen\":");
  codec::append_json_string(out, format_rfc3339(pattern.first_seen));
  out.append(",\"samples\":[");
  for (const auto& [time, count] : pattern.counts) {
    if (out.back() != '[') out.push_back(',');
    out.append("[").append(std::to_string(time / kSecond));
    out.append(",").append(std::to_string(count)).append("]");
  }
  out.append("]}");
}

}  // namespace

net::HttpResponse handle_patterns(const ApiContext& context, const net::HttpRequest& request) {
  TenantChoice choice = tenant_of(request, context.options);
  if (choice.refusal) return *std::move(choice.refusal);
  auto wanted = read_request(request.form_parameters(), context.clock.now());
  if (!wanted) return native_error(wanted.error());
  wanted->tenant = std::move(choice.tenant);
  wanted->cancel = request.cancel;
  const auto patterns = context.store.patterns(*wanted);
  if (!patterns) return native_error(patterns.error());
  std::string out = "{\"patterns\":[";
  for (const storage::Pattern& pattern : *patterns) {
    if (out.back() != '[') out.push_back(',');
    append_pattern(out, pattern);
  }
  out.append("]}\n");
  return net::HttpResponse::json(200, std::move(out));
}

}  // namespace logpond::api::native
