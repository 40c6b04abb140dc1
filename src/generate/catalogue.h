// The imaginary shop whose logs are made: its services, machines and what they say.
#pragma once

#include <span>
#include <string_view>

#include "core/severity.h"

namespace logpond::generate {

/// How a service writes its lines.
enum class Style {
  kNginx,     ///< Combined access log.
  kJson,      ///< One JSON object a line.
  kLogfmt,    ///< key=value pairs.
  kSyslog,    ///< RFC 3164 text: `Jun 14 15:16:01 host app[pid]: ...`
  kJava,      ///< `2026-06-14 15:16:01,123 INFO [thread] class - ...`, with stack traces.
  kKube,      ///< Kubernetes components: `I0614 15:16:01.123456 ...`
  kPostgres,  ///< `2026-06-14 15:16:01.123 UTC [pid] LOG:  ...`
  kPython,    ///< `2026-06-14 15:16:01,123 - module - INFO - ...`
};

/// Something that a service says. Texts are phrases (phrase.h).
struct Saying {
  Severity severity = Severity::kInfo;
  int weight = 1;
  std::string_view text;
  std::string_view attributes = {};  ///< `key={place} key2=word`: members of JSON and logfmt lines.
  bool only_in_trouble = false;      ///< Said during incidents only.
};

struct Service {
  std::string_view name;
  Style style = Style::kJson;
  int weight = 1;
  std::string_view component;  ///< Class, module or program inside the lines.
  std::span<const std::string_view> hosts;
  std::span<const Saying> sayings;
  bool traced = false;  ///< Its lines belong to requests with a trace id.
};

/// Every service. Lives for ever.
std::span<const Service> catalogue();
/// The name of a style as a label value: `nginx`, `json`, …
std::string_view style_name(Style style);

}  // namespace logpond::generate
