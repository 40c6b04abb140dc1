#include <charconv>

#include "api/loki/handlers.h"
#include "api/loki/query_parameters.h"
#include "api/loki/tail_frame_format.h"
#include "api/tail/tail_engine.h"
#include "api/tenant.h"

namespace logpond::api::loki {
namespace {

constexpr DurationNs kDelayMax = 5 * kSecond;
/// Loki ends a tail after this; clients connect again from the last line they saw.
constexpr DurationNs kTailLifeMax = kHour;

/// Whole seconds; absent is 0.
Result<DurationNs> read_delay(std::string_view text) {
  if (text.empty()) return 0;
  std::uint32_t seconds = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || rest != text.data() + text.size()) {
    return fail(ErrorCode::kInvalidArgument,
                "strconv.Atoi: parsing \"" + std::string(text) + "\": invalid syntax");
  }
  if (seconds * kSecond > kDelayMax) {
    return fail(ErrorCode::kInvalidArgument, "delay_for can't be greater than 5");
  }
  return seconds * kSecond;
}

Result<tail::TailRequest> read_tail_request(const ApiContext& context,
                                            const net::HttpRequest& request) {
  const net::Parameters& parameters = request.query;
  tail::TailRequest tail;
  tail.query = parameters.get("query").value_or(std::string_view());
  LOGPOND_TRY(const TimeBounds bounds, read_bounds(parameters, context.clock.now()));
  tail.start = bounds.start;
  LOGPOND_TRY(tail.history_lines, read_limit(parameters, "limit", kDefaultLimit));
  LOGPOND_TRY(tail.delay, read_delay(parameters.get("delay_for").value_or(std::string_view())));
  const std::size_t most = context.engine.limits().entries_max;
  if (tail.history_lines > most) {
    return fail(ErrorCode::kInvalidArgument,
                "max entries limit per query exceeded, limit > max_entries_limit_per_query (" +
                    std::to_string(tail.history_lines) + " > " + std::to_string(most) + ")");
  }
  tail.life_max = kTailLifeMax;
  tail.cancel = request.cancel;
  return tail;
}

}  // namespace

std::string TailFrameFormat::payload(std::span<const logql::ResultLine> lines,
                                     const tail::Lost& lost) {
  using logql::LabelOrigin;
  std::string out = "{\"streams\":[";
  for (const logql::ResultLine& line : lines) {
    if (out.back() != '[') out.push_back(',');
    out.append("{\"stream\":");
    if (flags_.categorize_labels) {
      append_labels_of(out, line.labels, {LabelOrigin::kStream});
    } else {
      append_labels_of(out, line.labels, {LabelOrigin::kStream, LabelOrigin::kParsed});
    }
    out.append(",\"values\":[");
    append_value(out, line, flags_.categorize_labels);
    out.append("]}");
  }
  out.push_back(']');
  if (!lost.described.empty()) {
    out.append(",\"dropped_entries\":[");
    for (const tail::LostLine& line : lost.described) {
      if (out.back() != '[') out.push_back(',');
      out.append("{\"labels\":");
      append_labels(out, line.stream->labels);
      out.append(",\"timestamp\":\"").append(std::to_string(line.timestamp)).append("\"}");
    }
    out.push_back(']');
  }
  append_flags(out, flags_);
  out.push_back('}');
  return out;
}

void handle_tail(const ApiContext& context, net::HttpRequest request, net::Responder responder) {
  TenantChoice choice = tenant_of(request, context.options);
  if (choice.refusal) return responder.send(*std::move(choice.refusal));
  Result<tail::TailRequest> wanted = read_tail_request(context, request);
  if (!wanted) return responder.send(error_response(wanted.error()));
  wanted->tenant = std::move(choice.tenant);
  auto prepared = context.tails->prepare(*wanted);
  if (!prepared) return responder.send(error_response(prepared.error()));
  net::OutboundLimits limits;
  limits.queue_bytes_max = std::size_t{8} << 20;  // a longest line, escaped, must fit
  limits.idle_ping = kSecond;
  auto stream = responder.accept_websocket(limits);
  if (stream == nullptr) return;  // no handshake: answered 400 already
  auto flags = EncodingFlags::parse(request.headers.get("X-Loki-Response-Encoding-Flags"));
  context.tails->start(*std::move(prepared), std::make_unique<TailFrameFormat>(std::move(flags)),
                       std::move(stream));
}

}  // namespace logpond::api::loki
