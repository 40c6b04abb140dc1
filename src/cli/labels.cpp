// logpond labels: names of labels, or the values of one.
#include <cstdio>

#include "cli/client/server_client.h"
#include "cli/command_line.h"
#include "cli/input/time_argument.h"
#include "platform/clock.h"

namespace logpond::cli {

int run_labels(const Arguments& arguments) {
  std::string name;
  std::string query;
  std::string since = "1h";
  std::string from;
  std::string to;
  ServerFlags server;
  CommandLine line("labels", "Lists the names of labels, or the values of one label, one a line.");
  line.positional("NAME", &name, "A label; its values are listed", false);
  line.flag("--query", "SELECTOR", &query, "Only streams that match, as {env=\"prod\"}");
  line.flag("--since", "DURATION", &since, "How far back to look");
  line.flag("--from", "TIME", &from, "Beginning of the range instead of --since");
  line.flag("--to", "TIME", &to, "End of the range", "now");
  server.declare(line);
  line.example("logpond labels", "Names");
  line.example("logpond labels service_name --since 1d", "Values of one");
  if (const auto status = line.parse(arguments)) return *status;
  const auto range = resolve_range({since, from, to}, platform::system_clock().now());
  if (!range) return line.wrong_usage(range.error().message);
  auto client = ServerClient::create(server);
  if (!client) return line.wrong_usage(client.error().message);

  UrlParameters parameters{{"start", std::to_string(range->start)},
                           {"end", std::to_string(range->end)}};
  if (!query.empty()) parameters.emplace_back("query", query);
  const std::string path =
      name.empty() ? "/loki/api/v1/labels"
                   : "/loki/api/v1/label/" + net::encode_url_component(name) + "/values";
  const auto body = client->get(path, parameters);
  if (!body) return failed("labels", with_caret(body.error().message, query));
  const auto names = parse_name_list(*body);
  if (!names) return failed("labels", names.error().message);
  for (const std::string& each : *names) std::printf("%s\n", each.c_str());
  return kDone;
}

}  // namespace logpond::cli
