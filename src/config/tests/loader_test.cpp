#include "config/loader.h"

#include <gtest/gtest.h>

#include "platform/sim/sim_file_system.h"

namespace logpond::config {
namespace {

std::vector<std::string> problems_of(std::string_view text) {
  Config config;
  std::vector<Problem> problems;
  apply_toml(text, "logpond.toml", config, problems);
  std::vector<std::string> texts;
  for (const Problem& problem : problems) texts.push_back(problem.to_text());
  return texts;
}

Config config_of(std::string_view text, const std::filesystem::path& name = "logpond.toml") {
  Config config;
  std::vector<Problem> problems;
  apply_toml(text, name, config, problems);
  EXPECT_TRUE(problems.empty()) << problems.front().to_text();
  return config;
}

using Texts = std::vector<std::string>;

TEST(Loader, ReadsEveryKindOfValue) {
  const Config config = config_of(R"(
[server]
http = "0.0.0.0:8080"
insecure = true
io_threads = 4
body_bytes_max = "1MiB"
query_timeout = "90s"
[store]
retention = "14d"
retention_bytes = 5000
)");
  EXPECT_EQ(config.server.http, "0.0.0.0:8080");
  EXPECT_TRUE(config.server.insecure);
  EXPECT_EQ(config.server.io_threads, 4);
  EXPECT_EQ(config.server.body_bytes_max, 1 << 20);
  EXPECT_EQ(config.server.query_timeout, 90 * kSecond);
  EXPECT_EQ(config.store.retention, 14 * kDay);
  EXPECT_EQ(config.store.retention_bytes, 5000);
  EXPECT_EQ(config.loki.series_max, Config{}.loki.series_max);
}

TEST(Loader, ReadsRetentionRules) {
  const Config config = config_of(R"(
[store]
retention = "14d"
[[store.retention_rules]]
selector = '{env="test"}'
max_age = "3d"
[[store.retention_rules]]
tenant = "trial"
max_bytes = "1GiB"
)");
  ASSERT_EQ(config.store.retention_rules.size(), 2U);
  EXPECT_EQ(config.store.retention_rules[0].selector, "{env=\"test\"}");
  EXPECT_EQ(config.store.retention_rules[0].max_age, 3 * kDay);
  EXPECT_EQ(config.store.retention_rules[0].place, "logpond.toml:4");
  EXPECT_EQ(config.store.retention_rules[1].tenant, "trial");
  EXPECT_EQ(config.store.retention_rules[1].selector, "{}");
  EXPECT_EQ(config.store.retention_rules[1].max_bytes, std::int64_t{1} << 30);
  EXPECT_EQ(compare(Config{}, config).needs_restart,
            (Texts{"store.retention", "store.retention_rules"}));
}

TEST(Loader, SaysWhatIsWrongWithARetentionRule) {
  EXPECT_EQ(problems_of("[[store.retention_rules]]\nmax_agee = \"3d\"\n"),
            (Texts{"logpond.toml:1: a retention rule needs \"max_age\" or \"max_bytes\"",
                   "logpond.toml:2: unknown key \"max_agee\" in [[store.retention_rules]], did you "
                   "mean \"max_age\"?"}));
  EXPECT_EQ(problems_of("[[store.retention_rules]]\nmax_age = \"soon\"\nmax_bytes = 1\n"),
            Texts{"logpond.toml:2: \"max_age\": \"soon\" is no duration"});
  EXPECT_EQ(problems_of("[[store.rules]]\nmax_age = \"1d\"\n"),
            Texts{"logpond.toml:1: unknown list of tables [[store.rules]]; there is "
                  "[[store.retention_rules]]"});
}

TEST(Loader, NamesLineAndNearestKeyOfAnUnknownOne) {
  EXPECT_EQ(problems_of("[server]\n\nhtpp = \"x\"\n"),
            Texts{"logpond.toml:3: unknown key \"htpp\" in [server], did you mean \"http\"?"});
}

TEST(Loader, SaysInWhichSectionAKeyBelongs) {
  EXPECT_EQ(problems_of("[server]\nretention = \"1d\"\n"),
            Texts{"logpond.toml:2: unknown key \"retention\" in [server]; it belongs in [store]"});
  EXPECT_EQ(problems_of("http = \"x\"\n"),
            Texts{"logpond.toml:1: unknown key \"http\"; it belongs in [server]"});
}

TEST(Loader, NamesTheNearestSectionOnce) {
  EXPECT_EQ(problems_of("[sever]\nhttp = \"x\"\nfoo = 1\n"),
            Texts{"logpond.toml:1: unknown section [sever], did you mean \"server\"?"});
}

TEST(Loader, SaysWhichTypeIsWanted) {
  EXPECT_EQ(problems_of("[server]\nhttp = 3100\n"),
            Texts{"logpond.toml:2: \"http\" must be an address, as \"127.0.0.1:3100\", not the "
                  "number 3100"});
  EXPECT_EQ(problems_of("[server]\ninsecure = \"yes\"\n"),
            Texts{"logpond.toml:2: \"insecure\" must be true or false, not the text \"yes\""});
  EXPECT_EQ(problems_of("[server]\nio_threads = [1]\n"),
            Texts{"logpond.toml:2: \"io_threads\" must be a whole number, not an array"});
  EXPECT_EQ(problems_of("[store]\nretention = 5\n"),
            Texts{"logpond.toml:2: \"retention\" must be a duration, as \"30s\" or \"14d\", not "
                  "the number 5"});
}

TEST(Loader, ReportsEveryProblemInLineOrder) {
  const Texts texts = problems_of("[log]\nlevel = \"loud\"\n[server]\nio_threads = 0\n[nope]\n");
  ASSERT_EQ(texts.size(), 3U);
  EXPECT_TRUE(texts[0].starts_with("logpond.toml:2: \"level\": ")) << texts[0];
  EXPECT_TRUE(texts[1].starts_with("logpond.toml:4: \"io_threads\": ")) << texts[1];
  EXPECT_TRUE(texts[2].starts_with("logpond.toml:5: unknown section [nope]")) << texts[2];
}

TEST(Loader, GivesTheLineOfBrokenToml) {
  const Texts texts = problems_of("[server]\nhttp = \"x\n");
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_TRUE(texts[0].starts_with("logpond.toml:2: not valid TOML: ")) << texts[0];
}

TEST(Loader, CountsRelativePathsFromTheFile) {
  const Config config = config_of("[store]\ndata = \"data\"\nurl = \"embedded:../parts\"\n",
                                  "/etc/logpond/logpond.toml");
  EXPECT_EQ(config.store.data, "/etc/logpond/data");
  EXPECT_EQ(config.store.url, "embedded:/etc/parts");
}

class LoaderFiles : public ::testing::Test {
 protected:
  void put(const std::filesystem::path& path, std::string_view text) {
    ASSERT_TRUE(fs_->create_directories(path.parent_path()).has_value());
    ASSERT_TRUE(platform::write_file_atomically(*fs_, path, text).has_value());
  }
  std::unique_ptr<platform::SimFileSystem> fs_ = platform::SimFileSystem::create(1);
};

TEST_F(LoaderFiles, LetsVariablesWinOverTheFileAndFlagsOverBoth) {
  put("/c/logpond.toml", "[server]\nhttp = \"127.0.0.1:1\"\nio_threads = 3\nconnections_max = 5\n");
  LoadRequest request;
  request.file = "/c/logpond.toml";
  request.environment = {{"LOGPOND_SERVER_HTTP", "127.0.0.1:2"},
                         {"LOGPOND_SERVER_IO_THREADS", "4"}};
  request.flags = {{"--http", "127.0.0.1:3"}};
  const Loaded loaded = load(*fs_, request);
  EXPECT_TRUE(loaded.problems.empty());
  EXPECT_EQ(loaded.config.server.http, "127.0.0.1:3");
  EXPECT_EQ(loaded.config.server.io_threads, 4);
  EXPECT_EQ(loaded.config.server.connections_max, 5);
}

TEST_F(LoaderFiles, TakesTheFirstUsualPlaceThatExists) {
  put("/home/ann/.config/logpond.toml", "[demo]\nrate = 7\n");
  put("/etc/logpond/logpond.toml", "[demo]\nrate = 8\n");
  LoadRequest request;
  request.usual_places = usual_places({{"HOME", "/home/ann"}});
  const Loaded loaded = load(*fs_, request);
  EXPECT_EQ(loaded.file, "/home/ann/.config/logpond.toml");
  EXPECT_EQ(loaded.config.demo.rate, 7);
}

TEST_F(LoaderFiles, GoesOnWithoutAFileButNotWithoutTheOneNamed) {
  EXPECT_TRUE(load(*fs_, {}).problems.empty());
  LoadRequest request;
  request.file = "/no/such.toml";
  const Loaded loaded = load(*fs_, request);
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_EQ(loaded.problems[0].place, "/no/such.toml");
}

TEST_F(LoaderFiles, PutsTheNameOfTheVariableBeforeItsProblem) {
  LoadRequest request;
  request.environment = {
      {"LOGPOND_LOG_LEVEL", "loud"}, {"LOGPOND_LOG_LEVLE", "info"}, {"LOGPOND_ADDR", "x"}};
  const Loaded loaded = load(*fs_, request);
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_EQ(loaded.problems[0].to_text(),
            "LOGPOND_LOG_LEVEL: \"loud\" is not one of debug, info, warn or error");
  ASSERT_EQ(loaded.warnings.size(), 1U);
  EXPECT_EQ(loaded.warnings[0].to_text(),
            "LOGPOND_LOG_LEVLE: unknown variable, did you mean \"LOGPOND_LOG_LEVEL\"?");
}

TEST(Reload, TellsWhatNeedsARestart) {
  Config before;
  Config after = before;
  after.log.level = "debug";
  after.server.http = "127.0.0.1:9";
  const Changes changes = compare(before, after);
  EXPECT_EQ(changes.reloadable, Texts{"log.level"});
  EXPECT_EQ(changes.needs_restart, Texts{"server.http"});
  const Config merged = with_reloadable(before, after);
  EXPECT_EQ(merged.log.level, "debug");
  EXPECT_EQ(merged.server.http, before.server.http);
}

}  // namespace
}  // namespace logpond::config
