#include "api/native/store_handlers.h"

#include "api/native_error.h"
#include "codec/json_text.h"
#include "core/time.h"

namespace logpond::api::native {
namespace {

void append_name(std::string& out, std::string_view name) {
  out.append(out.back() == '{' ? "\"" : ",\"").append(name).append("\":");
}

void append_member(std::string& out, std::string_view name, std::uint64_t value) {
  append_name(out, name);
  out.append(std::to_string(value));
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  append_name(out, name);
  codec::append_json_string(out, value);
}

void append_part(std::string& out, const storage::PartInfo& part) {
  out.push_back('{');
  append_member(out, "name", part.name);
  append_member(out, "day", format_day(part.day));
  append_member(out, "level", std::uint64_t{part.level});
  append_member(out, "records", part.records);
  append_member(out, "bytes", part.bytes);
  append_member(out, "start", format_rfc3339(part.range.start));
  append_member(out, "end", format_rfc3339(part.range.end));
  out.push_back('}');
}

}  // namespace

net::HttpResponse handle_parts(const ApiContext& context, const net::HttpRequest&) {
  std::string out = "{\"parts\":[";
  for (const storage::PartInfo& part : context.store.stats().parts) {
    if (out.back() != '[') out.push_back(',');
    append_part(out, part);
  }
  out.append("]}\n");
  return net::HttpResponse::json(200, std::move(out));
}

net::HttpResponse handle_stats(const ApiContext& context, const net::HttpRequest&) {
  const storage::StoreStats stats = context.store.stats();
  std::string out = "{";
  append_member(out, "records", stats.records);
  append_member(out, "message_bytes", stats.message_bytes);
  append_member(out, "head_records", stats.head_records);
  append_member(out, "head_bytes", stats.head_bytes);
  append_member(out, "wal_bytes", stats.wal_bytes);
  append_member(out, "parts", std::uint64_t{stats.parts.size()});
  append_member(out, "part_bytes", stats.part_bytes);
  append_name(out, "read_only");
  out.append(stats.read_only ? "true" : "false");
  if (stats.read_only) append_member(out, "read_only_reason", stats.read_only_reason);
  out.append("}\n");
  return net::HttpResponse::json(200, std::move(out));
}

net::HttpResponse handle_explain(const ApiContext& context, const net::HttpRequest& request) {
  const net::Parameters parameters = request.form_parameters();
  const auto query = parameters.get("query");
  if (!query || query->empty()) {
    return native_error(400, "invalid_argument", "the parameter query is missing",
                        "add ?query= and a LogQL query, percent-encoded");
  }
  const auto plan = context.engine.explain(*query);
  if (!plan) return native_error(plan.error());
  std::string out = "{";
  append_member(out, "query", *query);
  append_name(out, "plan");
  out.push_back('[');
  std::string_view rest = *plan;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    if (out.back() != '[') out.push_back(',');
    codec::append_json_string(out, rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  out.append("]}\n");
  return net::HttpResponse::json(200, std::move(out));
}

net::HttpResponse handle_flush(const ApiContext& context, const net::HttpRequest& request) {
  if (const Status status = context.store.flush(); !status) return native_error(status.error());
  const std::string_view merge = request.query.get("merge").value_or(std::string_view());
  if (merge == "1" || merge == "true") {
    if (const Status status = context.store.merge(); !status) return native_error(status.error());
  }
  const storage::StoreStats stats = context.store.stats();
  std::string out = "{";
  append_member(out, "parts", std::uint64_t{stats.parts.size()});
  append_member(out, "part_bytes", stats.part_bytes);
  out.append("}\n");
  return net::HttpResponse::json(200, std::move(out));
}

net::HttpResponse handle_backup(const ApiContext& context, const net::HttpRequest& request) {
  const net::Parameters parameters = request.form_parameters();
  const std::string target(parameters.get("target").value_or(std::string_view()));
  // A relative path would count from wherever the server was started.
  if (!target.starts_with('/')) {
    return native_error(400, "invalid_argument", "the parameter target must be an absolute path",
                        "add ?target=/backup/monday, a new or empty directory");
  }
  if (const Status status = context.store.backup(target); !status)
    return native_error(status.error());
  std::string out = "{";
  append_member(out, "target", target);
  out.append("}\n");
  return net::HttpResponse::json(200, std::move(out));
}

}  // namespace logpond::api::native
