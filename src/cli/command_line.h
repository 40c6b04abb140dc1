// Flags and arguments of one subcommand: declared once, they give the parsing and the help.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/command.h"

namespace logpond::cli {

/// Where a flag's value goes. A bool is set by the bare flag, a list takes the flag several times.
/// The value it has when declared is the default that `--help` shows.
using Target = std::variant<bool*, std::string*, std::int64_t*, std::vector<std::string>*>;

/// Borrows every target until parse() returned. Threads: one.
class CommandLine {
 public:
  /// `name` is the subcommand; `purpose` one or two sentences.
  CommandLine(std::string name, std::string purpose);

  /// `names` is `--limit` or `-n,--limit`; `value_name` stands in the help (empty for bools).
  void flag(std::string names, std::string value_name, Target target, std::string help);
  /// The same with a default for the help that is not the target's own text.
  void flag(std::string names, std::string value_name, Target target, std::string help,
            std::string default_text);
  /// What stands without a flag, in order; only std::string* and lists.
  void positional(std::string name, Target target, std::string help, bool is_required);
  /// A heading for the flags declared after it.
  void heading(std::string title);
  void example(std::string command, std::string meaning);

  /// Fills the targets. Nothing: go on. Else the exit status: 0 after `--help` (printed to stdout),
  /// 2 after wrong usage (said on stderr, with the nearest flag for an unknown one).
  std::optional<int> parse(const Arguments& arguments);

  /// Complains about usage that only the command can judge: prints the sentence, gives 2.
  int wrong_usage(std::string_view sentence) const;

  std::string help() const;

 private:
  struct Flag {
    std::string names;
    std::string value_name;
    Target target;
    std::string help;
    std::string default_text;
    std::string heading;
  };
  struct Positional {
    std::string name;
    Target target;
    std::string help;
    bool is_required = false;
  };

  std::string usage() const;
  std::vector<std::string> long_names() const;
  std::string unknown_text(const std::string& argument) const;

  std::string name_;
  std::string purpose_;
  std::string heading_ = "Flags";
  std::vector<Flag> flags_;
  std::vector<Positional> positionals_;
  std::vector<std::pair<std::string, std::string>> examples_;
};

/// Prints `logpond NAME: sentence` to stderr and gives 1.
int failed(std::string_view name, std::string_view sentence);

}  // namespace logpond::cli
