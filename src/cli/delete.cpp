// logpond delete: hides records at once and has the server take them off its disk.
#include <cstdio>

#include "cli/client/lifecycle_answers.h"
#include "cli/client/server_client.h"
#include "cli/command_line.h"
#include "cli/input/time_argument.h"
#include "platform/clock.h"

namespace logpond::cli {
namespace {

constexpr const char* kPath = "/loki/api/v1/delete";
constexpr const char* kIdHeader = "X-Logpond-Delete-Request-Id";

struct DeleteFlags {
  std::string query;
  std::string since;
  std::string from;
  std::string to;
  std::string cancel;
  bool is_list = false;
  ServerFlags server;
};

CommandLine declare(DeleteFlags& flags) {
  CommandLine line(
      "delete",
      "Deletes the records that a selector, line filters and a time range name: they are hidden at "
      "once and leave the disk at a later merge. Asks nothing and prints the deletion's id. "
      "Records "
      "that come later stay.");
  line.positional("LOGQL", &flags.query, "A selector, with line filters |= != |~ !~ or without",
                  false);
  line.flag("--since", "DURATION", &flags.since,
            "How far back from --to; this or --from is needed");
  line.flag("--from", "TIME", &flags.from,
            "Beginning of the range: now-2h, 2026-11-21, 2026-11-21T08:00:00Z, epoch seconds");
  line.flag("--to", "TIME", &flags.to, "End of the range, itself not inside", "now");
  line.flag("--list", "", &flags.is_list, "Shows the deletions and how far they are");
  line.flag("--cancel", "ID", &flags.cancel,
            "Takes a deletion back: what of it is still on disk shows again");
  flags.server.declare(line);
  line.example("logpond delete '{service_name=\"till\"} |= \"iban\"' --since 1d",
               "What should not have been logged today");
  line.example("logpond delete '{env=\"test\"}' --from 2026-11-01 --to 2026-11-08", "A whole week");
  line.example("logpond delete --list", "How far the deletions are");
  line.example("logpond delete --cancel 5f0c31aa", "Changed my mind");
  return line;
}

Result<std::string> ask(ServerClient& client, std::string_view method,
                        const UrlParameters& parameters) {
  LOGPOND_TRY(const net::ClientResponse response,
              client.http().request(method, make_target(kPath, parameters), client.headers(), {}));
  if (response.status / 100 != 2) return tl::unexpected<Error>(error_of(response));
  return std::string(method == "GET" ? std::string_view(response.body)
                                     : response.headers.get(kIdHeader));
}

int list(ServerClient& client) {
  const auto body = ask(client, "GET", {});
  if (!body) return failed("delete", body.error().message);
  const auto removals = parse_removals(*body);
  if (!removals) return failed("delete", removals.error().message);
  for (const Removal& removal : *removals) {
    std::printf("%s  %-9s  %s  %s to %s  %s\n", removal.id.c_str(), removal.status.c_str(),
                format_rfc3339(removal.created).c_str(), format_rfc3339(removal.start).c_str(),
                format_rfc3339(removal.end).c_str(), removal.query.c_str());
  }
  return kDone;
}

int request(const DeleteFlags& flags, TimeRange range, ServerClient& client) {
  // The API's end is inside, ours is not; nanoseconds say so exactly.
  const auto id = ask(client, "POST",
                      {{"query", flags.query},
                       {"start", std::to_string(range.start)},
                       {"end", std::to_string(range.end - 1)}});
  if (!id) return failed("delete", with_caret(id.error().message, flags.query));
  std::printf("%s\n", id->c_str());
  return kDone;
}

}  // namespace

int run_delete(const Arguments& arguments) {
  DeleteFlags flags;
  CommandLine line = declare(flags);
  if (const auto status = line.parse(arguments)) return *status;
  const int modes = static_cast<int>(flags.is_list) + static_cast<int>(!flags.cancel.empty()) +
                    static_cast<int>(!flags.query.empty());
  if (modes != 1) return line.wrong_usage("give a query, --list or --cancel ID");
  if (!flags.query.empty() && flags.since.empty() && flags.from.empty())
    return line.wrong_usage("say how far back with --since or --from");
  const auto range = resolve_range({flags.since.empty() ? "1h" : flags.since, flags.from, flags.to},
                                   platform::system_clock().now());
  if (!range) return line.wrong_usage(range.error().message);
  auto client = ServerClient::create(flags.server);
  if (!client) return line.wrong_usage(client.error().message);
  if (flags.is_list) return list(*client);
  if (flags.cancel.empty()) return request(flags, *range, *client);
  const auto cancelled = ask(*client, "DELETE", {{"request_id", flags.cancel}});
  if (!cancelled) return failed("delete", cancelled.error().message);
  return kDone;
}

}  // namespace logpond::cli
