// logpond series: the streams that match.
#include <cstdio>

#include "cli/client/server_client.h"
#include "cli/command_line.h"
#include "cli/input/time_argument.h"
#include "platform/clock.h"

namespace logpond::cli {

int run_series(const Arguments& arguments) {
  std::vector<std::string> matchers;
  std::string since = "1h";
  std::string from;
  std::string to;
  ServerFlags server;
  CommandLine line("series", "Lists the streams that match a selector, one a line.");
  line.positional("MATCHER", &matchers,
                  "Selectors, as {service_name=\"till\"}; none means every stream", false);
  line.flag("--since", "DURATION", &since, "How far back to look");
  line.flag("--from", "TIME", &from, "Beginning of the range instead of --since");
  line.flag("--to", "TIME", &to, "End of the range", "now");
  server.declare(line);
  line.example("logpond series '{env=\"prod\"}' --since 1d", "Streams of the last day");
  if (const auto status = line.parse(arguments)) return *status;
  const auto range = resolve_range({since, from, to}, platform::system_clock().now());
  if (!range) return line.wrong_usage(range.error().message);
  auto client = ServerClient::create(server);
  if (!client) return line.wrong_usage(client.error().message);

  UrlParameters parameters{{"start", std::to_string(range->start)},
                           {"end", std::to_string(range->end)}};
  for (const std::string& matcher : matchers) parameters.emplace_back("match[]", matcher);
  const auto body = client->get("/loki/api/v1/series", parameters);
  if (!body) {
    return failed("series",
                  with_caret(body.error().message, matchers.empty() ? "" : matchers.front()));
  }
  const auto all = parse_series_list(*body);
  if (!all) return failed("series", all.error().message);
  for (const Labels& labels : *all) std::printf("%s\n", labels.to_text().c_str());
  return kDone;
}

}  // namespace logpond::cli
