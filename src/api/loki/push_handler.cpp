#include <algorithm>
#include <memory>
#include <utility>

#include "api/ingest_answer.h"
#include "api/loki/handlers.h"
#include "api/loki/push_assembler.h"
#include "api/loki/push_json.h"
#include "api/loki/push_protobuf.h"
#include "api/tenant.h"
#include "codec/compression.h"

namespace logpond::api::loki {
namespace {

constexpr std::string_view kDoor = "loki";

/// The media type in lower case, without parameters.
std::string media_type(std::string_view header) {
  std::string type(header.substr(0, header.find(';')));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  while (!type.empty() && type.front() == ' ') type.erase(0, 1);
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return type;
}

/// Takes a Content-Encoding off the body. Loki knows no others than these.
Result<net::Body> decoded(net::Body body, codec::ContentCoding coding, std::size_t bytes_max) {
  if (coding == codec::ContentCoding::kIdentity) return body;
  LOGPOND_TRY(std::string bytes, codec::decode_content(coding, body.view(), bytes_max));
  return net::Body(std::move(bytes));
}

Status read_body(const ApiContext& context, net::HttpRequest& request, PushAssembler& out) {
  const std::string type = media_type(request.headers.get("Content-Type"));
  if (type.empty()) return fail(ErrorCode::kInvalidArgument, "mime: no media type");
  LOGPOND_TRY(auto coding, codec::parse_content_coding(request.headers.get("Content-Encoding")));
  const bool is_json = type == "application/json";
  // The protobuf form is a snappy block anyway: a header that says so adds nothing.
  if (!is_json && coding == codec::ContentCoding::kSnappy) coding = codec::ContentCoding::kIdentity;
  const std::size_t bytes_max = context.options.body_bytes_max;
  LOGPOND_TRY(const net::Body body, decoded(std::move(request.body), coding, bytes_max));
  if (is_json) return decode_push_json(body, out);
  const auto message = codec::decode_content(codec::ContentCoding::kSnappy, body.view(), bytes_max);
  if (!message && message.error().code == ErrorCode::kInvalidArgument) {
    return fail(ErrorCode::kInvalidArgument, "snappy: corrupt input");  // Loki's words
  }
  LOGPOND_TRY(const std::string bytes, message);
  return decode_push_protobuf(bytes, out);
}

net::HttpResponse refusal(const Error& error) {
  if (error.code != ErrorCode::kLimitExceeded) {
    return net::HttpResponse::text(http_status_of(error.code), error.message + "\n");
  }
  constexpr std::string_view kPrefix = "request body too large: ";
  std::string text = error.message.starts_with(kPrefix) ? "" : std::string(kPrefix);
  return net::HttpResponse::text(413, text + error.message + "\n");
}

}  // namespace

void handle_push(const ApiContext& context, net::HttpRequest request, net::Responder responder) {
  TenantChoice choice = tenant_of(request, context.options);
  if (choice.refusal) return responder.send(*std::move(choice.refusal));
  const ApiOptions& options = context.options;
  const PushRules rules{options.discover_service_name, options.discover_log_levels,
                        options.reject_older_than, options.reject_newer_than};
  PushAssembler assembler(rules, std::move(choice.tenant), context.clock.now());
  if (const Status status = read_body(context, request, assembler); !status) {
    context.pipeline.count_refused(kDoor, "bad_body", 1);
    return responder.send(refusal(status.error()));
  }
  PushResult result = assembler.finish();
  for (const auto& [reason, records] : result.complaints.counts()) {
    if (records > 0) context.pipeline.count_refused(kDoor, reason, records);
  }
  if (result.duplicates > 0) context.pipeline.count_refused(kDoor, "duplicate", result.duplicates);
  count_repaired(context, kDoor, result.repaired);
  if (result.streams == 0) {
    return responder.send(net::HttpResponse::text(
        422, "error at least one valid stream is required for ingestion\n"));
  }
  // Senders drop a batch on 400, so the good part of it is stored all the same.
  net::HttpResponse answer = result.complaints.empty()
                                 ? net::HttpResponse::empty(204)
                                 : net::HttpResponse::text(400, result.complaints.to_text() + "\n");
  answer_when_stored(context, kDoor, std::move(result.batch), std::move(answer),
                     std::move(responder), AnswerForm::kText);
}

}  // namespace logpond::api::loki
