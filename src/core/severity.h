// Severity of a record: OpenTelemetry's numbers, with the words people write mapped onto them.
#pragma once

#include <cstdint>
#include <string_view>

namespace logpond {

/// OpenTelemetry severity number; values between the named ones are valid (INFO2 = 10).
/// Stored on disk: never renumber.
enum class Severity : std::uint8_t {
  kUnknown = 0,
  kTrace = 1,
  kDebug = 5,
  kInfo = 9,
  kWarn = 13,
  kError = 17,
  kCritical = 18,
  kFatal = 21,
  kUnset = 255,  ///< Nobody looked (discovery off): the record shows no level at all.
};

/// `trace debug info warn error critical fatal unknown`: Loki's `detected_level` words. Empty for
/// kUnset.
std::string_view severity_word(Severity severity);

/// The severity that a word names (`WARN`, `err`, `Information`), in any case; kUnknown when none.
Severity severity_from_word(std::string_view word);

}  // namespace logpond
