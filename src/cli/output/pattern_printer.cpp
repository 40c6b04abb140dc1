#include "cli/output/pattern_printer.h"

#include <algorithm>

#include "cli/output/metric_printer.h"
#include "cli/output/progress.h"
#include "codec/json_text.h"

namespace logpond::cli {
namespace {

constexpr std::size_t kCourseWidth = 24;
constexpr std::size_t kPatternWidthMin = 20;
constexpr std::string_view kVariable = "<_>";
constexpr std::string_view kFirstSeenTitle = "first seen          ";  // as wide as its times

/// The counts as samples of the whole range, steps without records as nought.
std::vector<Sample> course_of(const PatternRow& row, const PatternCourse& course) {
  constexpr std::size_t kSlotsMax = 10'000;
  const auto slots = static_cast<std::size_t>(std::clamp<std::int64_t>(
      (course.range.end - course.range.start) / course.step + 1, 1, kSlotsMax));
  const TimestampNs begin = course.range.start / course.step * course.step;
  std::vector<Sample> samples(slots);
  for (std::size_t i = 0; i < slots; ++i)
    samples[i].time = begin + static_cast<std::int64_t>(i) * course.step;
  for (const auto& [time, count] : row.counts) {
    if (time < begin) continue;
    const auto slot = static_cast<std::size_t>((time - begin) / course.step);
    if (slot < slots) samples[slot].value += static_cast<double>(count);
  }
  return samples;
}

/// As many whole characters of `text` as fit.
std::string_view fitting(std::string_view text, std::size_t columns) {
  std::size_t end = 0;
  for (std::size_t used = 0; end < text.size(); ++end) {
    const bool begins_one = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
    if (begins_one && used++ == columns) break;
  }
  return text.substr(0, end);
}

void append_pattern(std::string& out, std::string_view text, const Painter& painter) {
  while (!text.empty()) {
    const std::size_t at = text.find(kVariable);
    out.append(text.substr(0, at));
    if (at == std::string_view::npos) return;
    painter.append(out, kVariable, Colour::kDim);
    text.remove_prefix(at + kVariable.size());
  }
}

/// One line of text without what would move the cursor.
std::string printable(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return out;
}

}  // namespace

void append_pattern_table(std::string& out, std::span<const PatternRow> rows,
                          const PatternCourse& course, const Painter& painter, std::size_t width) {
  std::size_t count_width = 5;
  for (const PatternRow& row : rows)
    count_width = std::max(count_width, human_count(row.records).size());
  const std::size_t used = count_width + 2 + kFirstSeenTitle.size() + 2 + kCourseWidth + 2;
  const std::size_t left = std::max(kPatternWidthMin, width > used ? width - used : 0);
  painter.append(out,
                 std::string(count_width - 5, ' ') + "count  " + std::string(kFirstSeenTitle) +
                     "  course" + std::string(kCourseWidth - 6, ' ') + "  pattern",
                 Colour::kBold);
  out += '\n';
  for (const PatternRow& row : rows) {
    const std::string count = human_count(row.records);
    out += std::string(count_width - count.size(), ' ') + count + "  ";
    const TimestampNs second = row.first_seen / kSecond * kSecond;
    std::string seen = format_rfc3339(second);
    seen.resize(kFirstSeenTitle.size(), ' ');
    out += seen + "  ";
    const std::string spark = spark_line(course_of(row, course), kCourseWidth);
    painter.append(out, spark, Colour::kGreen);
    const auto columns =
        static_cast<std::size_t>(std::count_if(spark.begin(), spark.end(), [](char c) {
          return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
        }));
    out += std::string(kCourseWidth - std::min(columns, kCourseWidth), ' ') + "  ";
    append_pattern(out, fitting(printable(row.text), left), painter);
    out += '\n';
  }
}

void append_pattern_json(std::string& out, std::span<const PatternRow> rows) {
  for (const PatternRow& row : rows) {
    out += "{\"pattern\":";
    codec::append_json_string(out, row.text);
    out += ",\"count\":" + std::to_string(row.records) + ",\"first_seen\":\"" +
           format_rfc3339(row.first_seen) + "\",\"samples\":[";
    for (const auto& [time, count] : row.counts) {
      if (out.back() != '[') out += ',';
      out += '[' + std::to_string(time / kSecond) + ',' + std::to_string(count) + ']';
    }
    out += "]}\n";
  }
}

}  // namespace logpond::cli
