#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "cli/input/line_source.h"
#include "cli/input/line_time.h"
#include "cli/input/time_argument.h"

namespace logpond::cli {
namespace {

constexpr TimestampNs kNow = 1'795'219'200 * kSecond;  // 2026-11-21T00:00:00Z

std::string time_of(std::string_view text) {
  const auto time = parse_time_argument(text, kNow);
  return time ? format_rfc3339(*time) : time.error().message;
}

TEST(TimeArgument, ReadsWhatPeopleType) {
  EXPECT_EQ(time_of("now"), "2026-11-21T00:00:00Z");
  EXPECT_EQ(time_of("now-1h30m"), "2026-11-20T22:30:00Z");
  EXPECT_EQ(time_of("-1d"), "2026-11-20T00:00:00Z");
  EXPECT_EQ(time_of("2026-11-20"), "2026-11-20T00:00:00Z");
  EXPECT_EQ(time_of("2026-11-20T08:30"), "2026-11-20T08:30:00Z");
  EXPECT_EQ(time_of("2026-11-20 08:30:01"), "2026-11-20T08:30:01Z");
  EXPECT_EQ(time_of("2026-11-20T08:30:01.5+01:00"), "2026-11-20T07:30:01.5Z");
  EXPECT_EQ(time_of("1795219200"), "2026-11-21T00:00:00Z");
  EXPECT_EQ(time_of("1795219200.25"), "2026-11-21T00:00:00.25Z");
  EXPECT_EQ(time_of("1795219200123"), "2026-11-21T00:00:00.123Z");
  EXPECT_EQ(time_of("1795219200123456789"), "2026-11-21T00:00:00.123456789Z");
  EXPECT_TRUE(time_of("yesterday").starts_with("\"yesterday\" is not a time"))
      << time_of("yesterday");
}

TEST(TimeArgument, ResolvesRanges) {
  const auto range = resolve_range({.since = "1h", .from = "", .to = "2026-11-20"}, kNow);
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(format_rfc3339(range->start), "2026-11-19T23:00:00Z");
  EXPECT_EQ(
      resolve_range({.since = "1h", .from = "bad", .to = ""}, kNow).error().message.substr(0, 13),
      "--from: \"bad\"");
  EXPECT_FALSE(resolve_range({.since = "1h", .from = "now", .to = "now-1h"}, kNow).has_value());
  EXPECT_FALSE(resolve_range({.since = "soon", .from = "", .to = ""}, kNow).has_value());
}

std::string line_time(std::string_view line) {
  const auto time = find_line_time(line, kNow);
  return time ? format_rfc3339(*time) : "none";
}

TEST(LineTime, FindsCommonForms) {
  EXPECT_EQ(line_time("2026-11-20T08:30:01.123Z level=info"), "2026-11-20T08:30:01.123Z");
  EXPECT_EQ(line_time("2015-10-18 18:01:47,978 INFO [main] x"), "2015-10-18T18:01:47.978Z");
  EXPECT_EQ(line_time("2026-11-20 08:30:01 UTC [12] LOG: x"), "2026-11-20T08:30:01Z");
  EXPECT_EQ(line_time("[2026-11-20 08:30:01+02:00] x"), "2026-11-20T06:30:01Z");
  EXPECT_EQ(line_time("Jun 14 15:16:01 combo sshd[1]: x"), "2026-06-14T15:16:01Z");
  EXPECT_EQ(line_time("Nov  1 00:00:00 h a: x"), "2026-11-01T00:00:00Z");
  EXPECT_EQ(line_time("1795219200 x"), "2026-11-21T00:00:00Z");
  EXPECT_EQ(line_time("1795219200.5 x"), "2026-11-21T00:00:00.5Z");
}

TEST(LineTime, PutsSyslogTimesInThePast) {
  EXPECT_EQ(line_time("Dec 10 06:55:46 LabSZ sshd[1]: x"), "2025-12-10T06:55:46Z");
  EXPECT_EQ(line_time("Feb 29 06:55:46 h x: y"), "2024-02-29T06:55:46Z");
}

TEST(LineTime, FindsNothingWhereNothingIs) {
  for (const char* line :
       {"", "[", "hello", "12 monkeys", "Jun", "Jux 14 15:16:01 h", "Jun 44 15:16:01 h",
        "2026-13-40 08:30:01 x", "2026-11-20", "\tat java.lang", "1795219200"}) {
    EXPECT_EQ(line_time(line), "none") << line;
  }
}

RC_GTEST_PROP(LineTimeProperty, AnyTextIsSafe, (std::string text)) {
  find_line_time(text, kNow);
  find_line_time("2026-11-20T08:30:01" + text, kNow);
  find_line_time("Jun 14 " + text, kNow);
}

class Lines : public ::testing::Test {
 protected:
  ~Lines() override { std::filesystem::remove(path_); }
  std::vector<std::string> read(const std::string& content) {
    std::ofstream(path_, std::ios::binary) << content;
    auto source = LineSource::open(path_);
    EXPECT_TRUE(source.has_value());
    std::vector<std::string> lines;
    while (true) {
      const auto line = source->next(kSecond);
      EXPECT_TRUE(line.has_value());
      if (line->got != LineSource::Got::kLine) break;
      lines.push_back(std::string(line->text) + (line->is_cut ? "<cut>" : ""));
    }
    EXPECT_EQ(source->bytes_read(), content.size());
    EXPECT_EQ(source->size(), content.size());
    return lines;
  }
  const std::string path_ =
      (std::filesystem::temp_directory_path() / ("logpond-lines-" + std::to_string(getpid())))
          .string();
};

using Texts = std::vector<std::string>;

TEST_F(Lines, SplitsAtEveryKindOfEnd) {
  EXPECT_EQ(read("a\nb\r\n\nlast"), (Texts{"a", "b", "", "last"}));
  EXPECT_EQ(read(""), Texts{});
  EXPECT_EQ(read("one\n"), Texts{"one"});
}

TEST_F(Lines, KeepsLinesThatCrossBlocks) {
  std::string content;
  Texts wanted;
  for (int i = 0; i < 40; ++i) {
    wanted.push_back(
        std::string(100'003 + static_cast<std::size_t>(i), static_cast<char>('a' + i % 26)));
    content += wanted.back() + "\n";
  }
  EXPECT_EQ(read(content), wanted);
}

TEST_F(Lines, CutsALineWithoutEnd) {
  const Texts lines = read(std::string(LineSource::kLineBytesMax + (3 << 20), 'x') + "\nnext\n");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].size(), LineSource::kLineBytesMax + 5);
  EXPECT_TRUE(lines[0].ends_with("<cut>"));
  EXPECT_EQ(lines[1], "next");
}

TEST(LineSourceErrors, NameTheFile) {
  const auto source = LineSource::open("/no/such/file.log");
  ASSERT_FALSE(source.has_value());
  EXPECT_EQ(source.error().code, ErrorCode::kNotFound);
  EXPECT_NE(source.error().message.find("/no/such/file.log"), std::string::npos);
}

}  // namespace
}  // namespace logpond::cli
