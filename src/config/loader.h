// Finds, reads and checks the configuration: file, then environment, then flags; the later wins.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.h"
#include "core/result.h"
#include "platform/file_system.h"

namespace logpond::config {

/// Something wrong with the configuration and where.
struct Problem {
  std::string place;  ///< `logpond.toml:12`, `LOGPOND_SERVER_HTTP` or `--http`.
  std::string text;   ///< `unknown key "htpp" in [server], did you mean "http"?`
  std::string to_text() const { return place + ": " + text; }
};

using Environment = std::map<std::string, std::string>;
/// Flags of option_table() in the order given: name with `--`, and value.
using Flags = std::vector<std::pair<std::string, std::string>>;

struct LoadRequest {
  std::optional<std::filesystem::path>
      file;  ///< --config; without it the usual places are looked at.
  Environment environment;
  Flags flags;
  std::vector<std::filesystem::path> usual_places;  ///< See usual_places().
};

struct Loaded {
  Config config;
  std::filesystem::path file;     ///< Empty: no file, built-in defaults.
  std::vector<Problem> problems;  ///< Empty means good. All of them, not only the first.
  std::vector<Problem> warnings;  ///< Unknown LOGPOND_ variables.
};

/// `./logpond.toml`, `$HOME/.config/logpond.toml`, `/etc/logpond/logpond.toml`.
std::vector<std::filesystem::path> usual_places(const Environment& environment);

/// Reads everything and reports every problem. A missing --config file is a problem too.
Loaded load(platform::FileSystem& fs, const LoadRequest& request);

/// Applies the text of one file to `config`; `name` is how problems call it, paths inside it count
/// from its directory.
void apply_toml(std::string_view text, const std::filesystem::path& name, Config& config,
                std::vector<Problem>& problems);

/// Options whose values differ, for reloads: what SIGHUP can change and what it cannot.
struct Changes {
  std::vector<std::string> reloadable;  ///< `section.key`
  std::vector<std::string> needs_restart;
};
Changes compare(const Config& before, const Config& after);
/// `config` with the reloadable options of `newer`.
Config with_reloadable(const Config& config, const Config& newer);

}  // namespace logpond::config
