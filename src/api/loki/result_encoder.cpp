#include "api/loki/result_encoder.h"

#include <algorithm>
#include <map>

#include "codec/json_text.h"

namespace logpond::api::loki {
namespace {

using logql::LabelOrigin;

void append_pair(std::string& out, std::string_view name, std::string_view value) {
  codec::append_json_string(out, name);
  out.push_back(':');
  codec::append_json_string(out, value);
}

void append_member(std::string& out, std::string_view name, std::uint64_t value) {
  if (out.back() != '{') out.push_back(',');
  out.append("\"").append(name).append("\":").append(std::to_string(value));
}

void append_member(std::string& out, std::string_view name, double value) {
  if (out.back() != '{') out.push_back(',');
  out.append("\"").append(name).append("\":").append(codec::format_sample(value));
}

/// Streams sorted by their labels, each with its lines in the order of the result.
void append_streams(std::string& out, const logql::LogResult& result, bool categorize) {
  struct Group {
    std::vector<const logql::ResultLine*> lines;
  };
  std::map<std::string, Group> groups;  // by the stream object's text, which is what is sorted by
  std::string key;
  Group* last = nullptr;
  std::string last_key;
  for (const logql::ResultLine& line : result.lines) {
    key.clear();
    if (categorize) {
      append_labels_of(key, line.labels, {LabelOrigin::kStream});
    } else {
      append_labels_of(key, line.labels,
                       {LabelOrigin::kStream, LabelOrigin::kMetadata, LabelOrigin::kParsed});
    }
    if (last == nullptr || key != last_key) {
      last = &groups[key];
      last_key = key;
    }
    last->lines.push_back(&line);
  }
  out.push_back('[');
  for (const auto& [labels, group] : groups) {
    if (out.back() != '[') out.push_back(',');
    out.append("{\"stream\":").append(labels).append(",\"values\":[");
    for (const logql::ResultLine* line : group.lines) {
      if (out.back() != '[') out.push_back(',');
      append_value(out, *line, categorize);
    }
    out.append("]}");
  }
  out.push_back(']');
}

void append_matrix(std::string& out, const std::vector<logql::Series>& series) {
  out.push_back('[');
  for (const logql::Series& one : series) {
    if (out.back() != '[') out.push_back(',');
    out.append("{\"metric\":");
    append_labels(out, one.labels);
    out.append(",\"values\":[");
    for (const logql::Point& point : one.points) {
      if (out.back() != '[') out.push_back(',');
      append_point(out, point);
    }
    out.append("]}");
  }
  out.push_back(']');
}

void append_vector(std::string& out, const std::vector<logql::Series>& series) {
  out.push_back('[');
  for (const logql::Series& one : series) {
    if (one.points.empty()) continue;
    if (out.back() != '[') out.push_back(',');
    out.append("{\"metric\":");
    append_labels(out, one.labels);
    out.append(",\"value\":");
    append_point(out, one.points.front());
    out.push_back('}');
  }
  out.push_back(']');
}

struct ValueEncoder {
  std::string& out;
  bool categorize;
  void operator()(const logql::LogResult& result) const {
    out.append("\"resultType\":\"streams\",\"result\":");
    append_streams(out, result, categorize);
  }
  void operator()(const logql::MatrixResult& result) const {
    out.append("\"resultType\":\"matrix\",\"result\":");
    append_matrix(out, result.series);
  }
  void operator()(const logql::VectorResult& result) const {
    out.append("\"resultType\":\"vector\",\"result\":");
    append_vector(out, result.series);
  }
  void operator()(const logql::ScalarResult& result) const {
    out.append("\"resultType\":\"scalar\",\"result\":");
    append_point(out, result.point);
  }
};

/// What logcli and Grafana look for below `store`.
void append_store_stats(std::string& out, const logql::QueryStats& stats) {
  out.append("{");
  append_member(out, "totalChunksRef", stats.scan.groups);
  append_member(out, "totalChunksDownloaded", stats.scan.groups - stats.scan.groups_pruned);
  append_member(out, "chunksDownloadTime", std::uint64_t{0});
  out.append(",\"chunk\":{");
  append_member(out, "headChunkBytes", std::uint64_t{0});
  append_member(out, "headChunkLines", std::uint64_t{0});
  append_member(out, "decompressedBytes", stats.scan.bytes_scanned);
  append_member(out, "decompressedLines", stats.scan.rows_scanned);
  append_member(out, "compressedBytes", stats.scan.bytes_read);
  append_member(out, "totalDuplicates", std::uint64_t{0});
  append_member(out, "postFilterLines", stats.scan.rows_matched);
  out.append("}}");
}

void append_summary(std::string& out, const logql::QueryStats& stats) {
  const double seconds = std::max(stats.seconds, 1e-9);
  const auto a_second = [seconds](std::uint64_t total) {
    return static_cast<std::uint64_t>(static_cast<double>(total) / seconds);
  };
  out.append("\"summary\":{");
  append_member(out, "bytesProcessedPerSecond", a_second(stats.scan.bytes_scanned));
  append_member(out, "linesProcessedPerSecond", a_second(stats.scan.rows_scanned));
  append_member(out, "totalBytesProcessed", stats.scan.bytes_scanned);
  append_member(out, "totalLinesProcessed", stats.scan.rows_scanned);
  append_member(out, "execTime", stats.seconds);
  append_member(out, "queueTime", 0.0);
  append_member(out, "subqueries", std::uint64_t{0});
  append_member(out, "totalEntriesReturned", stats.entries_returned);
  append_member(out, "splits", std::uint64_t{0});
  append_member(out, "shards", std::uint64_t{0});
  append_member(out, "totalPostFilterLines", stats.scan.rows_matched);
  append_member(out, "totalStructuredMetadataBytesProcessed", std::uint64_t{0});
  out.push_back('}');
}

}  // namespace

EncodingFlags EncodingFlags::parse(std::string_view header) {
  EncodingFlags flags;
  while (!header.empty()) {
    const std::size_t comma = header.find(',');
    std::string_view flag = header.substr(0, comma);
    while (!flag.empty() && flag.front() == ' ') flag.remove_prefix(1);
    while (!flag.empty() && flag.back() == ' ') flag.remove_suffix(1);
    const bool known = std::find(flags.given.begin(), flags.given.end(), flag) != flags.given.end();
    if (!flag.empty() && !known) flags.given.emplace_back(flag);
    if (flag == "categorize-labels") flags.categorize_labels = true;
    if (comma == std::string_view::npos) break;
    header.remove_prefix(comma + 1);
  }
  return flags;
}

void append_labels(std::string& out, const Labels& labels) {
  out.push_back('{');
  for (const Label& label : labels.all()) {
    if (out.back() != '{') out.push_back(',');
    append_pair(out, label.name, label.value);
  }
  out.push_back('}');
}

bool append_labels_of(std::string& out, std::span<const logql::ResultLabel> labels,
                      std::initializer_list<LabelOrigin> origins) {
  bool any = false;
  out.push_back('{');
  for (const logql::ResultLabel& label : labels) {
    if (std::find(origins.begin(), origins.end(), label.origin) == origins.end()) continue;
    if (any) out.push_back(',');
    any = true;
    append_pair(out, label.name, label.value);
  }
  out.push_back('}');
  return any;
}

void append_value(std::string& out, const logql::ResultLine& line, bool categorize_labels) {
  out.append("[\"").append(std::to_string(line.timestamp)).append("\",");
  codec::append_json_string(out, line.line);
  if (categorize_labels) {
    out.append(",{");
    const auto append_kind = [&](const char* name, LabelOrigin origin) {
      const std::size_t before = out.size();
      if (out.back() != '{') out.push_back(',');
      out.append("\"").append(name).append("\":");
      if (!append_labels_of(out, line.labels, {origin})) out.resize(before);
    };
    append_kind("structuredMetadata", LabelOrigin::kMetadata);
    append_kind("parsed", LabelOrigin::kParsed);
    out.push_back('}');
  }
  out.push_back(']');
}

void append_seconds(std::string& out, TimestampNs time) {
  const std::int64_t milliseconds = time / kMillisecond;
  const std::int64_t whole = milliseconds / 1000;
  auto fraction = static_cast<int>(milliseconds % 1000);
  if (fraction < 0) {
    if (whole == 0) out.push_back('-');
    fraction = -fraction;
  }
  out.append(std::to_string(whole));
  if (fraction == 0) return;
  std::string digits = std::to_string(1000 + fraction);
  digits.front() = '.';
  while (digits.back() == '0') digits.pop_back();
  out.append(digits);
}

void append_point(std::string& out, const logql::Point& point) {
  out.push_back('[');
  append_seconds(out, point.time);
  out.append(",\"").append(codec::format_sample(point.value)).append("\"]");
}

void append_flags(std::string& out, const EncodingFlags& flags) {
  if (flags.given.empty()) return;
  out.append(",\"encodingFlags\":[");
  for (const std::string& flag : flags.given) {
    if (out.back() != '[') out.push_back(',');
    codec::append_json_string(out, flag);
  }
  out.push_back(']');
}

void append_stats(std::string& out, const logql::QueryStats& stats) {
  out.push_back('{');
  append_summary(out, stats);
  out.append(",\"querier\":{\"store\":");
  append_store_stats(out, stats);
  out.append("},\"ingester\":{");
  for (const char* name :
       {"totalReached", "totalChunksMatched", "totalBatches", "totalLinesSent"}) {
    append_member(out, name, std::uint64_t{0});
  }
  out.append(",\"store\":");
  append_store_stats(out, {});
  out.append("},\"cache\":{");
  for (const char* kind : {"chunk", "index", "result", "statsResult", "volumeResult",
                           "seriesResult", "labelResult", "instantMetricResult"}) {
    if (out.back() != '{') out.push_back(',');
    out.append("\"").append(kind).append("\":{");
    for (const char* name : {"entriesFound", "entriesRequested", "entriesStored", "bytesReceived",
                             "bytesSent", "requests", "downloadTime"}) {
      append_member(out, name, std::uint64_t{0});
    }
    out.push_back('}');
  }
  out.append("},\"index\":{");
  for (const char* name : {"totalChunks", "postFilterChunks", "shardsDuration"}) {
    append_member(out, name, std::uint64_t{0});
  }
  out.append("}}");
}

std::string encode_query_result(const logql::QueryResult& result, const EncodingFlags& flags) {
  std::string out = "{\"status\":\"success\"";
  if (!result.warnings.empty()) {
    out.append(",\"warnings\":[");
    for (const std::string& warning : result.warnings) {
      if (out.back() != '[') out.push_back(',');
      codec::append_json_string(out, warning);
    }
    out.push_back(']');
  }
  out.append(",\"data\":{");
  std::visit(ValueEncoder{out, flags.categorize_labels}, result.value);
  if (std::holds_alternative<logql::LogResult>(result.value)) append_flags(out, flags);
  out.append(",\"stats\":");
  append_stats(out, result.stats);
  out.append("}}");
  return out;
}

}  // namespace logpond::api::loki
