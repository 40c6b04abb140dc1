// logpond verify: reads everything of a data directory and compares every checksum.
#include "storage/verify.h"

#include <cstdio>

#include "cli/command_line.h"
#include "cli/output/copy_progress.h"
#include "cli/output/progress.h"
#include "platform/posix/posix_file_system.h"

namespace logpond::cli {

int run_verify(const Arguments& arguments) {
  std::string data;
  CommandLine line("verify",
                   "Reads all of a data directory, or of a backup, and compares every checksum: "
                   "manifest, deletions, write-ahead log, parts. Changes nothing, and works beside "
                   "a running server. One line for each damage, and status 1 when there is any.");
  line.flag("--data", "DIR", &data, "The directory");
  line.example("logpond verify --data ./logpond-data", "After a crash, or for a bad feeling");
  line.example("logpond verify --data /backup/monday && echo sound", "In a script");
  if (const auto status = line.parse(arguments)) return *status;
  if (data.empty()) return line.wrong_usage("--data DIR is needed: which directory?");
  const auto fs = platform::make_posix_file_system();
  CopyProgress progress;
  storage::VerifyOptions options;
  options.on_progress = [&](std::uint64_t done, std::uint64_t all) { progress.update(done, all); };
  options.on_damage = [&](const storage::Damage& damage) {
    progress.clear();
    std::printf("%s: %s\n", damage.place.c_str(), damage.reason.c_str());
    std::fflush(stdout);
  };
  const auto report = storage::verify_data_directory(*fs, data, options);
  progress.clear();
  if (!report) return failed("verify", report.error().message);
  if (report->set_aside > 0) {
    std::fprintf(stderr, "note: %s files were set aside as damaged earlier (*.damaged)\n",
                 human_count(report->set_aside).c_str());
  }
  if (report->damages > 0) {
    return failed("verify", human_count(report->damages) +
                                (report->damages == 1 ? " damage in " : " damages in ") + data);
  }
  std::printf("sound: %s records in %s parts (%s), %s batches in the write-ahead log\n",
              human_count(report->records).c_str(), human_count(report->parts).c_str(),
              human_bytes(static_cast<double>(report->bytes)).c_str(),
              human_count(report->wal_batches).c_str());
  return kDone;
}

}  // namespace logpond::cli
