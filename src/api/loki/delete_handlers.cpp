// Loki's deletion API. Texts of refusals are Loki's.
#include <string>

#include "api/loki/handlers.h"
#include "api/loki/query_parameters.h"
#include "api/loki/result_encoder.h"
#include "api/tenant.h"
#include "codec/json_text.h"
#include "logql/deletion_query.h"

namespace logpond::api::loki {
namespace {

/// Unix seconds (ten digits, as Loki wants them, or with a fraction), nanoseconds, or RFC 3339.
Result<TimestampNs> read_delete_time(std::string_view text, std::string_view name,
                                     TimestampNs when_empty) {
  auto time = read_time(text, when_empty);
  if (time) return time;
  return fail(ErrorCode::kInvalidArgument,
              "invalid " + std::string(name) + " time: require unix seconds or RFC3339 format");
}

/// `end` is inclusive, in seconds: the whole second counts.
Result<TimeRange> read_delete_range(const net::Parameters& parameters, TimestampNs now) {
  const std::string_view start_text = parameters.get("start").value_or(std::string_view());
  const std::string_view end_text = parameters.get("end").value_or(std::string_view());
  if (start_text.empty()) return fail(ErrorCode::kInvalidArgument, "start time not set");
  LOGPOND_TRY(const TimestampNs start, read_delete_time(start_text, "start", now));
  LOGPOND_TRY(const TimestampNs end, read_delete_time(end_text, "end", now));
  if (end > now) {
    return fail(ErrorCode::kInvalidArgument, "deletes in the future are not allowed");
  }
  if (start > end) {
    return fail(ErrorCode::kInvalidArgument, "start time can't be greater than end time");
  }
  return TimeRange{start, end + (end % kSecond == 0 && !end_text.empty() ? kSecond : 1)};
}

Result<storage::DeleteRequest> read_delete_request(const net::Parameters& parameters,
                                                   TimestampNs now) {
  const std::string_view query = parameters.get("query").value_or(std::string_view());
  if (query.empty()) return fail(ErrorCode::kInvalidArgument, "query not set");
  LOGPOND_TRY(auto request, logql::parse_deletion(query));
  LOGPOND_TRY(request.range, read_delete_range(parameters, now));
  return request;
}

std::int64_t whole_seconds(TimestampNs time) {
  return time / kSecond - (time % kSecond < 0 ? 1 : 0);
}

void append_removal(std::string& out, const storage::DeletionInfo& info) {
  out.append("{\"request_id\":");
  codec::append_json_string(out, info.id);
  out.append(",\"start_time\":").append(std::to_string(whole_seconds(info.range.start)));
  out.append(",\"end_time\":").append(std::to_string(whole_seconds(info.range.end - 1)));
  out.append(",\"query\":");
  codec::append_json_string(out, info.query);
  const bool is_processed = info.state == storage::DeletionState::kProcessed;
  out.append(",\"status\":\"").append(is_processed ? "processed" : "received");
  out.append("\",\"created_at\":").append(std::to_string(whole_seconds(info.created)));
  out.push_back('}');
}

}  // namespace

net::HttpResponse handle_delete(const ApiContext& context, const net::HttpRequest& request) {
  TenantChoice choice = tenant_of(request, context.options);
  if (choice.refusal) return *std::move(choice.refusal);
  auto wanted = read_delete_request(request.form_parameters(), context.clock.now());
  if (!wanted) return error_response(wanted.error());
  wanted->tenant = std::move(choice.tenant);
  const auto accepted = context.store.remove(*std::move(wanted));
  if (!accepted) return error_response(accepted.error());
  net::HttpResponse response = net::HttpResponse::empty(204);
  response.headers.add(std::string(kDeleteRequestIdHeader), accepted->id);
  return response;
}

net::HttpResponse handle_list_deletes(const ApiContext& context, const net::HttpRequest& request) {
  const TenantChoice choice = tenant_of(request, context.options);
  if (choice.refusal) return *choice.refusal;
  std::string out = "[";
  for (const storage::DeletionInfo& info : context.store.removals(choice.tenant)) {
    if (out.back() != '[') out.push_back(',');
    append_removal(out, info);
  }
  out.append("]\n");
  return net::HttpResponse::json(200, std::move(out));
}

net::HttpResponse handle_cancel_delete(const ApiContext& context, const net::HttpRequest& request) {
  const TenantChoice choice = tenant_of(request, context.options);
  if (choice.refusal) return *choice.refusal;
  // `force` is for requests that Loki cut into pieces; ours are whole.
  const std::string_view id = request.query.get("request_id").value_or(std::string_view());
  const Status cancelled = context.store.cancel_removal(choice.tenant, id);
  if (cancelled) return net::HttpResponse::empty(204);
  if (cancelled.error().code != ErrorCode::kConflict) return error_response(cancelled.error());
  return net::HttpResponse::text(400, cancelled.error().message);
}

}  // namespace logpond::api::loki
