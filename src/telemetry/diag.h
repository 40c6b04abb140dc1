// Diagnostics: what Logpond says about itself, to stderr, one line each.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace logpond::telemetry {

enum class DiagLevel { kDebug, kInfo, kWarn, kError };

/// Values travel as fields, not inside the prose. Secrets never do.
using DiagFields = std::initializer_list<std::pair<std::string_view, std::string>>;

/// Where diagnostics go and from which level. Call once at start; the default is info, text.
struct DiagOptions {
  DiagLevel level = DiagLevel::kInfo;
  bool json = false;    ///< One JSON object a line instead of text.
  bool colour = false;  ///< For terminals.
};
void configure_diagnostics(const DiagOptions& options);

/// Threads: any. Does not block on the reader of stderr beyond the write itself.
void diag(DiagLevel level, std::string_view message, DiagFields fields = {});

inline void diag_info(std::string_view m, DiagFields f = {}) {
  diag(DiagLevel::kInfo, m, f);
}
inline void diag_warn(std::string_view m, DiagFields f = {}) {
  diag(DiagLevel::kWarn, m, f);
}
inline void diag_error(std::string_view m, DiagFields f = {}) {
  diag(DiagLevel::kError, m, f);
}

}  // namespace logpond::telemetry
