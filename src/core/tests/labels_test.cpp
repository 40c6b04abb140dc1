#include "core/labels.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace logpond {
namespace {

TEST(Labels, AreSortedUniqueAndWithoutEmptyValues) {
  const Labels labels({{"b", "2"}, {"a", "1"}, {"c", ""}, {"a", "3"}});
  EXPECT_EQ(labels.to_text(), R"({a="3", b="2"})");
  EXPECT_EQ(labels.get("a"), "3");
  EXPECT_EQ(labels.get("zz"), "");
  EXPECT_FALSE(labels.has("c"));
}

TEST(Labels, LastOfEqualNamesWinsEvenWhenItIsEmpty) {
  EXPECT_TRUE(Labels({{"a", "1"}, {"a", ""}}).empty());
}

TEST(Labels, PrintWithGoEscapes) {
  EXPECT_EQ(Labels({{"a", "x\"y\\z\n"}}).to_text(), R"({a="x\"y\\z\n"})");
}

RC_GTEST_PROP(Labels, DecodeUndoesEncode,
              (const std::vector<std::pair<std::string, std::string>>& pairs)) {
  std::vector<Label> all;
  for (const auto& [name, value] : pairs) all.push_back({name, value});
  const Labels labels(std::move(all));
  const auto back = Labels::decode(labels.encode());
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == labels);
}

RC_GTEST_PROP(Labels, AnyBytesDecodeOrFailButNeverCrash, (const std::string& bytes)) {
  const auto labels = Labels::decode(bytes);
  if (labels) RC_ASSERT(Labels::decode(labels->encode()).has_value());
}

TEST(Labels, NamesBecomeIdentifiers) {
  EXPECT_EQ(sanitize_label_name("span.kind"), "span_kind");
  EXPECT_EQ(sanitize_label_name("9x"), "_9x");
  EXPECT_EQ(sanitize_label_name("\u65e5\u672c"), "__");
}

}  // namespace
}  // namespace logpond
