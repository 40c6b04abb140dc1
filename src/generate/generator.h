// Realistic log lines of an imaginary shop, one after the other.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/labels.h"
#include "core/severity.h"
#include "core/time.h"

namespace logpond::generate {

enum class Format {
  kMixed,   ///< Every service in its own style.
  kNdjson,  ///< Every service, each line wrapped in a JSON object with service, host and level.
  kJson,
  kLogfmt,
  kNginx,
  kSyslog,
};
/// `mixed ndjson json logfmt nginx syslog`; nothing for another word.
std::optional<Format> format_from_word(std::string_view word);

/// One line. Reused between calls so that its text keeps its memory.
struct Event {
  TimestampNs timestamp = 0;
  std::size_t source = 0;  ///< Index into Generator::sources().
  Severity severity = Severity::kInfo;
  std::string trace_id;  ///< Empty when the line belongs to no request.
  std::string line;      ///< Without a line feed at its end.
};

/// Threads: one at a time. The same options and times give the same lines.
class Generator {
 public:
  struct Options {
    std::uint64_t seed = 1;
    Format format = Format::kMixed;
  };
  explicit Generator(Options options);
  ~Generator();

  /// Labels of each place that lines come from: `service_name`, `host`, `env`, `format`.
  const std::vector<Labels>& sources() const;
  /// Writes the line that happens at `at`; times may go anywhere but usually forward.
  void next(TimestampNs at, Event& event);
  /// How many lines a second at `at`, relative to the average: see traffic.h; incidents add to it.
  double rate_at(TimestampNs at) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace logpond::generate
