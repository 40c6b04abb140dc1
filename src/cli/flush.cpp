// logpond flush: a server writes what it holds in memory into parts.
#include <cstdio>

#include "cli/client/server_client.h"
#include "cli/command_line.h"

namespace logpond::cli {
namespace {

/// Merging a large store takes its time.
constexpr DurationNs kPatience = 6 * kHour;

}  // namespace

int run_flush(const Arguments& arguments) {
  bool merge = false;
  ServerFlags server;
  CommandLine line(
      "flush",
      "Makes a server write what it holds in memory into parts, and waits for it. Nothing is lost "
      "without it: acknowledged records are in the write-ahead log.");
  line.flag("--merge", "", &merge, "Merges small parts too");
  server.declare(line);
  line.example("logpond flush --merge", "Before copying a data directory");
  if (const auto status = line.parse(arguments)) return *status;
  auto client = ServerClient::create(server, kPatience);
  if (!client) return line.wrong_usage(client.error().message);
  const auto body = client->post(merge ? "/api/v1/flush?merge=1" : "/api/v1/flush", {});
  if (!body) return failed("flush", body.error().message);
  std::printf("flushed\n");
  return kDone;
}

}  // namespace logpond::cli
