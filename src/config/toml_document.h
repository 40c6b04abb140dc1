// A TOML text as a flat list of places and values: the only door to toml++.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/result.h"

namespace logpond::config {

/// A value of a kind that options do not take (array, date, table in a value's place).
struct ForeignValue {
  std::string kind;  ///< `array`, `date`, `table`
};

/// One `key = value` of a section.
struct TomlEntry {
  std::string section;  ///< Empty for keys before the first section.
  std::string key;
  int line = 0;  ///< From 1.
  std::variant<bool, std::int64_t, double, std::string, ForeignValue> value;
};

/// One table of a list of tables: `[[store.retention_rules]]`.
struct TomlTable {
  std::string section;
  std::string key;
  int line = 0;
  std::vector<TomlEntry> entries;  ///< By line.
};

struct TomlDocument {
  std::vector<TomlEntry> entries;  ///< By line.
  /// Sections as written, empty ones too, with their lines.
  std::vector<std::pair<std::string, int>> sections;
  std::vector<TomlTable> tables;  ///< Those of lists inside sections, in order.
};

/// A text that is no TOML.
struct TomlFailure {
  int line = 0;
  std::string message;
};

/// Parses a whole file. Never throws.
std::variant<TomlDocument, TomlFailure> parse_toml(std::string_view text);

}  // namespace logpond::config
