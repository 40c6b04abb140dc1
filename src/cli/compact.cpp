// logpond compact: merges parts and takes out what is deleted, now.
#include <cstdio>

#include "cli/client/server_client.h"
#include "cli/command_line.h"
#include "cli/output/progress.h"
#include "platform/clock.h"
#include "platform/posix/posix_file_system.h"
#include "storage/embedded_store.h"

namespace logpond::cli {
namespace {

/// Merging a big store takes its time, and the server says nothing meanwhile.
constexpr DurationNs kPatience = 6 * kHour;

int compact_directory(const std::string& directory) {
  const auto fs = platform::make_posix_file_system();
  if (!fs->exists(directory))
    return failed("compact", "there is no directory \"" + directory + "\"");
  telemetry::MetricsRegistry metrics;
  storage::EmbeddedStoreOptions options;
  options.directory = directory;
  options.maintain = false;
  const auto store =
      storage::open_embedded_store(*fs, platform::system_clock(), metrics, options, {});
  if (!store) return failed("compact", store.error().message);
  const storage::StoreStats before = (*store)->stats();
  Status done = (*store)->flush();
  if (done) done = (*store)->merge();
  if (!done) return failed("compact", done.error().message);
  const storage::StoreStats after = (*store)->stats();
  std::printf("compacted: %s records in %zu parts, %s (before: %zu parts, %s)\n",
              human_count(after.records).c_str(), after.parts.size(),
              human_bytes(static_cast<double>(after.part_bytes)).c_str(), before.parts.size(),
              human_bytes(static_cast<double>(before.part_bytes)).c_str());
  return kDone;
}

}  // namespace

int run_compact(const Arguments& arguments) {
  std::string data;
  ServerFlags server;
  CommandLine line(
      "compact",
      "Writes what is in memory into parts, takes out deleted records and merges small "
      "parts, now rather than by and by; a server also takes out what its retention "
      "says.");
  line.flag("--data", "DIR", &data, "A data directory that no server holds, instead of a server");
  server.declare(line);
  line.example("logpond compact", "On the server");
  line.example("logpond compact --data ./logpond-data", "Without a server");
  if (const auto status = line.parse(arguments)) return *status;
  if (!data.empty()) return compact_directory(data);
  auto client = ServerClient::create(server, kPatience);
  if (!client) return line.wrong_usage(client.error().message);
  const auto body = client->post("/api/v1/flush?merge=1", {});
  if (!body) return failed("compact", body.error().message);
  std::printf("compacted\n");
  return kDone;
}

}  // namespace logpond::cli
