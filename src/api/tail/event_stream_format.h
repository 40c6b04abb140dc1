// Tails as server-sent events: `event: record`, `event: dropped`, `event: failed`.
#pragma once

#include "api/tail/tail_format.h"

namespace logpond::api::tail {

class EventStreamFormat : public TailFormat {
 public:
  std::string payload(std::span<const logql::ResultLine> lines, const Lost& lost) override;
  std::size_t lines_max() const override { return 500; }
  std::string heartbeat() const override { return ": alive\n\n"; }
  std::string failure(std::string_view message) const override;
};

/// {"timestamp":"<ns>","labels":{},"fields":{},"level":"info","message":".."}
void append_record(std::string& out, const logql::ResultLine& line);

}  // namespace logpond::api::tail
