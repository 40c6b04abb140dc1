#include "core/severity.h"

#include <algorithm>
#include <array>
#include <utility>

namespace logpond {

std::string_view severity_word(Severity severity) {
  const auto number = static_cast<unsigned>(severity);
  if (severity == Severity::kUnset) return {};
  if (severity == Severity::kCritical) return "critical";
  if (number >= 21 && number <= 24) return "fatal";
  if (number >= 17 && number <= 20) return "error";
  if (number >= 13 && number <= 16) return "warn";
  if (number >= 9 && number <= 12) return "info";
  if (number >= 5 && number <= 8) return "debug";
  if (number >= 1 && number <= 4) return "trace";
  return "unknown";
}

Severity severity_from_word(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, Severity>, 32> kWords{{
      {"trace", Severity::kTrace},
      {"trc", Severity::kTrace},
      {"verbose", Severity::kTrace},
      {"finest", Severity::kTrace},
      {"debug", Severity::kDebug},
      {"dbg", Severity::kDebug},
      {"fine", Severity::kDebug},
      {"info", Severity::kInfo},
      {"inf", Severity::kInfo},
      {"information", Severity::kInfo},
      {"informational", Severity::kInfo},
      {"notice", static_cast<Severity>(10)},
      {"ok", Severity::kInfo},
      {"success", Severity::kInfo},
      {"warn", Severity::kWarn},
      {"wrn", Severity::kWarn},
      {"warning", Severity::kWarn},
      {"error", Severity::kError},
      {"err", Severity::kError},
      {"eror", Severity::kError},
      {"severe", Severity::kError},
      {"critical", Severity::kCritical},
      {"crit", Severity::kCritical},
      {"alert", static_cast<Severity>(19)},
      {"fatal", Severity::kFatal},
      {"panic", Severity::kFatal},
      {"emergency", Severity::kFatal},
      {"emerg", Severity::kFatal},
      {"dbug", Severity::kDebug},
      {"dpanic", Severity::kFatal},
      {"failure", Severity::kError},
      {"config", Severity::kDebug},
  }};
  std::array<char, 16> lower{};
  if (word.empty() || word.size() > lower.size()) return Severity::kUnknown;
  std::transform(word.begin(), word.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const std::string_view text(lower.data(), word.size());
  for (const auto& [known, severity] : kWords) {
    if (known == text) return severity;
  }
  return Severity::kUnknown;
}

}  // namespace logpond
