// Log lines as text, JSON lines, raw lines or CSV.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/client/answer.h"
#include "cli/output/terminal.h"

namespace logpond::cli {

enum class OutputForm { kText, kJsonl, kRaw, kCsv };
/// `text jsonl raw csv`; nothing for another word.
std::optional<OutputForm> output_form_from_word(std::string_view word);

/// Appends one entry after the other. Threads: one.
class LogPrinter {
 public:
  LogPrinter(OutputForm form, Painter painter) : form_(form), painter_(painter) {}
  void append(std::string& out, const LogEntry& entry);

 private:
  void append_text(std::string& out, const LogEntry& entry) const;

  OutputForm form_;
  Painter painter_;
  bool has_header_ = false;
};

/// One JSON object: timestamp, labels, fields, line.
void append_json_entry(std::string& out, const LogEntry& entry);
/// A cell of CSV (RFC 4180), quoted where needed.
void append_csv_cell(std::string& out, std::string_view text);

}  // namespace logpond::cli
