// All JSON that the command line reads. DOM parsing: answers are a few megabytes at most.
#include "cli/client/answer.h"

#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace logpond::cli {
namespace {

namespace dom = simdjson::dom;

tl::unexpected<Error> not_an_answer(std::string_view what) {
  return fail(ErrorCode::kInternal, "the server's answer is not understood: " + std::string(what));
}

std::string_view text_of(dom::element element) {
  std::string_view text;
  return element.get_string().get(text) == simdjson::SUCCESS ? text : std::string_view();
}

std::string scalar_text(dom::element element) {
  std::string_view text;
  if (element.get_string().get(text) == simdjson::SUCCESS) return std::string(text);
  return simdjson::minify(element);
}

double number_of(dom::element element) {
  double value = 0;
  if (element.get_double().get(value) == simdjson::SUCCESS) return value;
  return 0;
}

std::uint64_t count_of(dom::element element, const char* name) {
  dom::element found;
  if (element[name].get(found) != simdjson::SUCCESS) return 0;
  const double value = number_of(found);
  return value > 0 ? static_cast<std::uint64_t>(value) : 0;
}

void append_members(dom::element element, std::vector<Label>& out) {
  dom::object object;
  if (element.get_object().get(object) != simdjson::SUCCESS) return;
  for (const dom::key_value_pair member : object) {
    out.push_back({std::string(member.key), scalar_text(member.value)});
  }
}

Labels labels_of(dom::element element) {
  std::vector<Label> all;
  append_members(element, all);
  return Labels(std::move(all));
}

// `[seconds, "value"]`: seconds are a number with milliseconds.
Sample sample_of(dom::array pair) {
  Sample sample;
  std::size_t place = 0;
  for (const dom::element part : pair) {
    if (place == 0) {
      sample.time = static_cast<TimestampNs>(std::llround(number_of(part) * 1000)) * kMillisecond;
    } else {
      sample.text = scalar_text(part);
      sample.value = std::strtod(sample.text.c_str(), nullptr);
    }
    ++place;
  }
  return sample;
}

Status add_entries(dom::element stream, Answer& answer) {
  dom::element labels;
  dom::array values;
  if (stream["stream"].get(labels) != simdjson::SUCCESS ||
      stream["values"].get_array().get(values) != simdjson::SUCCESS) {
    return not_an_answer("a stream lacks its labels or values");
  }
  const auto shared = std::make_shared<const Labels>(labels_of(labels));
  for (const dom::element value : values) {
    dom::array parts;
    if (value.get_array().get(parts) != simdjson::SUCCESS)
      return not_an_answer("a value is no list");
    LogEntry entry;
    entry.stream = shared;
    std::size_t place = 0;
    for (const dom::element part : parts) {
      if (place == 0) {
        const std::string_view digits = text_of(part);
        std::from_chars(digits.data(), digits.data() + digits.size(), entry.timestamp);
      } else if (place == 1) {
        entry.line = text_of(part);
      } else {
        for (const char* group : {"structuredMetadata", "parsed"}) {
          dom::element members;
          if (part[group].get(members) == simdjson::SUCCESS) append_members(members, entry.fields);
        }
      }
      ++place;
    }
    answer.entries.push_back(std::move(entry));
  }
  return {};
}

Status add_series(dom::element element, const char* values_name, Answer& answer) {
  MetricSeries series;
  dom::element labels;
  if (element["metric"].get(labels) == simdjson::SUCCESS) series.labels = labels_of(labels);
  dom::array values;
  if (element[values_name].get_array().get(values) != simdjson::SUCCESS) {
    return not_an_answer("a series lacks its values");
  }
  if (answer.kind == Answer::Kind::kVector) {
    series.samples.push_back(sample_of(values));
  } else {
    for (const dom::element value : values) {
      dom::array pair;
      if (value.get_array().get(pair) == simdjson::SUCCESS)
        series.samples.push_back(sample_of(pair));
    }
  }
  answer.series.push_back(std::move(series));
  return {};
}

Status add_result(dom::element data, Answer& answer) {
  dom::element type_element;
  dom::array result;
  if (data["resultType"].get(type_element) != simdjson::SUCCESS ||
      data["result"].get_array().get(result) != simdjson::SUCCESS) {
    return not_an_answer("it has no result");
  }
  const std::string_view type = text_of(type_element);
  if (type == "scalar") {
    answer.kind = Answer::Kind::kScalar;
    answer.series.push_back({{}, {sample_of(result)}});
    return {};
  }
  if (type == "streams") {
    for (const dom::element stream : result) LOGPOND_CHECK_OK(add_entries(stream, answer));
    return {};
  }
  if (type != "matrix" && type != "vector") {
    return not_an_answer("unknown result type \"" + std::string(type) + "\"");
  }
  answer.kind = type == "matrix" ? Answer::Kind::kMatrix : Answer::Kind::kVector;
  for (const dom::element series : result) {
    LOGPOND_CHECK_OK(add_series(series, type == "matrix" ? "values" : "value", answer));
  }
  return {};
}

}  // namespace

std::string_view LogEntry::level() const {
  for (const std::string_view name : {"detected_level", "level"}) {
    for (const Label& field : fields) {
      if (field.name == name) return field.value;
    }
    if (stream->has(name)) return stream->get(name);
  }
  return {};
}

Result<Answer> parse_answer(std::string_view body) {
  dom::parser parser;
  dom::element root;
  dom::element data;
  if (parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS) {
    return not_an_answer("it is not JSON");
  }
  if (root["data"].get(data) != simdjson::SUCCESS) return not_an_answer("it has no data");
  Answer answer;
  LOGPOND_CHECK_OK(add_result(data, answer));
  dom::array warnings;
  if (root["warnings"].get_array().get(warnings) == simdjson::SUCCESS) {
    for (const dom::element warning : warnings) answer.warnings.emplace_back(text_of(warning));
  }
  dom::element summary;
  if (data["stats"]["summary"].get(summary) == simdjson::SUCCESS) {
    answer.stats.lines = count_of(summary, "totalLinesProcessed");
    answer.stats.bytes = count_of(summary, "totalBytesProcessed");
    answer.stats.entries = count_of(summary, "totalEntriesReturned");
    dom::element seconds;
    if (summary["execTime"].get(seconds) == simdjson::SUCCESS)
      answer.stats.seconds = number_of(seconds);
  }
  return answer;
}

Result<std::vector<std::string>> parse_name_list(std::string_view body) {
  dom::parser parser;
  dom::element root;
  if (parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS) {
    return not_an_answer("it is not JSON");
  }
  std::vector<std::string> names;
  dom::array data;
  if (root["data"].get_array().get(data) != simdjson::SUCCESS) return names;
  for (const dom::element name : data) names.emplace_back(text_of(name));
  return names;
}

Result<std::vector<Labels>> parse_series_list(std::string_view body) {
  dom::parser parser;
  dom::element root;
  if (parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS) {
    return not_an_answer("it is not JSON");
  }
  std::vector<Labels> all;
  dom::array data;
  if (root["data"].get_array().get(data) != simdjson::SUCCESS) return all;
  for (const dom::element labels : data) all.push_back(labels_of(labels));
  return all;
}

Result<std::vector<std::string>> parse_plan(std::string_view body) {
  dom::parser parser;
  dom::element root;
  dom::array steps;
  if (parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS ||
      root["plan"].get_array().get(steps) != simdjson::SUCCESS) {
    return not_an_answer("it has no plan");
  }
  std::vector<std::string> plan;
  for (const dom::element step : steps) plan.emplace_back(text_of(step));
  return plan;
}

Result<LogEntry> parse_tail_record(std::string_view json) {
  dom::parser parser;
  dom::element root;
  dom::element part;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) {
    return not_an_answer("a tail record is not JSON");
  }
  LogEntry entry;
  if (root["timestamp"].get(part) == simdjson::SUCCESS) {
    const std::string digits = scalar_text(part);
    const auto whole =
        std::from_chars(digits.data(), digits.data() + digits.size(), entry.timestamp);
    if (whole.ptr != digits.data() + digits.size()) {
      entry.timestamp = parse_rfc3339(digits).value_or(0);
    }
  }
  std::vector<Label> labels;
  if (root["labels"].get(part) == simdjson::SUCCESS) append_members(part, labels);
  entry.stream = std::make_shared<const Labels>(std::move(labels));
  if (root["fields"].get(part) == simdjson::SUCCESS) append_members(part, entry.fields);
  if (root["level"].get(part) == simdjson::SUCCESS && entry.level().empty() &&
      !text_of(part).empty()) {
    entry.fields.push_back({"detected_level", std::string(text_of(part))});
  }
  if (root["message"].get(part) != simdjson::SUCCESS)
    return not_an_answer("a tail record has no message");
  entry.line = text_of(part);
  return entry;
}

std::uint64_t parse_dropped_count(std::string_view json) {
  dom::parser parser;
  dom::element root;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) return 0;
  return count_of(root, "count");
}

std::string error_sentence(std::string_view body) {
  while (!body.empty() && (body.back() == '\n' || body.back() == ' ')) body.remove_suffix(1);
  dom::parser parser;
  dom::element root;
  if (!body.starts_with('{') ||
      parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS) {
    return std::string(body);
  }
  dom::element inner = root;
  dom::element error;
  if (root["error"].get(error) == simdjson::SUCCESS) {
    if (error.is_string()) return std::string(text_of(error));
    inner = error;
  }
  dom::element part;
  if (inner["message"].get(part) != simdjson::SUCCESS) return std::string(body);
  std::string sentence(text_of(part));
  if (inner["hint"].get(part) == simdjson::SUCCESS && !text_of(part).empty()) {
    sentence += " (" + std::string(text_of(part)) + ")";
  }
  return sentence;
}

JsonLine inspect_json_line(std::string_view line) {
  thread_local dom::parser parser;
  JsonLine found;
  dom::object object;
  if (parser.parse(line.data(), line.size()).get_object().get(object) != simdjson::SUCCESS)
    return found;
  found.is_object = true;
  for (const char* name : {"timestamp", "time", "ts", "@timestamp", "_time"}) {
    dom::element part;
    if (object[name].get(part) != simdjson::SUCCESS) continue;
    if (part.is_string() || part.is_number()) {
      found.time = scalar_text(part);
      break;
    }
  }
  return found;
}

}  // namespace logpond::cli
