// Answers of a server, and those of a data directory in the same form.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/labels.h"
#include "core/result.h"
#include "core/time.h"

namespace logpond::cli {

/// One line of a log answer.
struct LogEntry {
  TimestampNs timestamp = 0;
  std::shared_ptr<const Labels> stream;  ///< Shared by the entries of a stream; never null.
  std::vector<Label> fields;             ///< Structured metadata and parsed labels.
  std::string line;

  /// The level that the record shows: `detected_level`, else `level`; empty when there is none.
  std::string_view level() const;
};

struct Sample {
  TimestampNs time = 0;
  std::string text;  ///< As the server wrote it: `NaN` and `+Inf` too.
  double value = 0;
};
struct MetricSeries {
  Labels labels;
  std::vector<Sample> samples;
};

struct AnswerStats {
  std::uint64_t lines = 0;  ///< Looked at.
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;  ///< Returned.
  double seconds = 0;
};

struct Answer {
  enum class Kind { kStreams, kMatrix, kVector, kScalar };
  Kind kind = Kind::kStreams;
  std::vector<LogEntry> entries;  ///< kStreams: by stream as sent, each in the direction's order.
  std::vector<MetricSeries> series;  ///< The other kinds.
  std::vector<std::string> warnings;
  AnswerStats stats;
};

/// Reads the JSON of /loki/api/v1/query and query_range. Errors: kInternal, when it is no such
/// answer.
Result<Answer> parse_answer(std::string_view body);
/// Reads `{"status":"success","data":["a","b"]}`; no data is an empty list. Errors: kInternal.
Result<std::vector<std::string>> parse_name_list(std::string_view body);
/// Reads the answer of /loki/api/v1/series. Errors: kInternal.
Result<std::vector<Labels>> parse_series_list(std::string_view body);

/// Reads the steps of /api/v1/explain's `plan`. Errors: kInternal.
Result<std::vector<std::string>> parse_plan(std::string_view body);

/// Reads one `record` event of /api/v1/tail. Errors: kInternal.
Result<LogEntry> parse_tail_record(std::string_view json);
/// `count` of a `dropped` event; 0 when it has none.
std::uint64_t parse_dropped_count(std::string_view json);
/// The sentence of an error body: JSON forms are opened, plain text is trimmed.
std::string error_sentence(std::string_view body);

/// What a JSON log line tells of its time.
struct JsonLine {
  bool is_object = false;
  /// Text or digits of the first of `timestamp`, `time`, `ts`, `@timestamp`, `_time`; empty when
  /// none.
  std::string time;
};
JsonLine inspect_json_line(std::string_view line);

}  // namespace logpond::cli
