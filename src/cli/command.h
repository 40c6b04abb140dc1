// The subcommands: one row each, in main.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace logpond::cli {

/// What stands after the subcommand's name.
using Arguments = std::vector<std::string>;

/// How a command ends.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongUsage = 2;

struct Command {
  std::string_view name;
  std::string_view summary;
  /// Runs it and gives the exit status.
  int (*run)(const Arguments& arguments);
  /// Not shown by help and not suggested.
  bool is_hidden = false;
};

int run_serve(const Arguments& arguments);
int run_push(const Arguments& arguments);
int run_query(const Arguments& arguments);
int run_tail(const Arguments& arguments);
int run_labels(const Arguments& arguments);
int run_series(const Arguments& arguments);
int run_generate(const Arguments& arguments);
int run_check(const Arguments& arguments);
int run_flush(const Arguments& arguments);
int run_delete(const Arguments& arguments);
int run_compact(const Arguments& arguments);
int run_verify(const Arguments& arguments);
int run_backup(const Arguments& arguments);
int run_restore(const Arguments& arguments);
int run_patterns(const Arguments& arguments);
int run_version(const Arguments& arguments);
int run_docs(const Arguments& arguments);

/// Every subcommand of this build. Lives for ever.
std::span<const Command> commands();

}  // namespace logpond::cli
