// Loki's look-ups of fields: the newest lines are a sample, headers tell of the rest.
#include "api/loki/detected_fields.h"
#include "api/loki/handlers.h"
#include "api/loki/query_parameters.h"
#include "api/tenant.h"
#include "logql/parser.h"

namespace logpond::api::loki {
namespace {

constexpr std::size_t kFieldLimit = 1000;
constexpr std::size_t kLineLimit = 100;
constexpr std::size_t kLineLimitMax = 5000;

struct FieldQuery {
  logql::RangeQuery lines;
  std::vector<std::string> parsers;  ///< Those that the query names.
  storage::Selector selector;
  bool is_bare_selector = false;
  std::size_t limit = kFieldLimit;
};

std::vector<std::string> parsers_of(const logql::ast::LogExpr& log) {
  std::vector<std::string> parsers;
  for (const auto& stage : log.stages) {
    if (std::holds_alternative<logql::ast::Json>(stage)) parsers.emplace_back("json");
    if (std::holds_alternative<logql::ast::Logfmt>(stage)) parsers.emplace_back("logfmt");
  }
  return parsers;
}

Result<FieldQuery> read_field_query(const net::Parameters& parameters, TimestampNs now) {
  FieldQuery query;
  query.lines.text = parameters.get("query").value_or(std::string_view());
  LOGPOND_TRY(const auto expr, logql::parse(query.lines.text));
  const auto* log = std::get_if<logql::ast::LogExpr>(&expr.node);
  if (log == nullptr) return fail(ErrorCode::kInvalidArgument, "only log selector is supported");
  query.parsers = parsers_of(*log);
  query.is_bare_selector = log->stages.empty();
  if (query.is_bare_selector) {
    LOGPOND_TRY(query.selector, logql::parse_selector(query.lines.text, false));
  }
  LOGPOND_TRY(const TimeBounds bounds, read_ordered_bounds(parameters, now));
  query.lines.start = bounds.start;
  query.lines.end = bounds.end;
  LOGPOND_TRY(query.lines.limit, read_limit(parameters, "line_limit", kLineLimit));
  query.lines.limit = std::min(query.lines.limit, kLineLimitMax);
  const bool is_old_name = !parameters.get("limit") && parameters.get("field_limit");
  LOGPOND_TRY(query.limit,
              read_limit(parameters, is_old_name ? "field_limit" : "limit", kFieldLimit));
  return query;
}

/// The query's lines, with one more stage when `parser` is not empty.
Result<std::vector<logql::ResultLine>> sample(const ApiContext& context, const FieldQuery& query,
                                              const std::string& parser) {
  logql::RangeQuery lines = query.lines;
  // On a line of its own: the query may end in a comment.
  if (!parser.empty()) lines.text += "\n| " + parser;
  LOGPOND_TRY(auto result, context.engine.range(lines));
  return std::move(std::get<logql::LogResult>(result.value).lines);
}

Result<FieldDetector> detect(const ApiContext& context, const FieldQuery& query) {
  FieldDetector detector;
  LOGPOND_TRY(const auto lines, sample(context, query, {}));
  detector.add_lines(lines, query.parsers);
  for (const std::string parser : {"json", "logfmt"}) {
    if (!detector.has_unparsed() || !query.parsers.empty()) break;
    LOGPOND_TRY(const auto parsed, sample(context, query, parser));
    detector.add_parsed(parsed, parser);
  }
  if (!query.is_bare_selector) return detector;  // headers know no pipelines
  const auto stats = context.store.field_stats(
      query.lines.tenant, {query.lines.start, query.lines.end}, query.selector, query.lines.cancel);
  if (stats) detector.add_stats(*stats);
  if (!stats && stats.error().code != ErrorCode::kUnavailable) return tl::unexpected(stats.error());
  return detector;
}

template <typename Encode>
net::HttpResponse with_fields(const ApiContext& context, const net::HttpRequest& request,
                              Encode encode) {
  TenantChoice choice = tenant_of(request, context.options);
  if (choice.refusal) return *std::move(choice.refusal);
  auto query = read_field_query(request.form_parameters(), context.clock.now());
  if (!query) return error_response(query.error());
  query->lines.tenant = std::move(choice.tenant);
  query->lines.cancel = request.cancel;
  const auto detector = detect(context, *query);
  if (!detector) return error_response(detector.error());
  return net::HttpResponse::json(200, encode(*detector, query->limit));
}

}  // namespace

net::HttpResponse handle_detected_fields(const ApiContext& context,
                                         const net::HttpRequest& request) {
  return with_fields(context, request, [](const FieldDetector& detector, std::size_t limit) {
    return encode_detected_fields(detector.fields(), limit);
  });
}

net::HttpResponse handle_detected_values(const ApiContext& context,
                                         const net::HttpRequest& request) {
  return with_fields(context, request, [&](const FieldDetector& detector, std::size_t limit) {
    return encode_detected_values(detector.fields(), request.path_parameters.at(0), limit);
  });
}

}  // namespace logpond::api::loki
