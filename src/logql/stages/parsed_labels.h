// How what a parser finds becomes labels: collisions are renamed, the first parser wins.
#pragma once

#include <string_view>

#include "logql/stages/stage.h"

namespace logpond::logql {

/// Adds one parser's finds to a line.
///
/// Threads: one.
class ParsedLabels {
 public:
  explicit ParsedLabels(const ParserHints& hints) : hints_(hints) {}

  /// Starts a line.
  void begin() { found_ = 0; }
  /// Sets the label `name` (with `_extracted` when the stream or the metadata has that name),
  /// unless it is not needed or an earlier parser set it. Both texts must live as long as the line.
  void add(LineContext& context, std::string_view name, std::string_view value);
  /// True when every label the query needs was found: what is wrong behind them does not matter.
  bool has_all_needed() const { return !hints_.all && found_ >= hints_.needed.size(); }
  void set_error(LineContext& context, std::string_view error, std::string_view details) const {
    context.labels.set_error(error, details, hints_.preserve_error);
  }

 private:
  ParserHints hints_;
  std::size_t found_ = 0;
};

}  // namespace logpond::logql
