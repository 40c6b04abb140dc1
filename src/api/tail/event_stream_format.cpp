#include "api/tail/event_stream_format.h"

#include "codec/json_text.h"
#include "core/severity.h"

namespace logpond::api::tail {
namespace {

/// Labels of the stream, or all others; the level has a place of its own.
void append_labels(std::string& out, const logql::ResultLine& line, bool of_stream) {
  out.push_back('{');
  for (const logql::ResultLabel& label : line.labels) {
    const bool is_stream = label.origin == logql::LabelOrigin::kStream;
    if (is_stream != of_stream || (!is_stream && label.name == "detected_level")) continue;
    if (out.back() != '{') out.push_back(',');
    codec::append_json_string(out, label.name);
    out.push_back(':');
    codec::append_json_string(out, label.value);
  }
  out.push_back('}');
}

}  // namespace

void append_record(std::string& out, const logql::ResultLine& line) {
  out.append("{\"timestamp\":\"").append(std::to_string(line.timestamp)).append("\",\"labels\":");
  append_labels(out, line, true);
  out.append(",\"fields\":");
  append_labels(out, line, false);
  out.append(",\"level\":");
  codec::append_json_string(out, severity_word(line.severity));
  out.append(",\"message\":");
  codec::append_json_string(out, line.line);
  out.push_back('}');
}

std::string EventStreamFormat::payload(std::span<const logql::ResultLine> lines, const Lost& lost) {
  std::string out;
  if (lost.records > 0) {
    out.append("event: dropped\ndata: {\"count\":").append(std::to_string(lost.records));
    out.append("}\n\n");
  }
  for (const logql::ResultLine& line : lines) {
    out.append("event: record\nid: ").append(std::to_string(line.id.value)).append("\ndata: ");
    append_record(out, line);
    out.append("\n\n");
  }
  return out;
}

std::string EventStreamFormat::failure(std::string_view message) const {
  std::string out = "event: failed\ndata: {\"message\":";
  codec::append_json_string(out, message);
  out.append("}\n\n");
  return out;
}

}  // namespace logpond::api::tail
