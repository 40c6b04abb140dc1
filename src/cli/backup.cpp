// logpond backup and restore: a second data directory with the same records, and back.
#include "storage/backup.h"

#include <cstdio>

#include "cli/client/server_client.h"
#include "cli/command_line.h"
#include "cli/output/copy_progress.h"
#include "cli/output/progress.h"
#include "platform/posix/posix_file_system.h"
#include "storage/verify.h"

namespace logpond::cli {
namespace {

/// Copying a big store takes its time, and the server says nothing meanwhile.
constexpr DurationNs kPatience = 6 * kHour;

Result<storage::CopyReport> copy(platform::FileSystem& fs, storage::CopyOptions options) {
  CopyProgress progress;
  options.on_progress = [&](std::uint64_t done, std::uint64_t all) { progress.update(done, all); };
  return storage::copy_data_directory(fs, options);
}

std::string summary(const storage::CopyReport& report) {
  return human_count(report.parts) + " parts, " + human_bytes(static_cast<double>(report.bytes));
}

int backup_directory(const std::string& data, const std::string& target) {
  const auto fs = platform::make_posix_file_system();
  const auto report = copy(*fs, {.from = data, .to = target});
  if (!report) return failed("backup", report.error().message);
  std::printf("backed up: %s\n", summary(*report).c_str());
  return kDone;
}

/// Verifies first: a restored directory that is damaged is worse than a sentence.
Status check_backup(platform::FileSystem& fs, const std::string& backup) {
  CopyProgress progress;
  storage::VerifyOptions options;
  options.on_progress = [&](std::uint64_t done, std::uint64_t all) { progress.update(done, all); };
  options.on_damage = [&](const storage::Damage& damage) {
    progress.clear();
    std::fprintf(stderr, "%s: %s\n", damage.place.c_str(), damage.reason.c_str());
  };
  LOGPOND_TRY(const auto report, storage::verify_data_directory(fs, backup, options));
  if (report.damages == 0) return {};
  return fail(ErrorCode::kCorruption,
              "the backup is damaged, nothing was restored; with --force what is sound is");
}

}  // namespace

int run_backup(const Arguments& arguments) {
  std::string target;
  std::string data;
  ServerFlags server;
  CommandLine line(
      "backup",
      "Writes a copy of all records into a new directory while everything goes on. Parts never "
      "change, so on the same file system they are hard links, made at once and taking no room; "
      "elsewhere they are copied. The copy is a data directory: query, verify and restore take "
      "it.");
  line.positional("TARGET", &target, "A new or empty directory, on the server's machine", true);
  line.flag("--data", "DIR", &data,
            "Copies a data directory itself, without asking a server, also while one runs");
  server.declare(line);
  line.example("logpond backup /backup/monday", "Asks the server");
  line.example("logpond backup --data ./logpond-data /mnt/usb/logs",
               "Without a server, with a bar");
  line.example("logpond query --data /backup/monday '{app=\"shop\"}' --since 30d", "Looks into it");
  if (const auto status = line.parse(arguments)) return *status;
  if (!data.empty()) return backup_directory(data, target);
  auto client = ServerClient::create(server, kPatience);
  if (!client) return line.wrong_usage(client.error().message);
  const std::string absolute = std::filesystem::absolute(target).lexically_normal().string();
  const auto body = client->post(make_target("/api/v1/backup", {{"target", absolute}}), {});
  if (!body) return failed("backup", body.error().message);
  std::printf("backed up to %s\n", absolute.c_str());
  return kDone;
}

int run_restore(const Arguments& arguments) {
  std::string backup;
  std::string data;
  bool is_forced = false;
  CommandLine line("restore",
                   "Makes a data directory from a backup. The backup is verified first, and the "
                   "directory must be new or empty.");
  line.positional("BACKUP", &backup, "What logpond backup wrote", true);
  line.flag("--data", "DIR", &data, "The data directory to make");
  line.flag("--force", "", &is_forced, "Restores a damaged backup too, as far as it can be read");
  line.example("logpond restore /backup/monday --data ./logpond-data", "Then: logpond serve");
  if (const auto status = line.parse(arguments)) return *status;
  if (data.empty()) return line.wrong_usage("--data DIR is needed: where to?");
  const auto fs = platform::make_posix_file_system();
  const auto is_free = storage::is_missing_or_empty(*fs, data);
  if (!is_free) return failed("restore", is_free.error().message);
  if (!*is_free) {
    return failed("restore", "\"" + data + "\" is not empty: give a new or an empty directory");
  }
  const Status sound = check_backup(*fs, backup);
  const bool is_damage = !sound && sound.error().code == ErrorCode::kCorruption;
  if (!sound && !(is_damage && is_forced)) return failed("restore", sound.error().message);
  // Copied, never linked: the backup must not share its bytes' fate with what a server works on.
  const auto report = copy(*fs, {.from = backup, .to = data, .may_link = false});
  if (!report) return failed("restore", report.error().message);
  std::printf("restored: %s\n", summary(*report).c_str());
  return kDone;
}

}  // namespace logpond::cli
