#include "telemetry/diag.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace logpond::telemetry {
namespace {

/// What `act` writes to stderr under `options`.
std::string written(const DiagOptions& options, const std::function<void()>& act) {
  configure_diagnostics(options);
  testing::internal::CaptureStderr();
  act();
  std::string text = testing::internal::GetCapturedStderr();
  configure_diagnostics({});
  return text;
}

/// True when `text` has a time of our form at `at`.
bool has_time_at(const std::string& text, std::size_t at) {
  const std::string_view form = "0000-00-00T00:00:00.000Z";
  if (text.size() - at < form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const char c = text[at + i];
    if (form[i] == '0' ? c < '0' || c > '9' : c != form[i]) return false;
  }
  return true;
}

/// The same with every time replaced by TIME.
std::string written_at_time(const DiagOptions& options, const std::function<void()>& act) {
  const std::string text = written(options, act);
  std::string timeless;
  for (std::size_t i = 0; i < text.size();) {
    if (has_time_at(text, i)) {
      timeless += "TIME";
      i += 24;
    } else {
      timeless.push_back(text[i++]);
    }
  }
  return timeless;
}

TEST(Diag, WritesTimeLevelMessageAndFields) {
  EXPECT_EQ(written_at_time({},
                            [] {
                              diag_info("listening", {{"address", "127.0.0.1:3100"}});
                              diag_warn("disk is nearly full", {{"free_bytes", "1024"}});
                              diag_error("cannot go on");
                            }),
            "TIME INFO listening address=127.0.0.1:3100\n"
            "TIME WARN disk is nearly full free_bytes=1024\n"
            "TIME ERROR cannot go on\n");
}

TEST(Diag, QuotesValuesThatWouldBeMisread) {
  EXPECT_EQ(written_at_time({},
                            [] {
                              diag_info("x", {{"empty", ""},
                                              {"blank", "a b"},
                                              {"equals", "a=b"},
                                              {"quote", "say \"hi\""},
                                              {"backslash", "a\\b"},
                                              {"lines", "one\ntwo"},
                                              {"umlaut", "Bäume"},
                                              {"plain", "/a/b.c:1-2_3"}});
                            }),
            "TIME INFO x empty=\"\" blank=\"a b\" equals=\"a=b\" quote=\"say \\\"hi\\\"\" "
            "backslash=\"a\\\\b\" lines=\"one\\ntwo\" umlaut=\"Bäume\" plain=/a/b.c:1-2_3\n");
}

TEST(Diag, KeepsAMessageOnOneLineAndClean) {
  EXPECT_EQ(written_at_time({}, [] { diag_info("first\nTIME ERROR forged\x1b[31m \xFF"); }),
            "TIME INFO first\\nTIME ERROR forged\\u001b[31m \xEF\xBF\xBD\n");
}

TEST(Diag, PrintsBracesAndPercentSignsAsTheyAre) {
  EXPECT_EQ(written_at_time({}, [] { diag_info("{} %v {0}", {{"a", "{}%"}}); }),
            "TIME INFO {} %v {0} a={}%\n");
}

TEST(Diag, WritesOneJsonObjectALine) {
  EXPECT_EQ(written_at_time({.level = DiagLevel::kDebug, .json = true},
                            [] {
                              diag(DiagLevel::kDebug, "a \"b\"\n{}", {{"key \"x\"", "v\t%v"}});
                              diag_warn("plain");
                            }),
            "{\"time\":\"TIME\",\"level\":\"debug\",\"message\":\"a \\\"b\\\"\\n{}\","
            "\"key \\\"x\\\"\":\"v\\t%v\"}\n"
            "{\"time\":\"TIME\",\"level\":\"warn\",\"message\":\"plain\"}\n");
}

TEST(Diag, LeavesOutWhatIsBelowItsLevel) {
  const auto all = [] {
    for (const DiagLevel level :
         {DiagLevel::kDebug, DiagLevel::kInfo, DiagLevel::kWarn, DiagLevel::kError}) {
      diag(level, "m");
    }
  };
  EXPECT_EQ(written_at_time({.level = DiagLevel::kDebug}, all),
            "TIME DEBUG m\nTIME INFO m\nTIME WARN m\nTIME ERROR m\n");
  EXPECT_EQ(written_at_time({}, all), "TIME INFO m\nTIME WARN m\nTIME ERROR m\n");
  EXPECT_EQ(written_at_time({.level = DiagLevel::kError}, all), "TIME ERROR m\n");
}

TEST(Diag, ColoursTheLevelOnlyWhenAsked) {
  const std::string text = written_at_time({.colour = true}, [] { diag_error("m", {{"a", "b"}}); });
  EXPECT_THAT(text, testing::StartsWith("TIME \x1b["));
  EXPECT_THAT(text, testing::EndsWith("mERROR\x1b[m m a=b\n"));
  EXPECT_EQ(written_at_time({.json = true, .colour = true}, [] { diag_error("m"); }),
            "{\"time\":\"TIME\",\"level\":\"error\",\"message\":\"m\"}\n");
}

TEST(Diag, NeverMixesLinesOfSeveralThreads) {
  const std::string text = written_at_time({}, [] {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([] {
        for (int i = 0; i < 100; ++i) diag_info("message", {{"key", "value"}});
      });
    }
    for (auto& thread : threads) thread.join();
  });
  std::string expected;
  for (int i = 0; i < 400; ++i) expected += "TIME INFO message key=value\n";
  EXPECT_EQ(text, expected);
}

}  // namespace
}  // namespace logpond::telemetry
