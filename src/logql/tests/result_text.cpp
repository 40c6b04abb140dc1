#include "logql/tests/result_text.h"

#include "codec/json_text.h"
#include "logql/tests/dataset.h"

namespace logpond::logql::testing {
namespace {

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  std::size_t place = 0;
  while ((place = text.find(from, place)) != std::string::npos) {
    text.replace(place, from.size(), to);
    place += to.size();
  }
  return text;
}

std::string seconds_text(TimestampNs t) {
  const DurationNs after = t - kDatasetTime;
  std::string text = (after < 0 ? "-" : "+") + std::to_string(std::abs(after) / kSecond);
  if (after % kSecond != 0) text += "." + std::to_string(std::abs(after) % kSecond);
  return text;
}

std::string text_of_line(const ResultLine& line) {
  std::string place;
  std::string others;
  for (const ResultLabel& label : line.labels) {
    if (label.name == "app" || label.name == "env") {
      place += (place.empty() ? "" : "/") + label.value;
    } else {
      others += (others.empty() ? "" : ",") + label.name + "=\"" + label.value + "\"";
    }
  }
  if (!place.empty()) place = " " + place;
  if (!others.empty()) others = " {" + others + "}";
  return seconds_text(line.timestamp) + place + others + " `" +
         replace_all(line.line, "\x1B", "<ESC>") + "`\n";
}

std::string text_of_labels(const Series& series) {
  std::vector<std::string> parts;
  for (const Label& label : series.labels.all()) {
    parts.push_back(label.name + "=\"" + label.value + "\"");
  }
  for (const std::string& name : series.empty_labels) parts.push_back(name + "=\"\"");
  std::sort(parts.begin(), parts.end());
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ",") + part;
  return "{" + out + "}";
}

struct Printer {
  std::string operator()(const LogResult& result) const {
    std::string out;
    for (const ResultLine& line : result.lines) out += text_of_line(line);
    return out.empty() ? "(none)\n" : out;
  }
  std::string operator()(const MatrixResult& result) const {
    std::string out;
    for (const Series& series : result.series) {
      out += text_of_labels(series);
      for (const Point& point : series.points) {
        out += " " + codec::format_sample(point.value) + "@" + seconds_text(point.time);
      }
      out += "\n";
    }
    return out.empty() ? "(empty matrix)\n" : out;
  }
  std::string operator()(const VectorResult& result) const {
    std::string out;
    for (const Series& series : result.series) {
      out +=
          text_of_labels(series) + " " + codec::format_sample(series.points.front().value) + "\n";
    }
    return out.empty() ? "(empty vector)\n" : out;
  }
  std::string operator()(const ScalarResult& result) const {
    return "scalar " + codec::format_sample(result.point.value) + "\n";
  }
};

}  // namespace

std::string text_of(const Result<QueryResult>& result) {
  if (result) return std::visit(Printer{}, result->value);
  return std::to_string(http_status_of(result.error().code)) + " " +
         replace_all(result.error().message, "\n", "\\n") + "\n";
}

}  // namespace logpond::logql::testing
