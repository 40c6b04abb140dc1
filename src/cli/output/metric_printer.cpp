#include "cli/output/metric_printer.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "codec/json_text.h"

namespace logpond::cli {
namespace {

constexpr std::array<std::string_view, 8> kBars{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::size_t kSparkWidthMin = 10;
constexpr std::size_t kSparkWidthMax = 60;
constexpr std::size_t kLabelsWidthMax = 60;

struct Cell {
  std::string text;
  std::size_t width = 0;  // columns on the screen
  bool is_number = false;
};

std::size_t screen_width(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text) width += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1U : 0U;
  return width;
}

Cell cell(std::string text, bool is_number = false) {
  const std::size_t width = screen_width(text);
  return {std::move(text), width, is_number};
}

void append_table(std::string& out, const std::vector<std::string>& header,
                  const std::vector<std::vector<Cell>>& rows, const Painter& painter) {
  std::vector<std::size_t> widths;
  for (const std::string& title : header) widths.push_back(title.size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].width);
  }
  std::string titles;
  for (std::size_t i = 0; i < header.size(); ++i) {
    std::string title = header[i];
    const bool is_number = !rows.empty() && rows.front()[i].is_number;
    const std::string space(widths[i] - title.size(), ' ');
    titles += is_number ? space + title : title + space;
    if (i + 1 < header.size()) titles += "  ";
  }
  while (titles.ends_with(' ')) titles.pop_back();
  painter.append(out, titles, Colour::kBold);
  out += '\n';
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - row[i].width, ' ');
      line += row[i].is_number ? space + row[i].text : row[i].text + space;
      if (i + 1 < row.size()) line += "  ";
    }
    while (line.ends_with(' ')) line.pop_back();
    out += line + '\n';
  }
}

std::string shortened(std::string text) {
  if (screen_width(text) <= kLabelsWidthMax) return text;
  std::size_t columns = 0;
  std::size_t end = 0;
  while (end < text.size() && columns + 1 < kLabelsWidthMax) {
    ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    ++columns;
  }
  return text.substr(0, end) + "…";
}

void append_matrix(std::string& out, const Answer& answer, const Painter& painter,
                   std::size_t width) {
  std::vector<std::vector<Cell>> rows;
  std::size_t used = 0;
  for (const MetricSeries& series : answer.series) {
    double least = std::numeric_limits<double>::infinity();
    double most = -least;
    for (const Sample& sample : series.samples) {
      if (std::isnan(sample.value)) continue;
      least = std::min(least, sample.value);
      most = std::max(most, sample.value);
    }
    const bool is_empty = !(least <= most);
    rows.push_back({cell(shortened(series.labels.to_text())),
                    cell(series.samples.empty() ? "-" : series.samples.back().text, true),
                    cell(is_empty ? "-" : codec::format_sample(least), true),
                    cell(is_empty ? "-" : codec::format_sample(most), true)});
    std::size_t row_width = 2;
    for (const Cell& part : rows.back()) row_width += part.width + 2;
    used = std::max(used, row_width);
  }
  const std::size_t left = width > used ? width - used : 0;
  const std::size_t spark_width = std::clamp(left, kSparkWidthMin, kSparkWidthMax);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].push_back(cell(spark_line(answer.series[i].samples, spark_width)));
  }
  append_table(out, {"series", "last", "least", "most", "course"}, rows, painter);
}

void append_long_form(std::string& out, const Answer& answer, OutputForm form) {
  if (form == OutputForm::kCsv) out += "timestamp,labels,value\n";
  for (const MetricSeries& series : answer.series) {
    for (const Sample& sample : series.samples) {
      if (form == OutputForm::kRaw) {
        out += sample.text + '\n';
        continue;
      }
      const std::string time = format_rfc3339(sample.time);
      if (form == OutputForm::kCsv) {
        out += time + ",";
        append_csv_cell(out, series.labels.to_text());
        out += "," + sample.text + "\n";
        continue;
      }
      out += "{\"timestamp\":\"" + time + "\",\"labels\":{";
      bool is_first = true;
      for (const Label& label : series.labels.all()) {
        if (!is_first) out += ',';
        is_first = false;
        codec::append_json_string(out, label.name);
        out += ':';
        codec::append_json_string(out, label.value);
      }
      out += "},\"value\":";
      codec::append_json_string(out, sample.text);
      out += "}\n";
    }
  }
}

// The usual distance of two neighbours; samples further apart have a gap between them.
DurationNs usual_step(std::span<const Sample> samples) {
  DurationNs step = 0;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const DurationNs distance = samples[i].time - samples[i - 1].time;
    if (distance > 0 && (step == 0 || distance < step)) step = distance;
  }
  return step;
}

}  // namespace

std::string spark_line(std::span<const Sample> samples, std::size_t width) {
  if (samples.empty() || width == 0) return {};
  const DurationNs step = usual_step(samples);
  const auto slot_of = [&](const Sample& sample) {
    return step == 0 ? 0 : static_cast<std::size_t>((sample.time - samples.front().time) / step);
  };
  const std::size_t slots = slot_of(samples.back()) + 1;
  const std::size_t columns = std::min(slots, width);
  std::vector<double> sums(columns, 0);
  std::vector<std::size_t> counts(columns, 0);
  std::vector<bool> has_nan(columns, false);
  for (const Sample& sample : samples) {
    const std::size_t column = std::min(columns - 1, slot_of(sample) * columns / slots);
    if (!std::isfinite(sample.value)) {
      has_nan[column] = true;
      continue;
    }
    sums[column] += sample.value;
    ++counts[column];
  }
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  for (std::size_t i = 0; i < columns; ++i) {
    if (counts[i] == 0) continue;
    sums[i] /= static_cast<double>(counts[i]);
    least = std::min(least, sums[i]);
    most = std::max(most, sums[i]);
  }
  std::string out;
  for (std::size_t i = 0; i < columns; ++i) {
    if (counts[i] == 0) {
      out += has_nan[i] ? "·" : " ";
      continue;
    }
    const double height = most > least ? (sums[i] - least) / (most - least) : 0.5;
    out += kBars[static_cast<std::size_t>(height * (kBars.size() - 1) + 0.5)];
  }
  return out;
}

void append_metrics(std::string& out, const Answer& answer, OutputForm form, const Painter& painter,
                    std::size_t width) {
  if (form != OutputForm::kText) return append_long_form(out, answer, form);
  if (answer.kind == Answer::Kind::kMatrix) return append_matrix(out, answer, painter, width);
  if (answer.kind == Answer::Kind::kScalar) {
    out += answer.series.front().samples.front().text + '\n';
    return;
  }
  std::vector<std::vector<Cell>> rows;
  for (const MetricSeries& series : answer.series) {
    rows.push_back({cell(series.labels.to_text()),
                    cell(series.samples.empty() ? "-" : series.samples.front().text, true)});
  }
  append_table(out, {"series", "value"}, rows, painter);
}

}  // namespace logpond::cli
