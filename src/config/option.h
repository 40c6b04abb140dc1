// One row for each option: the only list of options in the product.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config.h"
#include "core/result.h"

namespace logpond::config {

/// How the text of a value reads.
enum class OptionType {
  kBool,      ///< `true` or `false`
  kInteger,   ///< `12000`
  kBytes,     ///< `65536`, `64MiB`, `10GB`
  kDuration,  ///< `30s`, `1h30m`, `14d`; a bare `0`
  kText,
  kAddress,   ///< `host:port`, `:port`, `[::1]:port`
  kPath,      ///< In a file: relative to that file
  kStoreUrl,  ///< `embedded:DIR`
};

/// The member of a Config that an option sets.
using Member =
    std::variant<bool& (*)(Config&), std::int64_t& (*)(Config&), std::string& (*)(Config&)>;

struct OptionSpec {
  std::string_view section;
  std::string_view key;
  OptionType type = OptionType::kText;
  Member member;
  std::string_view help;               ///< One sentence without its full stop.
  std::string_view unit = {};          ///< What a number counts: `threads`, `connections`.
  std::string_view default_note = {};  ///< Said instead of the default where that is computed.
  bool reloadable = false;             ///< SIGHUP changes it in a running server.
  std::string_view short_flag = {};    ///< Flag without `--` when it is not `section-key`.
  std::int64_t least = 0;              ///< Numbers, spans and sizes only.
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  std::span<const std::string_view> choices = {};  ///< Texts: none means any.

  /// `--http`, `--server-io-threads`.
  std::string flag() const;
  /// `LOGPOND_SERVER_IO_THREADS`.
  std::string environment_name() const;
  /// `server.io_threads`.
  std::string path() const;
  /// `host:port`, `duration`: what stands after a flag in `--help`.
  std::string_view value_name() const;
  /// The default as a person writes it; `default_note` wins.
  std::string default_text() const;
};

/// Every option, grouped by section. Lives for ever.
std::span<const OptionSpec> option_table();
/// What a section is about, one line each, in the table's order.
struct SectionSpec {
  std::string_view name;
  std::string_view help;
};
std::span<const SectionSpec> section_table();
/// A key of a `[[store.retention_rules]]` table.
struct RuleKey {
  std::string_view key;
  OptionType type = OptionType::kText;
  std::string_view help;  ///< One sentence without its full stop.
};
std::span<const RuleKey> rule_keys();
/// How the list of rules is called in a section.
inline constexpr std::string_view kRulesSection = "store";
inline constexpr std::string_view kRulesKey = "retention_rules";

/// The row of `section.key`; null when there is none.
const OptionSpec* find_option(std::string_view path);
/// The row that a flag (with or without `--`) names; null when there is none.
const OptionSpec* find_flag(std::string_view flag);

/// Puts `text` into the option's member. Errors: kInvalidArgument, the sentence names the value and
/// what was wanted but not the option.
Status assign(const OptionSpec& option, std::string_view text, Config& config);
/// The member's value as text that assign() takes back.
std::string value_text(const OptionSpec& option, const Config& config);

}  // namespace logpond::config
