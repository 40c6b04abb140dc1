#include "core/ids.h"

#include <string_view>

namespace logpond {

bool is_valid_tenant(const std::string& text) {
  if (text.empty() || text.size() > 150 || text == "." || text == "..") return false;
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!-_.*'()";
  return text.find_first_not_of(kAllowed) == std::string::npos;
}

}  // namespace logpond
