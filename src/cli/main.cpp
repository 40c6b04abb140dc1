// The program: finds the subcommand in the table and runs it.
#include <cstdio>

#include "cli/command.h"
#include "config/nearest.h"

namespace logpond::cli {
namespace {

constexpr Command kCommands[] = {
    {"serve", "Runs the server: takes logs in, keeps them, answers queries", run_serve},
    {"push", "Sends standard input or files to a server and ends", run_push},
    {"query", "Asks a server or a data directory in LogQL", run_query},
    {"tail", "Follows new lines that match a query", run_tail},
    {"labels", "Lists label names, or the values of one", run_labels},
    {"series", "Lists the streams that match", run_series},
    {"generate", "Makes realistic synthetic logs", run_generate},
    {"check", "Checks a configuration file, with line numbers", run_check},
    {"delete", "Deletes records by selector, line filters and time range", run_delete},
    {"patterns", "Shows what kinds of lines there are, how many and since when", run_patterns},
    {"compact", "Merges parts and takes out what is deleted, now", run_compact},
    {"verify", "Reads a data directory and compares every checksum", run_verify},
    {"backup", "Copies all records into a new directory while everything goes on", run_backup},
    {"restore", "Makes a data directory from a backup", run_restore},
    {"flush", "Makes a server write what it holds in memory into parts", run_flush},
    {"version", "Shows version, commit, compiler and libraries", run_version},
    {"docs", "Prints reference pages made from the program's own tables", run_docs, true},
};

std::string overview() {
  std::string text =
      "Logpond collects, keeps, searches and streams logs.\n\nUsage: logpond COMMAND [flags]\n\n"
      "Commands:\n";
  for (const Command& command : kCommands) {
    if (command.is_hidden) continue;
    std::string line = "  " + std::string(command.name);
    line.resize(14, ' ');
    text += line + std::string(command.summary) + "\n";
  }
  return text +
         "\nlogpond COMMAND --help shows a command's flags and examples. To begin:\n"
         "  logpond serve --demo\n";
}

int unknown(const std::string& name) {
  std::vector<std::string> names;
  for (const Command& command : kCommands) {
    if (!command.is_hidden) names.emplace_back(command.name);
  }
  const std::string kind = name.starts_with("-") ? "flag" : "command";
  const std::string text = "logpond: unknown " + kind + " \"" + name + "\"" +
                           config::did_you_mean(name, names) + "\nSee logpond --help.\n";
  std::fputs(text.c_str(), stderr);
  return kWrongUsage;
}

int run(const Arguments& all) {
  if (all.empty()) {
    std::fputs(overview().c_str(), stderr);
    return kWrongUsage;
  }
  const std::string& name = all.front();
  const Arguments rest(all.begin() + 1, all.end());
  if (name == "--version") return run_version({});
  if (name == "--help" || name == "-h" || name == "help") {
    if (name == "help" && !rest.empty()) return run({rest.front(), "--help"});
    std::fputs(overview().c_str(), stdout);
    return kDone;
  }
  for (const Command& command : kCommands) {
    if (command.name == name) return command.run(rest);
  }
  return unknown(name);
}

}  // namespace

std::span<const Command> commands() {
  return kCommands;
}

}  // namespace logpond::cli

int main(int argc, char** argv) {
  return logpond::cli::run({argv + 1, argv + argc});
}
