#include "api/loki/handlers.h"
#include "api/loki/query_parameters.h"
#include "api/loki/result_encoder.h"
#include "api/tenant.h"

namespace logpond::api::loki {
namespace {

net::HttpResponse result_response(const Result<logql::QueryResult>& result,
                                  const net::HttpRequest& request) {
  if (!result) return error_response(result.error());
  const EncodingFlags flags =
      EncodingFlags::parse(request.headers.get("X-Loki-Response-Encoding-Flags"));
  return net::HttpResponse::json(200, encode_query_result(*result, flags));
}

Result<logql::RangeQuery> read_range_query(const net::Parameters& parameters, TimestampNs now) {
  logql::RangeQuery query;
  LOGPOND_TRY(const TimeBounds bounds, read_ordered_bounds(parameters, now));
  query.start = bounds.start;
  query.end = bounds.end;
  LOGPOND_TRY(query.limit, read_limit(parameters, "limit", kDefaultLimit));
  LOGPOND_TRY(query.direction, read_direction(parameters));
  LOGPOND_TRY(query.step, read_step(parameters, bounds));
  LOGPOND_TRY(query.interval, read_interval(parameters));
  query.text = parameters.get("query").value_or(std::string_view());
  return query;
}

}  // namespace

net::HttpResponse error_response(const Error& error) {
  return net::HttpResponse::text(http_status_of(error.code), error.message);
}

net::HttpResponse handle_query_range(const ApiContext& context, const net::HttpRequest& request) {
  TenantChoice choice = tenant_of(request, context.options);
  if (choice.refusal) return *std::move(choice.refusal);
  Result<logql::RangeQuery> query =
      read_range_query(request.form_parameters(), context.clock.now());
  if (!query) return error_response(query.error());
  query->tenant = std::move(choice.tenant);
  query->cancel = request.cancel;
  return result_response(context.engine.range(*query), request);
}

net::HttpResponse handle_query(const ApiContext& context, const net::HttpRequest& request) {
  TenantChoice choice = tenant_of(request, context.options);
  if (choice.refusal) return *std::move(choice.refusal);
  const net::Parameters parameters = request.form_parameters();
  // An instant query has no use for limit and direction, but a wrong one is an error all the same.
  const Result<std::size_t> limit = read_limit(parameters, "limit", kDefaultLimit);
  if (!limit) return error_response(limit.error());
  const Result<storage::Order> direction = read_direction(parameters);
  if (!direction) return error_response(direction.error());
  const Result<TimestampNs> time =
      read_time(parameters.get("time").value_or(std::string_view()), context.clock.now());
  if (!time) {
    return error_response(
        {time.error().code, "could not parse 'time' parameter: " + time.error().message});
  }
  logql::InstantQuery query;
  query.tenant = std::move(choice.tenant);
  query.text = parameters.get("query").value_or(std::string_view());
  query.time = *time;
  query.cancel = request.cancel;
  return result_response(context.engine.instant(query), request);
}

}  // namespace logpond::api::loki
