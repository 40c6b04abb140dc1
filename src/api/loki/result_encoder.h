// Query results as Loki's JSON. Everything is appended straight to one string.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "logql/engine.h"

namespace logpond::api::loki {

/// What a client asked for in X-Loki-Response-Encoding-Flags.
struct EncodingFlags {
  std::vector<std::string> given;  ///< Echoed, unknown ones too.
  bool categorize_labels =
      false;  ///< Labels by origin: stream labels in the stream, others a value.

  static EncodingFlags parse(std::string_view header);
};

/// {"status":"success",...} of a query answer.
std::string encode_query_result(const logql::QueryResult& result, const EncodingFlags& flags);

/// {"app":"x"}.
void append_labels(std::string& out, const Labels& labels);
/// The labels of these origins as an object; false when there were none (`{}` is appended then).
bool append_labels_of(std::string& out, std::span<const logql::ResultLabel> labels,
                      std::initializer_list<logql::LabelOrigin> origins);
/// ["<ns>","line"] or ["<ns>","line",{"structuredMetadata":{..},"parsed":{..}}].
void append_value(std::string& out, const logql::ResultLine& line, bool categorize_labels);
/// Seconds with milliseconds where there are any: 1795219260 or 1795219275.5.
void append_seconds(std::string& out, TimestampNs time);
/// [1795219260,"3"]
void append_point(std::string& out, const logql::Point& point);
/// "encodingFlags":["..."], preceded by a comma.
void append_flags(std::string& out, const EncodingFlags& flags);
/// The stats object: the summary is real, what we have no counterpart for is zero.
void append_stats(std::string& out, const logql::QueryStats& stats);

}  // namespace logpond::api::loki
