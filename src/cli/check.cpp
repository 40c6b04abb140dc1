// logpond check: is a configuration file right?
#include <cstdio>

#include "cli/command_line.h"
#include "config/loader.h"
#include "platform/posix/posix_file_system.h"
#include "server/retention_rules.h"

namespace logpond::cli {

int run_check(const Arguments& arguments) {
  std::string file;
  CommandLine line("check", "Checks a configuration file and says what is wrong in which line.");
  line.positional("FILE", &file, "The configuration file", true);
  line.example("logpond check /etc/logpond/logpond.toml", "Before a restart");
  if (const auto status = line.parse(arguments)) return *status;
  const auto fs = platform::make_posix_file_system();
  config::LoadRequest request;
  request.file = file;
  config::Loaded loaded = config::load(*fs, request);
  if (const auto rules = server::retention_rules(loaded.config); !rules)
    loaded.problems.push_back({"retention rules", rules.error().message});
  if (loaded.problems.empty()) {
    std::printf("%s: ok\n", file.c_str());
    return kDone;
  }
  for (const config::Problem& problem : loaded.problems) {
    std::fprintf(stderr, "%s\n", problem.to_text().c_str());
  }
  return kFailed;
}

}  // namespace logpond::cli
