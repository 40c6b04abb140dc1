#include "net/header_text.h"

#include <algorithm>
#include <functional>

namespace logpond::net {
namespace {

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// Calls `see(item)` for each trimmed item of a comma list until it says false.
template <typename See>
void for_each_item(std::string_view list, const See& see) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (!see(trim_blanks(list.substr(0, comma)))) return;
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

/// `q=0`, `q=0.0`, ... after the first `;`.
bool has_zero_quality(std::string_view parameters) {
  const std::size_t q = parameters.find("q=");
  if (q == std::string_view::npos) return false;
  const std::string_view value = trim_blanks(parameters.substr(q + 2));
  return value.starts_with('0') && value.find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

bool equal_without_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool list_names(std::string_view list, std::string_view token) {
  bool found = false;
  for_each_item(list, [&](std::string_view item) {
    found = equal_without_case(trim_blanks(item.substr(0, item.find(';'))), token);
    return !found;
  });
  return found;
}

bool allows_gzip(std::string_view accept_encoding) {
  bool star = false;
  bool named = false;
  bool refused = false;
  for_each_item(accept_encoding, [&](std::string_view item) {
    const std::size_t semicolon = item.find(';');
    const std::string_view name = trim_blanks(item.substr(0, semicolon));
    const bool zero =
        semicolon != std::string_view::npos && has_zero_quality(item.substr(semicolon + 1));
    if (equal_without_case(name, "gzip") || equal_without_case(name, "x-gzip")) {
      (zero ? refused : named) = true;
    } else if (name == "*") {
      star = !zero;
    }
    return true;
  });
  return named || (star && !refused);
}

}  // namespace logpond::net
