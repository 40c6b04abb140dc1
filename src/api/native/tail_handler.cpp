#include "api/native/tail_handler.h"

#include <charconv>

#include "api/tail/event_stream_format.h"
#include "api/tail/tail_engine.h"
#include "api/tenant.h"

namespace logpond::api::native {
namespace {

constexpr DurationNs kHeartbeat = 10 * kSecond;
constexpr DurationNs kDefaultSince = kHour;

std::optional<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<tail::TailRequest> read_request(const ApiContext& context, const net::HttpRequest& request) {
  tail::TailRequest tail;
  const auto text = [&request](std::string_view name) {
    return request.query.get(name).value_or(std::string_view());
  };
  tail.query = text("query");
  if (const std::string_view limit = text("limit"); !limit.empty()) {
    const auto lines = read_number(limit);
    const std::size_t most = context.engine.limits().entries_max;
    if (!lines || *lines > most) {
      return fail(ErrorCode::kInvalidArgument, "limit must be a number from 0 to " +
                                                   std::to_string(most) + ", not \"" +
                                                   std::string(limit) + "\"");
    }
    tail.history_lines = *lines;
  }
  DurationNs since = kDefaultSince;
  if (const std::string_view given = text("since"); !given.empty()) {
    const auto span = parse_prometheus_duration(given);
    if (!span) {
      return fail(ErrorCode::kInvalidArgument,
                  "since must be a duration such as 15m, not \"" + std::string(given) + "\"");
    }
    since = *span;
  }
  tail.start = context.clock.now() - since;
  // A browser that lost the connection says which record it saw last; the page cannot set headers.
  std::string_view last = request.headers.get("Last-Event-ID");
  if (last.empty()) last = text("last_event_id");
  if (const auto id = read_number(last); id && !last.empty()) tail.after = RecordId{*id};
  tail.heartbeat = kHeartbeat;
  tail.cancel = request.cancel;
  return tail;
}

net::HttpResponse refusal(const Error& error) {
  return net::HttpResponse::text(http_status_of(error.code), error.message + "\n");
}

}  // namespace

void handle_tail(const ApiContext& context, net::HttpRequest request, net::Responder responder) {
  TenantChoice choice = tenant_of(request, context.options);
  if (choice.refusal) return responder.send(*std::move(choice.refusal));
  Result<tail::TailRequest> wanted = read_request(context, request);
  if (!wanted) return responder.send(refusal(wanted.error()));
  wanted->tenant = std::move(choice.tenant);
  auto prepared = context.tails->prepare(*wanted);
  if (!prepared) return responder.send(refusal(prepared.error()));
  net::Headers headers;
  headers.add("Cache-Control", "no-cache");
  headers.add("X-Accel-Buffering", "no");  // nginx would hold events back
  net::OutboundLimits limits;
  limits.queue_bytes_max = std::size_t{8} << 20;  // a longest line, escaped, must fit
  auto stream = responder.start_stream(200, "text/event-stream", std::move(headers), limits);
  if (stream == nullptr) return;
  // The head alone may wait in a proxy: a first comment tells the page that it is connected.
  (void)stream->try_send(": tail\n\n");
  context.tails->start(*std::move(prepared), std::make_unique<tail::EventStreamFormat>(),
                       std::move(stream));
}

}  // namespace logpond::api::native
