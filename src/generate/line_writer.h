// Writes one line in a service's own style.
#pragma once

#include <string>
#include <string_view>

#include "core/time.h"
#include "generate/catalogue.h"
#include "generate/dice.h"

namespace logpond::generate {

struct LineParts {
  const Service* service = nullptr;
  const Saying* saying = nullptr;
  std::string_view host;
  std::string_view trace_id;  ///< Empty when the line belongs to no request.
  TimestampNs at = 0;
};

/// Appends the line, without a line feed at its end (stack traces have some inside).
void append_line(std::string& out, const LineParts& parts, Dice& dice);

/// Appends the line wrapped for loaders:
/// {"timestamp","service","host","level","message"[,"trace_id"]}.
void append_wrapped(std::string& out, const LineParts& parts, std::string_view line);

}  // namespace logpond::generate
