#include "config/reference.h"

#include "config/option.h"

namespace logpond::config {
namespace {

std::string type_text(const OptionSpec& option) {
  switch (option.type) {
    case OptionType::kBool:
      return "bool";
    case OptionType::kInteger:
      return option.unit.empty() ? "integer" : "integer, " + std::string(option.unit);
    case OptionType::kBytes:
      return "size";
    case OptionType::kDuration:
      return "duration";
    case OptionType::kAddress:
      return "address";
    case OptionType::kPath:
      return "path";
    case OptionType::kStoreUrl:
      return "URL";
    case OptionType::kText:
      break;
  }
  if (option.choices.empty()) return "text";
  std::string all;
  for (const std::string_view choice : option.choices) {
    if (!all.empty()) all += ", ";
    all += "`" + std::string(choice) + "`";
  }
  return all;
}

std::string default_cell(const OptionSpec& option) {
  const std::string text = option.default_text();
  if (!option.default_note.empty()) return text;
  return text.empty() ? "none" : "`" + text + "`";
}

/// The tables that are no options.
std::string rules_reference() {
  std::string text =
      "\n### `[[store.retention_rules]]`\n\nHow long some streams are kept, beside the limits of "
      "the "
      "whole store: as many tables as wanted. A record goes when\nany rule, or `retention` or "
      "`retention_bytes`, says so. They are in the file only, and change with a restart.\n\n"
      "| key | type | meaning |\n| --- | --- | --- |\n";
  for (const RuleKey& rule : rule_keys()) {
    OptionSpec named;
    named.type = rule.type;
    text += "| `" + std::string(rule.key) + "` | " + type_text(named) + " | " +
            std::string(rule.help) + " |\n";
  }
  return text;
}

std::string toml_value(const OptionSpec& option) {
  const std::string text = value_text(option, Config{});
  if (option.type == OptionType::kBool || option.type == OptionType::kInteger) return text;
  return "\"" + text + "\"";
}

constexpr const char* kIntroduction =
    R"(<!-- Written by `logpond docs config`; do not edit. -->
# Configuration

One TOML file, looked for as `--config FILE`, `./logpond.toml`, `~/.config/logpond.toml` and
`/etc/logpond/logpond.toml`; without one the defaults hold. Every key is also a flag of
`logpond serve` and an environment variable; a variable wins over the file, a flag over both.
`logpond check FILE` says what is wrong in a file and in which line.

Sizes are bytes, or carry a unit (`64MiB`, `10GB`). Durations are written `250ms`, `30s`, `1h30m`,
`14d`; `0` is a duration too. Relative paths in the file count from the file's directory. Options
marked *reload* change in a running server on SIGHUP; the others need a restart, and the server
says so.
)";

}  // namespace

std::string render_reference() {
  std::string page = kIntroduction;
  for (const SectionSpec& section : section_table()) {
    page += "\n## `[" + std::string(section.name) + "]`\n\n" + std::string(section.help) + ".\n\n";
    page += "| key | flag | variable | type | default | meaning |\n";
    page += "| --- | --- | --- | --- | --- | --- |\n";
    for (const OptionSpec& option : option_table()) {
      if (option.section != section.name) continue;
      page += "| `" + std::string(option.key) + "` | `" + option.flag() + "` | `" +
              option.environment_name() + "` | " + type_text(option) + " | " +
              default_cell(option) + " | " + std::string(option.help);
      page += option.reloadable ? " (*reload*) |\n" : " |\n";
    }
    if (section.name == kRulesSection) page += rules_reference();
  }
  return page;
}

std::string render_example() {
  std::string text =
      "# Logpond's configuration. Every option with its default; see logpond serve --help.\n";
  for (const SectionSpec& section : section_table()) {
    text += "\n# " + std::string(section.help) + "\n[" + std::string(section.name) + "]\n";
    for (const OptionSpec& option : option_table()) {
      if (option.section != section.name) continue;
      text += "# " + std::string(option.help) + "\n";
      text += "# " + std::string(option.key) + " = " + toml_value(option) + "\n";
    }
    if (section.name == kRulesSection) {
      text +=
          "\n# How long some streams are kept; as many tables as wanted.\n"
          "# [[store.retention_rules]]\n# selector = '{env=\"test\"}'\n# max_age = \"3d\"\n";
    }
  }
  return text;
}

}  // namespace logpond::config
