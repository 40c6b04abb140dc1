// logpond version: what this program was built from.
#include <cstdio>

#include "cli/command_line.h"
#include "server/build_info.h"

namespace logpond::cli {

int run_version(const Arguments& arguments) {
  CommandLine line("version", "Shows version, commit, build time, compiler and libraries.");
  line.example("logpond version", "For a bug report");
  if (const auto status = line.parse(arguments)) return *status;
  const server::BuildInfo& info = server::build_info();
  const auto print = [](const char* name, std::string_view value) {
    std::printf("%-10s %.*s\n", name, static_cast<int>(value.size()), value.data());
  };
  print("logpond", info.version);
  print("commit", info.commit);
  print("built", info.built);
  print("compiler", info.compiler);
  print("libraries", info.libraries);
  return kDone;
}

}  // namespace logpond::cli
