#include "cli/output/log_printer.h"

#include "codec/json_text.h"

namespace logpond::cli {
namespace {

void append_members(std::string& out, const std::vector<Label>& pairs) {
  out += '{';
  bool is_first = true;
  for (const Label& pair : pairs) {
    if (!is_first) out += ',';
    is_first = false;
    codec::append_json_string(out, pair.name);
    out += ':';
    codec::append_json_string(out, pair.value);
  }
  out += '}';
}

// Control characters of a line could move the cursor or change colours: shown as Unicode's
// pictures.
void append_printable(std::string& out, std::string_view line) {
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) {
      out += c;
    } else if (c == '\t' || c == '\n') {
      out += c;
    } else {
      out += "\xE2\x90";
      out += static_cast<char>(byte == 0x7F ? 0xA1 : 0x80 + byte);
    }
  }
}

}  // namespace

std::optional<OutputForm> output_form_from_word(std::string_view word) {
  if (word == "text") return OutputForm::kText;
  if (word == "jsonl") return OutputForm::kJsonl;
  if (word == "raw") return OutputForm::kRaw;
  if (word == "csv") return OutputForm::kCsv;
  return std::nullopt;
}

void append_csv_cell(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void append_json_entry(std::string& out, const LogEntry& entry) {
  out += "{\"timestamp\":\"" + format_rfc3339(entry.timestamp) + "\",\"labels\":";
  append_members(out, entry.stream->all());
  out += ",\"fields\":";
  append_members(out, entry.fields);
  out += ",\"line\":";
  codec::append_json_string(out, entry.line);
  out += '}';
}

void LogPrinter::append_text(std::string& out, const LogEntry& entry) const {
  const std::string_view level = entry.level();
  const Colour colour = level_colour(level);
  painter_.append(out, format_rfc3339(entry.timestamp), Colour::kDim);
  out += ' ';
  painter_.append(out, entry.stream->to_text(), Colour::kDim);
  out += ' ';
  std::string line;
  if (painter_.has_colours()) {
    append_printable(line, entry.line);
  } else {
    line = entry.line;
  }
  // Info is the usual case: only its word would be colour enough, so the line stays plain.
  painter_.append(out, line, colour == Colour::kGreen ? Colour::kNone : colour);
}

void LogPrinter::append(std::string& out, const LogEntry& entry) {
  switch (form_) {
    case OutputForm::kText:
      append_text(out, entry);
      break;
    case OutputForm::kJsonl:
      append_json_entry(out, entry);
      break;
    case OutputForm::kRaw:
      out += entry.line;
      break;
    case OutputForm::kCsv:
      if (!has_header_) out += "timestamp,labels,level,line\n";
      has_header_ = true;
      out += format_rfc3339(entry.timestamp) + ",";
      append_csv_cell(out, entry.stream->to_text());
      out += ',';
      append_csv_cell(out, entry.level());
      out += ',';
      append_csv_cell(out, entry.line);
      break;
  }
  out += '\n';
}

}  // namespace logpond::cli
