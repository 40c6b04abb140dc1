#include <gtest/gtest.h>

#include "cli/command_line.h"
#include "cli/output/log_printer.h"
#include "cli/output/metric_printer.h"
#include "cli/output/progress.h"

namespace logpond::cli {
namespace {

LogEntry entry() {
  LogEntry made;
  made.timestamp = 1'795'219'210 * kSecond;
  made.stream = std::make_shared<const Labels>(Labels({{"app", "till"}}));
  made.fields = {{"detected_level", "error"}};
  made.line = "said \"no\", twice";
  return made;
}

std::string printed(OutputForm form, bool has_colours = false) {
  std::string out;
  LogPrinter printer(form, Painter(has_colours));
  printer.append(out, entry());
  return out;
}

TEST(LogPrinter, WritesEachForm) {
  EXPECT_EQ(printed(OutputForm::kText), "2026-11-21T00:00:10Z {app=\"till\"} said \"no\", twice\n");
  EXPECT_EQ(printed(OutputForm::kRaw), "said \"no\", twice\n");
  EXPECT_EQ(printed(OutputForm::kJsonl),
            "{\"timestamp\":\"2026-11-21T00:00:10Z\",\"labels\":{\"app\":\"till\"},\"fields\":{"
            "\"detected_level\":"
            "\"error\"},\"line\":\"said \\\"no\\\", twice\"}\n");
  EXPECT_EQ(printed(OutputForm::kCsv),
            "timestamp,labels,level,line\n2026-11-21T00:00:10Z,\"{app=\"\"till\"\"}\",error,\"said "
            "\"\"no\"\", twice\"\n");
}

TEST(LogPrinter, ColoursTheLineByItsLevel) {
  EXPECT_NE(printed(OutputForm::kText, true).find("\x1b[31msaid"), std::string::npos);
  EXPECT_EQ(printed(OutputForm::kText).find('\x1b'), std::string::npos);
}

TEST(LogPrinter, ShowsControlCharactersOnATerminalOnly) {
  LogEntry made = entry();
  made.line = "a\x1b[2Jb";
  std::string on_terminal, to_file;
  LogPrinter(OutputForm::kText, Painter(true)).append(on_terminal, made);
  LogPrinter(OutputForm::kText, Painter(false)).append(to_file, made);
  EXPECT_EQ(on_terminal.find("\x1b[2J"), std::string::npos);
  EXPECT_NE(to_file.find("a\x1b[2Jb"), std::string::npos);
}

std::vector<Sample> samples(std::vector<double> values, std::size_t gap_after = 99) {
  std::vector<Sample> all;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto slot = static_cast<TimestampNs>(i > gap_after ? i + 2 : i);
    all.push_back({slot * kMinute, std::to_string(values[i]), values[i]});
  }
  return all;
}

TEST(SparkLine, RisesWithTheValues) {
  EXPECT_EQ(spark_line(samples({0, 1, 2, 3, 4, 5, 6, 7}), 20), "▁▂▃▄▅▆▇█");
  EXPECT_EQ(spark_line(samples({5, 5, 5}), 20), "▅▅▅");
  EXPECT_EQ(spark_line({}, 20), "");
}

TEST(SparkLine, LeavesGapsAndMarksWhatIsNoNumber) {
  EXPECT_EQ(spark_line(samples({0, 7, 7, 0}, 1), 20), "▁█  █▁");
  EXPECT_EQ(spark_line(samples({0, std::numeric_limits<double>::quiet_NaN(), 7}), 20), "▁·█");
}

TEST(SparkLine, AveragesWhenThereIsNoRoom) {
  EXPECT_EQ(spark_line(samples({0, 0, 4, 4}), 2), "▁█");
}

TEST(MetricPrinter, AlignsVectors) {
  Answer answer;
  answer.kind = Answer::Kind::kVector;
  answer.series.push_back({Labels({{"level", "info"}}), {{0, "1200", 1200}}});
  answer.series.push_back({Labels({{"level", "warn"}}), {{0, "7", 7}}});
  std::string out;
  append_metrics(out, answer, OutputForm::kText, Painter(false), 80);
  EXPECT_EQ(out,
            "series          value\n"
            "{level=\"info\"}   1200\n"
            "{level=\"warn\"}      7\n");
}

TEST(MetricPrinter, WritesTheCourseOfAMatrix) {
  Answer answer;
  answer.kind = Answer::Kind::kMatrix;
  answer.series.push_back(
      {Labels({{"a", "b"}}), {{0, "1", 1}, {kMinute, "3", 3}, {2 * kMinute, "2", 2}}});
  std::string text, csv;
  append_metrics(text, answer, OutputForm::kText, Painter(false), 80);
  EXPECT_EQ(text,
            "series   last  least  most  course\n"
            "{a=\"b\"}     2      1     3  ▁█▅\n");
  append_metrics(csv, answer, OutputForm::kCsv, Painter(false), 80);
  EXPECT_EQ(csv.substr(0, csv.find('\n', 30)),
            "timestamp,labels,value\n1970-01-01T00:00:00Z,\"{a=\"\"b\"\"}\",1");
}

TEST(Progress, SaysHowFarAndHowLong) {
  EXPECT_EQ(
      progress_line({.bytes_done = 1 << 20, .bytes_total = 4 << 20, .lines = 12'345, .seconds = 2}),
      "[######..................]  25%  1.0 MiB  12,345 lines  512.0 KiB/s  6.0s left");
  EXPECT_EQ(progress_line({.bytes_done = 500, .bytes_total = 0, .lines = 3, .seconds = 1}),
            "500 B  3 lines  500 B/s");
  EXPECT_EQ(human_wait(3725), "1h02m");
}

TEST(CommandLine, FillsItsTargets) {
  std::string text = "x";
  std::int64_t number = 5;
  bool truth = false;
  std::vector<std::string> list, files;
  CommandLine line("try", "Tries.");
  line.flag("-t,--text", "T", &text, "a text");
  line.flag("--number", "N", &number, "a number");
  line.flag("--truth", "", &truth, "a switch");
  line.flag("--label", "K=V", &list, "a list");
  line.positional("FILE", &files, "files", false);
  EXPECT_FALSE(line.parse(
      {"--label", "a=b", "f1", "-t", "y", "--number=7", "--truth", "--label", "c=d", "f2"}));
  EXPECT_EQ(text, "y");
  EXPECT_EQ(number, 7);
  EXPECT_TRUE(truth);
  EXPECT_EQ(list, (std::vector<std::string>{"a=b", "c=d"}));
  EXPECT_EQ(files, (std::vector<std::string>{"f1", "f2"}));
}

TEST(CommandLine, RefusesWrongUsageWithStatusTwo) {
  std::int64_t number = 5;
  std::string query;
  CommandLine line("try", "Tries.");
  line.flag("--number", "N", &number, "a number");
  line.positional("QUERY", &query, "the query", true);
  EXPECT_EQ(line.parse({"--nubmer", "7", "q"}), kWrongUsage);
  EXPECT_EQ(line.parse({"--number", "seven", "q"}), kWrongUsage);
  EXPECT_EQ(line.parse({"--number"}), kWrongUsage);
  EXPECT_EQ(line.parse({}), kWrongUsage);
  EXPECT_EQ(line.parse({"q", "more"}), kWrongUsage);
}

TEST(CommandLine, ShowsDefaultsAndExamplesInItsHelp) {
  std::int64_t number = 5;
  CommandLine line("try", "Tries.");
  line.flag("--number", "N", &number, "a number");
  line.example("logpond try --number 7", "Seven");
  const std::string help = line.help();
  EXPECT_NE(help.find("--number N"), std::string::npos);
  EXPECT_NE(help.find("a number (default 5)"), std::string::npos);
  EXPECT_NE(help.find("  # Seven\n  logpond try --number 7\n"), std::string::npos);
}

}  // namespace
}  // namespace logpond::cli
