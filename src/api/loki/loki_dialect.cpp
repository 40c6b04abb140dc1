#include "api/loki/loki_dialect.h"

#include "api/loki/handlers.h"
#include "api/sync_route.h"

namespace logpond::api::loki {
namespace {

using net::AccessRole;
using net::Method;
using net::RunOn;

/// Parameters of a form body: selectors are long, documents they are not.
constexpr std::size_t kFormBytesMax = std::size_t{1} << 20;

using Answer = net::HttpResponse (*)(const ApiContext&, const net::HttpRequest&);

net::Route read_route(const ApiContext& context, std::string path, std::string summary,
                      Answer answer) {
  return {.methods = Method::kGet | Method::kPost,
          .path = std::move(path),
          .access = AccessRole::kRead,
          .run_on = RunOn::kQuery,
          .limits = {kFormBytesMax, context.options.query_timeout},
          .summary = std::move(summary),
          .handler = sync(context, answer)};
}

net::Route push_route(const ApiContext& context, std::string path, std::string summary) {
  constexpr DurationNs kPushDeadline = 60 * kSecond;
  return {.methods = net::only(Method::kPost),
          .path = std::move(path),
          .access = AccessRole::kIngest,
          .run_on = RunOn::kIngest,
          .limits = {context.options.body_bytes_max, kPushDeadline},
          .summary = std::move(summary),
          .handler = later(context, handle_push)};
}

net::Route delete_route(const ApiContext& context, net::Methods methods, AccessRole access,
                        std::string summary, Answer answer) {
  return {.methods = methods,
          .path = "/loki/api/v1/delete",
          .access = access,
          .run_on = RunOn::kQuery,
          .limits = {kFormBytesMax, context.options.query_timeout},
          .summary = std::move(summary),
          .handler = sync(context, answer)};
}

net::Route tail_route(const ApiContext& context, std::string path) {
  return {.methods = net::only(Method::kGet),
          .path = std::move(path),
          .access = AccessRole::kRead,
          .run_on = RunOn::kQuery,
          .limits = {0, context.options.query_timeout},
          .summary = "Streams matching records over a WebSocket as they arrive",
          .handler = later(context, handle_tail)};
}

}  // namespace

void add_routes(const ApiContext& context, std::vector<net::Route>& routes) {
  const std::string root = "/loki/api/v1";
  routes.push_back(push_route(context, root + "/push", "Stores pushed records (JSON or protobuf)"));
  routes.push_back(push_route(context, "/api/prom/push", "Stores pushed records (older path)"));
  const auto read = [&](const std::string& path, std::string summary, Answer answer) {
    routes.push_back(read_route(context, path, std::move(summary), answer));
  };
  read(root + "/query_range", "Runs a LogQL query over a time range", handle_query_range);
  read(root + "/query", "Runs a LogQL metric query at one instant", handle_query);
  read(root + "/labels", "Names of labels", handle_labels);
  read(root + "/label", "Names of labels (older path)", handle_labels);
  read(root + "/label/{name}/values", "Values of a label", handle_label_values);
  read(root + "/series", "Label sets of the streams that match", handle_series);
  read(root + "/index/stats", "Counts streams, bytes and records of a selector",
       handle_index_stats);
  read(root + "/index/volume", "Bytes by label values", handle_index_volume);
  read(root + "/detected_labels", "Labels worth browsing, with their number of values",
       handle_detected_labels);
  read(root + "/detected_fields", "Fields of a sample of lines and of the records' headers",
       handle_detected_fields);
  read(root + "/detected_field/{name}/values", "Values of a field in a sample of lines",
       handle_detected_values);
  read(root + "/patterns", "Kinds of lines with their counts over time", handle_patterns);
  read(root + "/format_query", "Prints a query in its usual form", handle_format_query);
  read(root + "/status/buildinfo", "The Loki version whose API this is", handle_buildinfo);
  routes.push_back(delete_route(context, Method::kPost | Method::kPut, AccessRole::kAdmin,
                                "Deletes the records of a selector, range and line filters",
                                handle_delete));
  routes.push_back(delete_route(context, net::only(Method::kGet), AccessRole::kRead,
                                "Deletions with their states", handle_list_deletes));
  routes.push_back(delete_route(context, net::only(Method::kDelete), AccessRole::kAdmin,
                                "Takes a deletion back that is not processed",
                                handle_cancel_delete));
  routes.push_back(tail_route(context, root + "/tail"));
}

}  // namespace logpond::api::loki
