#include "api/jsonline/jsonline_dialect.h"

#include "api/ingest_answer.h"
#include "api/jsonline/arguments.h"
#include "api/jsonline/jsonline_decoder.h"
#include "api/sync_route.h"
#include "api/tenant.h"
#include "codec/compression.h"
#include "telemetry/diag.h"

namespace logpond::api::jsonline {
namespace {

constexpr std::string_view kDoor = "jsonline";

net::HttpResponse refusal(const Error& error) {
  const int status = error.code == ErrorCode::kLimitExceeded ? 413 : http_status_of(error.code);
  return net::HttpResponse::text(status, error.message + "\n");
}

Result<DecodeResult> read_body(const ApiContext& context, net::HttpRequest& request,
                               const Arguments& arguments, TenantId tenant) {
  const ApiOptions& options = context.options;
  LOGPOND_TRY(const auto coding,
              codec::parse_content_coding(request.headers.get("Content-Encoding")));
  net::Body body = std::move(request.body);
  if (coding != codec::ContentCoding::kIdentity) {
    LOGPOND_TRY(std::string bytes,
                codec::decode_content(coding, body.view(), options.body_bytes_max));
    body = net::Body(std::move(bytes));
  }
  const Rules rules{options.discover_log_levels, options.reject_older_than,
                    options.reject_newer_than};
  return decode_jsonline(body, arguments, rules, std::move(tenant), context.clock.now());
}

void count(const ApiContext& context, const DecodeResult& result) {
  for (const auto& [reason, lines] : result.refused) {
    context.pipeline.count_refused(kDoor, reason, lines);
  }
  count_repaired(context, kDoor, result.repaired);
  if (result.dropped_fields > 0) {
    context.metrics
        .counter("logpond_ingest_dropped_fields_total", "Fields beyond a limit, left out.",
                 {{"door", std::string(kDoor)}})
        .add(static_cast<double>(result.dropped_fields));
  }
}

void handle_insert(const ApiContext& context, net::HttpRequest request, net::Responder responder) {
  TenantChoice choice = tenant_of(request, context.options);
  if (choice.refusal) return responder.send(*std::move(choice.refusal));
  const Result<Arguments> arguments = read_arguments(request.query, request.headers);
  if (!arguments) return responder.send(refusal(arguments.error()));
  Result<DecodeResult> result = read_body(context, request, *arguments, std::move(choice.tenant));
  if (!result) {
    context.pipeline.count_refused(kDoor, "bad_body", 1);
    return responder.send(refusal(result.error()));
  }
  count(context, *result);
  if (result->lines > 0 && result->skipped == result->lines) {
    return responder.send(
        net::HttpResponse::text(400, "none of " + std::to_string(result->lines) +
                                         " lines could be stored: " + result->first_error + "\n"));
  }
  if (arguments->debug) {
    telemetry::diag_info("jsonline push with debug=1: parsed, not stored",
                         {{"lines", std::to_string(result->lines)},
                          {"skipped", std::to_string(result->skipped)},
                          {"first_error", result->first_error},
                          {"remote", request.remote_address}});
    return responder.send(net::HttpResponse::empty(200));
  }
  answer_when_stored(context, kDoor, std::move(result->batch), net::HttpResponse::empty(200),
                     std::move(responder), AnswerForm::kText);
}

net::HttpResponse handle_ready(const ApiContext&, const net::HttpRequest&) {
  return net::HttpResponse::json(200, "{\"status\":\"ok\"}");
}

}  // namespace

void add_routes(const ApiContext& context, std::vector<net::Route>& routes) {
  constexpr DurationNs kPushDeadline = 60 * kSecond;
  routes.push_back({.methods = net::only(net::Method::kPost),
                    .path = "/insert/jsonline",
                    .access = net::AccessRole::kIngest,
                    .run_on = net::RunOn::kIngest,
                    .limits = {context.options.body_bytes_max, kPushDeadline},
                    .summary = "Stores records, one JSON object a line",
                    .handler = later(context, handle_insert)});
  routes.push_back({.methods = net::only(net::Method::kGet),
                    .path = "/insert/ready",
                    .access = net::AccessRole::kNone,
                    .run_on = net::RunOn::kIo,
                    .summary = "Says that records can be sent",
                    .handler = sync(context, handle_ready)});
}

}  // namespace logpond::api::jsonline
