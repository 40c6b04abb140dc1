#include "config/option.h"

#include <gtest/gtest.h>

#include <set>

#include "config/reference.h"
#include "config/toml_document.h"

namespace logpond::config {
namespace {

TEST(Options, HaveUniqueNames) {
  std::set<std::string> paths, flags, variables;
  for (const OptionSpec& option : option_table()) {
    EXPECT_TRUE(paths.insert(option.path()).second) << option.path();
    EXPECT_TRUE(flags.insert(option.flag()).second) << option.flag();
    EXPECT_TRUE(variables.insert(option.environment_name()).second) << option.environment_name();
  }
}

TEST(Options, BindEachItsOwnMember) {
  Config config;
  std::set<const void*> members;
  for (const OptionSpec& option : option_table()) {
    std::visit(
        [&](auto member) { EXPECT_TRUE(members.insert(&member(config)).second) << option.path(); },
        option.member);
  }
}

TEST(Options, HaveTheirSectionsInTheSectionTable) {
  std::set<std::string_view> sections;
  for (const SectionSpec& section : section_table()) sections.insert(section.name);
  for (const OptionSpec& option : option_table())
    EXPECT_TRUE(sections.contains(option.section)) << option.path();
}

TEST(Options, TakeTheirOwnDefaultsBack) {
  for (const OptionSpec& option : option_table()) {
    const std::string text = value_text(option, Config{});
    if (option.type == OptionType::kStoreUrl && text.empty())
      continue;  // computed from the data directory
    Config config;
    EXPECT_TRUE(assign(option, text, config).has_value()) << option.path() << " = " << text;
    EXPECT_EQ(value_text(option, config), text) << option.path();
  }
}

TEST(Options, AreNamedAsTheContractSays) {
  EXPECT_EQ(find_option("server.http")->flag(), "--http");
  EXPECT_EQ(find_option("store.data")->flag(), "--data");
  EXPECT_EQ(find_option("store.url")->flag(), "--store");
  EXPECT_EQ(find_option("demo.enabled")->flag(), "--demo");
  EXPECT_EQ(find_option("server.io_threads")->flag(), "--server-io-threads");
  EXPECT_EQ(find_option("server.io_threads")->environment_name(), "LOGPOND_SERVER_IO_THREADS");
  EXPECT_EQ(find_flag("http"), find_option("server.http"));
  EXPECT_EQ(find_flag("--nothing"), nullptr);
}

TEST(Options, RefuseValuesOutsideTheirRange) {
  Config config;
  EXPECT_EQ(assign(*find_option("server.io_threads"), "0", config).error().message,
            "\"0\" is too small: at least 1");
  EXPECT_EQ(assign(*find_option("store.group_wait"), "5m", config).error().message,
            "\"5m\" is too large: at most 1s");
  EXPECT_EQ(assign(*find_option("log.level"), "loud", config).error().message,
            "\"loud\" is not one of debug, info, warn or error");
  EXPECT_EQ(assign(*find_option("server.insecure"), "maybe", config).error().message,
            "\"maybe\" is neither true nor false");
  EXPECT_EQ(config.server.io_threads, Config{}.server.io_threads);
}

TEST(Options, FillTheReferencePage) {
  const std::string page = render_reference();
  for (const OptionSpec& option : option_table()) {
    EXPECT_NE(page.find("| `" + std::string(option.key) + "` | `" + option.flag() + "`"),
              std::string::npos);
  }
}

TEST(Options, MakeAnExampleThatIsValidToml) {
  EXPECT_TRUE(std::holds_alternative<TomlDocument>(parse_toml(render_example())));
}

}  // namespace
}  // namespace logpond::config
