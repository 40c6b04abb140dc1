#include "config/toml_document.h"

#include <toml++/toml.h>

#include <algorithm>

namespace logpond::config {
namespace {

std::string kind_name(toml::node_type type) {
  switch (type) {
    case toml::node_type::array:
      return "array";
    case toml::node_type::table:
      return "table";
    default:
      return "date";
  }
}

TomlEntry entry_of(std::string section, std::string_view key, const toml::node& node) {
  TomlEntry entry;
  entry.section = std::move(section);
  entry.key = key;
  entry.line = static_cast<int>(node.source().begin.line);
  if (const auto* truth = node.as_boolean()) {
    entry.value = truth->get();
  } else if (const auto* whole = node.as_integer()) {
    entry.value = whole->get();
  } else if (const auto* real = node.as_floating_point()) {
    entry.value = real->get();
  } else if (const auto* text = node.as_string()) {
    entry.value = text->get();
  } else {
    entry.value = ForeignValue{kind_name(node.type())};
  }
  return entry;
}

bool by_line(const TomlEntry& a, const TomlEntry& b) {
  return a.line < b.line;
}

/// Takes `[[section.key]]` tables; false when the value is something else.
bool take_tables(const std::string& section, std::string_view key, const toml::node& node,
                 std::vector<TomlTable>& tables) {
  const toml::array* list = node.as_array();
  if (list == nullptr || !list->is_homogeneous<toml::table>()) return false;
  for (const toml::node& one : *list) {
    TomlTable table{section, std::string(key), static_cast<int>(one.source().begin.line), {}};
    for (const auto& [name, value] : *one.as_table())
      table.entries.push_back(entry_of(section, name.str(), value));
    std::stable_sort(table.entries.begin(), table.entries.end(), by_line);
    tables.push_back(std::move(table));
  }
  return true;
}

}  // namespace

std::variant<TomlDocument, TomlFailure> parse_toml(std::string_view text) {
  try {
    const toml::table root = toml::parse(text);
    TomlDocument document;
    for (const auto& [key, node] : root) {
      const toml::table* section = node.as_table();
      if (section == nullptr) {
        document.entries.push_back(entry_of("", key.str(), node));
        continue;
      }
      document.sections.emplace_back(key.str(), static_cast<int>(node.source().begin.line));
      for (const auto& [name, value] : *section) {
        if (take_tables(std::string(key.str()), name.str(), value, document.tables)) continue;
        document.entries.push_back(entry_of(std::string(key.str()), name.str(), value));
      }
    }
    std::stable_sort(document.entries.begin(), document.entries.end(), by_line);
    return document;
  } catch (const toml::parse_error& error) {
    return TomlFailure{static_cast<int>(error.source().begin.line),
                       std::string(error.description())};
  } catch (const std::exception& error) {
    return TomlFailure{1, error.what()};
  }
}

}  // namespace logpond::config
