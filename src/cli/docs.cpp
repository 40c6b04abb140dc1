// logpond docs: reference pages made from the program's own tables, for the repository and
// packages.
#include <cstdio>

#include "cli/command_line.h"
#include "config/reference.h"

namespace logpond::cli {
namespace {

// In roff a line that begins with a point or an apostrophe is a request, and a minus must not
// become a typographic hyphen.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      if (out.empty() && (c == '.' || c == '\'')) out += "\\&";
      out += c;
    }
  }
  return out;
}

std::string man_page() {
  std::string page =
      ".TH LOGPOND 1\n.SH NAME\nlogpond \\- collects, keeps, searches and streams logs\n"
      ".SH SYNOPSIS\n.B logpond\n.I COMMAND\n[flags]\n.SH COMMANDS\n";
  for (const Command& command : commands()) {
    if (command.is_hidden) continue;
    page += ".TP\n.B " + roff(command.name) + "\n" + roff(command.summary) + ".\n";
  }
  page +=
      ".PP\n.B logpond\n.I COMMAND\n.B \\-\\-help\nshows the flags and examples of a command.\n"
      ".SH FILES\n.TP\n./logpond.toml, ~/.config/logpond.toml, /etc/logpond/logpond.toml\n"
      "The configuration; the first that exists is read.\n"
      ".SH ENVIRONMENT\n.TP\nLOGPOND_SECTION_KEY\nOverrides a key of the configuration.\n"
      ".TP\nLOGPOND_ADDR\nThe server that the client commands ask.\n"
      ".SH EXIT STATUS\n0 done, 1 failed, 2 wrong usage.\n";
  return page;
}

}  // namespace

int run_docs(const Arguments& arguments) {
  std::string page;
  CommandLine line("docs",
                   "Prints a reference page: config (Markdown), example (TOML) or man (roff).");
  line.positional("PAGE", &page, "config, example or man", true);
  line.example("logpond docs config > docs/reference/config.md",
               "Bring the committed page up to date");
  if (const auto status = line.parse(arguments)) return *status;
  std::string text;
  if (page == "config") {
    text = config::render_reference();
  } else if (page == "example") {
    text = config::render_example();
  } else if (page == "man") {
    text = man_page();
  } else {
    return line.wrong_usage("unknown page \"" + page + "\": config, example or man");
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  return kDone;
}

}  // namespace logpond::cli
