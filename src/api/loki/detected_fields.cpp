#include "api/loki/detected_fields.h"

#include <algorithm>
#include <charconv>

#include <simdjson.h>

#include "codec/json_text.h"
#include "core/labels.h"
#include "logql/quantity.h"

namespace logpond::api::loki {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kExtractedSuffix = "_extracted";
/// Deepest objects looked into for paths: beyond it a field goes without.
constexpr std::size_t kJsonDepthMax = 32;

bool is_integer(std::string_view value) {
  std::int64_t number = 0;
  const auto [rest, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return error == std::errc{} && rest == value.data() + value.size();
}

bool is_error_label(std::string_view name) {
  return name == "__error__" || name == "__error_details__";
}

/// Two kinds of values in one field: a wider kind, or text.
DetectedType joined(DetectedType a, DetectedType b) {
  if (a == b) return a;
  const auto is_number = [](DetectedType type) {
    return type == DetectedType::kInt || type == DetectedType::kFloat;
  };
  return is_number(a) && is_number(b) ? DetectedType::kFloat : DetectedType::kString;
}

using JsonPaths = std::map<std::string, std::vector<std::string>>;

void collect_paths(dom::element element, std::vector<std::string>& path, JsonPaths& paths) {
  dom::object object;
  if (element.get_object().get(object) != simdjson::SUCCESS) {
    std::string name;
    for (const std::string& key : path) name += (name.empty() ? "" : "_") + key;
    paths.try_emplace(sanitize_label_name(name), path);
    return;
  }
  if (path.size() == kJsonDepthMax) return;
  for (const dom::key_value_pair member : object) {
    path.emplace_back(member.key);
    collect_paths(member.value, path, paths);
    path.pop_back();
  }
}

void append_texts(std::string& out, const auto& texts) {
  out.push_back('[');
  for (const std::string& text : texts) {
    if (out.back() != '[') out.push_back(',');
    codec::append_json_string(out, text);
  }
  out.push_back(']');
}

}  // namespace

std::string_view name_of(DetectedType type) {
  switch (type) {
    case DetectedType::kInt:
      return "int";
    case DetectedType::kFloat:
      return "float";
    case DetectedType::kBoolean:
      return "boolean";
    case DetectedType::kDuration:
      return "duration";
    case DetectedType::kBytes:
      return "bytes";
    case DetectedType::kString:
      break;
  }
  return "string";
}

DetectedType type_of_value(std::string_view value) {
  if (is_integer(value)) return DetectedType::kInt;
  if (logql::parse_float(value)) return DetectedType::kFloat;
  if (value == "true" || value == "false") return DetectedType::kBoolean;
  if (logql::parse_duration(value)) return DetectedType::kDuration;
  if (logql::parse_bytes(value)) return DetectedType::kBytes;
  return DetectedType::kString;
}

void FieldDetector::add_value(const std::string& name, const std::string& value,
                              const std::vector<std::string>& parsers) {
  const auto [at, is_new] = fields_.try_emplace(name);
  DetectedField& field = at->second;
  field.parsers.insert(parsers.begin(), parsers.end());
  if (!seen_[name].insert(value).second) return;
  const DetectedType type = type_of_value(value);
  field.type = is_new ? type : joined(field.type, type);
  field.values.push_back(value);
}

void FieldDetector::add_lines(const std::vector<logql::ResultLine>& lines,
                              const std::vector<std::string>& parsers) {
  for (const logql::ResultLine& line : lines) {
    bool is_parsed = false;
    for (const logql::ResultLabel& label : line.labels) {
      if (label.origin == logql::LabelOrigin::kStream || is_error_label(label.name)) continue;
      const bool is_from_line = label.origin == logql::LabelOrigin::kParsed;
      is_parsed = is_parsed || is_from_line;
      add_value(label.name, label.value, is_from_line ? parsers : std::vector<std::string>());
    }
    if (!is_parsed) {
      unparsed_.insert(line.id);
    } else if (std::find(parsers.begin(), parsers.end(), "json") != parsers.end()) {
      add_json_paths(line.line);
    }
  }
}

void FieldDetector::add_parsed(const std::vector<logql::ResultLine>& lines,
                               const std::string& parser) {
  for (const logql::ResultLine& line : lines) {
    if (!unparsed_.contains(line.id)) continue;
    const bool has_error =
        std::any_of(line.labels.begin(), line.labels.end(),
                    [](const logql::ResultLabel& label) { return is_error_label(label.name); });
    if (has_error) continue;
    bool is_parsed = false;
    for (const logql::ResultLabel& label : line.labels) {
      if (label.origin != logql::LabelOrigin::kParsed) continue;
      is_parsed = true;
      add_value(label.name, label.value, {parser});
    }
    if (!is_parsed) continue;
    unparsed_.erase(line.id);
    if (parser == "json") add_json_paths(line.line);
  }
}

void FieldDetector::add_json_paths(std::string_view line) {
  dom::parser parser;
  dom::element root;
  if (parser.parse(simdjson::padded_string(line)).get(root) != simdjson::SUCCESS) return;
  JsonPaths paths;
  std::vector<std::string> path;
  collect_paths(root, path, paths);
  for (auto& [name, field] : fields_) {
    if (!field.json_path.empty() || !field.parsers.contains("json")) continue;
    auto found = paths.find(name);
    if (found == paths.end() && name.ends_with(kExtractedSuffix))
      found = paths.find(name.substr(0, name.size() - kExtractedSuffix.size()));
    if (found != paths.end()) field.json_path = found->second;
  }
}

void FieldDetector::add_stats(const std::vector<storage::FieldStats>& stats) {
  for (const storage::FieldStats& one : stats) {
    const auto [at, is_new] = fields_.try_emplace(sanitize_label_name(one.name));
    DetectedField& field = at->second;
    field.cardinality = std::max(field.cardinality, one.distinct);
    if (!is_new) continue;
    if (one.kind == FieldKind::kNumber) field.type = DetectedType::kFloat;
    if (one.kind == FieldKind::kBool) field.type = DetectedType::kBoolean;
  }
}

std::string encode_detected_fields(const std::map<std::string, DetectedField>& fields,
                                   std::size_t limit) {
  if (fields.empty() || limit == 0) return "{}";
  std::string out = "{\"fields\":[";
  std::size_t count = 0;
  for (const auto& [name, field] : fields) {
    if (count++ == limit) break;
    if (out.back() != '[') out.push_back(',');
    out.append("{\"label\":");
    codec::append_json_string(out, name);
    const std::uint64_t cardinality =
        std::max<std::uint64_t>(field.cardinality, field.values.size());
    out.append(",\"type\":\"").append(name_of(field.type)).append("\",\"cardinality\":");
    out.append(std::to_string(cardinality)).append(",\"parsers\":");
    if (field.parsers.empty()) {
      out.append("null");
    } else {
      append_texts(out, field.parsers);
    }
    if (!field.json_path.empty()) {
      out.append(",\"jsonPath\":");
      append_texts(out, field.json_path);
    }
    out.push_back('}');
  }
  return out.append("],\"limit\":").append(std::to_string(limit)).append("}");
}

std::string encode_detected_values(const std::map<std::string, DetectedField>& fields,
                                   std::string_view name, std::size_t limit) {
  const auto at = fields.find(std::string(name));
  if (at == fields.end() || at->second.values.empty() || limit == 0) return "{}";
  std::vector<std::string> values = at->second.values;
  if (values.size() > limit) values.resize(limit);
  std::string out = "{\"values\":";
  append_texts(out, values);
  return out.append(",\"limit\":").append(std::to_string(limit)).append("}");
}

}  // namespace logpond::api::loki
