#include "config/loader.h"

#include <algorithm>
#include <functional>

#include "config/nearest.h"
#include "config/option.h"
#include "config/toml_document.h"
#include "config/value_text.h"
#include "core/time.h"

namespace logpond::config {
namespace {

/// Configuration files are small; beyond this it is some other file.
constexpr std::uint64_t kFileBytesMax = std::uint64_t{4} << 20;

std::vector<std::string> section_names() {
  std::vector<std::string> names;
  for (const SectionSpec& section : section_table()) names.emplace_back(section.name);
  return names;
}

std::vector<std::string> keys_of(std::string_view section) {
  std::vector<std::string> keys;
  for (const OptionSpec& option : option_table()) {
    if (option.section == section) keys.emplace_back(option.key);
  }
  return keys;
}

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

// Says what is wrong with a key that no option has: perhaps it is right but in the wrong section.
std::string unknown_key_text(const TomlEntry& entry) {
  std::string text = "unknown key " + in_quotes(entry.key);
  if (!entry.section.empty()) text += " in [" + entry.section + "]";
  for (const OptionSpec& option : option_table()) {
    if (option.key == entry.key) {
      return text + "; it belongs in [" + std::string(option.section) + "]";
    }
  }
  const std::vector<std::string> keys = keys_of(entry.section);
  const std::string near = did_you_mean(entry.key, keys);
  if (!near.empty()) return text + near;
  std::vector<std::string> everywhere;
  for (const OptionSpec& option : option_table()) everywhere.push_back(option.path());
  const std::string full = entry.section.empty() ? entry.key : entry.section + "." + entry.key;
  return text + did_you_mean(full, everywhere);
}

struct ValueText {
  std::string text;
  std::string problem;  ///< Not empty: the type is wrong.
};

std::string wanted_type(OptionType type) {
  switch (type) {
    case OptionType::kBool:
      return "true or false";
    case OptionType::kInteger:
      return "a whole number";
    case OptionType::kBytes:
      return "a size, as 65536 or \"64MiB\"";
    case OptionType::kDuration:
      return "a duration, as \"30s\" or \"14d\"";
    case OptionType::kAddress:
      return "an address, as \"127.0.0.1:3100\"";
    case OptionType::kStoreUrl:
      return "a text, as \"embedded:DIR\"";
    default:
      return "a text in quotes";
  }
}

ValueText text_of(const TomlEntry& entry, OptionType type) {
  const auto wrong = [&](std::string_view got) {
    return ValueText{
        {}, in_quotes(entry.key) + " must be " + wanted_type(type) + ", not " + std::string(got)};
  };
  if (const auto* truth = std::get_if<bool>(&entry.value)) {
    if (type != OptionType::kBool) return wrong(*truth ? "true" : "false");
    return {*truth ? "true" : "false", {}};
  }
  if (const auto* whole = std::get_if<std::int64_t>(&entry.value)) {
    const bool zero_span = type == OptionType::kDuration && *whole == 0;
    if (type != OptionType::kInteger && type != OptionType::kBytes && !zero_span) {
      return wrong("the number " + std::to_string(*whole));
    }
    return {std::to_string(*whole), {}};
  }
  if (std::holds_alternative<double>(entry.value)) return wrong("a fraction");
  if (const auto* text = std::get_if<std::string>(&entry.value)) {
    if (type == OptionType::kBool || type == OptionType::kInteger) {
      return wrong("the text " + in_quotes(*text));
    }
    return {*text, {}};
  }
  const std::string& kind = std::get<ForeignValue>(entry.value).kind;
  return wrong((kind == "array" ? "an " : "a ") + kind);
}

// Relative paths in a file count from the file, so that the file means the same from everywhere.
std::string from_directory(const std::filesystem::path& directory, const std::string& path) {
  const std::filesystem::path given(path);
  if (given.empty() || given.is_absolute() || directory.empty()) return path;
  return (directory / given).lexically_normal().string();
}

std::string resolved(const OptionSpec& option, std::string text,
                     const std::filesystem::path& directory) {
  if (option.type == OptionType::kPath) return from_directory(directory, text);
  if (option.type == OptionType::kStoreUrl) {
    const auto place = parse_store_url(text);
    if (place) return "embedded:" + from_directory(directory, *place);
  }
  return text;
}

Status assign_rule_key(std::string_view key, const std::string& text, RetentionRule& rule) {
  if (key == "tenant") rule.tenant = text;
  if (key == "selector") rule.selector = text;
  if (key == "max_age") {
    const auto span = parse_span(text);
    if (!span) return fail(ErrorCode::kInvalidArgument, in_quotes(text) + " is no duration");
    rule.max_age = *span;
  }
  if (key == "max_bytes") {
    const auto bytes = parse_bytes(text);
    if (!bytes) return fail(ErrorCode::kInvalidArgument, in_quotes(text) + " is no size");
    rule.max_bytes = *bytes;
  }
  return {};
}

void apply_rule(const TomlTable& table, const std::function<std::string(int)>& at, Config& config,
                std::vector<Problem>& problems) {
  RetentionRule rule;
  rule.place = at(table.line);
  std::vector<std::string> keys;
  for (const RuleKey& key : rule_keys()) keys.emplace_back(key.key);
  for (const TomlEntry& entry : table.entries) {
    const auto known = std::find(keys.begin(), keys.end(), entry.key);
    if (known == keys.end()) {
      problems.push_back({at(entry.line), "unknown key " + in_quotes(entry.key) +
                                              " in [[store.retention_rules]]" +
                                              did_you_mean(entry.key, keys)});
      continue;
    }
    const ValueText value =
        text_of(entry, rule_keys()[static_cast<std::size_t>(known - keys.begin())].type);
    if (!value.problem.empty()) {
      problems.push_back({at(entry.line), value.problem});
    } else if (const Status status = assign_rule_key(entry.key, value.text, rule); !status) {
      problems.push_back({at(entry.line), in_quotes(entry.key) + ": " + status.error().message});
    }
  }
  if (rule.max_age == 0 && rule.max_bytes == 0) {
    problems.push_back({rule.place, "a retention rule needs \"max_age\" or \"max_bytes\""});
  }
  config.store.retention_rules.push_back(std::move(rule));
}

void apply_tables(const TomlDocument& document, const std::function<std::string(int)>& at,
                  Config& config, std::vector<Problem>& problems) {
  bool is_first = true;
  for (const TomlTable& table : document.tables) {
    if (table.section != kRulesSection || table.key != kRulesKey) {
      problems.push_back({at(table.line), "unknown list of tables [[" + table.section + "." +
                                              table.key +
                                              "]]; there is [[store.retention_rules]]"});
      continue;
    }
    if (is_first) config.store.retention_rules.clear();  // the file says all of them
    is_first = false;
    apply_rule(table, at, config, problems);
  }
}

void apply_environment(const Environment& environment, Loaded& loaded) {
  static const std::vector<std::string> client_names{"LOGPOND_ADDR", "LOGPOND_TENANT",
                                                     "LOGPOND_CONFIG"};
  std::vector<std::string> names = client_names;
  for (const OptionSpec& option : option_table()) names.push_back(option.environment_name());
  for (const auto& [name, value] : environment) {
    if (!name.starts_with("LOGPOND_")) continue;
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      loaded.warnings.push_back({name, "unknown variable" + did_you_mean(name, names)});
    }
  }
  for (const OptionSpec& option : option_table()) {
    const auto found = environment.find(option.environment_name());
    if (found == environment.end()) continue;
    const Status status = assign(option, found->second, loaded.config);
    if (!status) loaded.problems.push_back({found->first, status.error().message});
  }
}

void apply_flags(const Flags& flags, Loaded& loaded) {
  for (const auto& [flag, value] : flags) {
    const OptionSpec* option = find_flag(flag);
    if (option == nullptr) {
      loaded.problems.push_back({flag, "unknown flag"});
      continue;
    }
    const Status status = assign(*option, value, loaded.config);
    if (!status) loaded.problems.push_back({flag, status.error().message});
  }
}

}  // namespace

std::vector<std::filesystem::path> usual_places(const Environment& environment) {
  std::vector<std::filesystem::path> places{"./logpond.toml"};
  const auto home = environment.find("HOME");
  if (home != environment.end() && !home->second.empty()) {
    places.push_back(std::filesystem::path(home->second) / ".config" / "logpond.toml");
  }
  places.emplace_back("/etc/logpond/logpond.toml");
  return places;
}

void apply_toml(std::string_view text, const std::filesystem::path& name, Config& config,
                std::vector<Problem>& problems) {
  const auto at = [&](int line) { return name.string() + ":" + std::to_string(line); };
  const auto parsed = parse_toml(text);
  if (const auto* failure = std::get_if<TomlFailure>(&parsed)) {
    problems.push_back({at(failure->line), "not valid TOML: " + failure->message});
    return;
  }
  const auto& document = std::get<TomlDocument>(parsed);
  const std::vector<std::string> sections = section_names();
  const auto is_known = [&](const std::string& section) {
    return std::find(sections.begin(), sections.end(), section) != sections.end();
  };
  for (const auto& [section, line] : document.sections) {
    if (is_known(section)) continue;
    problems.push_back(
        {at(line), "unknown section [" + section + "]" + did_you_mean(section, sections)});
  }
  for (const TomlEntry& entry : document.entries) {
    if (!entry.section.empty() && !is_known(entry.section)) continue;  // said once, above
    const OptionSpec* option = find_option(entry.section + "." + entry.key);
    if (option == nullptr) {
      problems.push_back({at(entry.line), unknown_key_text(entry)});
      continue;
    }
    const ValueText value = text_of(entry, option->type);
    if (!value.problem.empty()) {
      problems.push_back({at(entry.line), value.problem});
      continue;
    }
    const Status status =
        assign(*option, resolved(*option, value.text, name.parent_path()), config);
    if (!status) {
      problems.push_back({at(entry.line), in_quotes(entry.key) + ": " + status.error().message});
    }
  }
  apply_tables(document, at, config, problems);
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    const auto line = [](const Problem& p) {
      return std::stoi(p.place.substr(p.place.rfind(':') + 1));
    };
    return line(a) < line(b);
  });
}

Loaded load(platform::FileSystem& fs, const LoadRequest& request) {
  Loaded loaded;
  if (request.file) {
    loaded.file = *request.file;
  } else {
    for (const std::filesystem::path& place : request.usual_places) {
      if (!fs.exists(place)) continue;
      loaded.file = place;
      break;
    }
  }
  if (!loaded.file.empty()) {
    const auto text = platform::read_file(fs, loaded.file, kFileBytesMax);
    if (text) {
      apply_toml(*text, loaded.file, loaded.config, loaded.problems);
    } else {
      loaded.problems.push_back({loaded.file.string(), text.error().message});
    }
  }
  apply_environment(request.environment, loaded);
  apply_flags(request.flags, loaded);
  return loaded;
}

Changes compare(const Config& before, const Config& after) {
  Changes changes;
  for (const OptionSpec& option : option_table()) {
    if (value_text(option, before) == value_text(option, after)) continue;
    (option.reloadable ? changes.reloadable : changes.needs_restart).push_back(option.path());
  }
  if (before.store.retention_rules != after.store.retention_rules)
    changes.needs_restart.emplace_back("store.retention_rules");
  return changes;
}

Config with_reloadable(const Config& config, const Config& newer) {
  Config merged = config;
  Config source = newer;  // members are reached through a mutable reference
  for (const OptionSpec& option : option_table()) {
    if (!option.reloadable) continue;
    std::visit([&](auto member) { member(merged) = member(source); }, option.member);
  }
  return merged;
}

}  // namespace logpond::config
