#include "logql/deletion_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace logpond::logql {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(DeletionQuery, TakesASelectorWithLineFilters) {
  const auto request = parse_deletion(R"({app="shop", env!="dev"} |= "card" or "iban" !~ "x.z")");
  ASSERT_TRUE(request.has_value()) << request.error().message;
  EXPECT_EQ(request->selector.matchers().size(), 2U);
  ASSERT_EQ(request->line_filters.size(), 2U);
  EXPECT_TRUE(request->line_filters[0].keeps("the iban"));
  EXPECT_FALSE(request->line_filters[0].keeps("nothing"));
  EXPECT_FALSE(request->line_filters[1].keeps("xyz"));
  EXPECT_EQ(request->query, R"({app="shop", env!="dev"} |= "card" or "iban" !~ "x.z")");
}

TEST(DeletionQuery, RefusesEverythingElseInLokisWords) {
  for (const char* text : {"", "{}", R"({app="shop"} | json)", R"({app="shop"} | level="error")",
                           R"({app="shop"} |= ip("10.0.0.0/8"))", R"({app="shop"} |> "<_> card")",
                           R"(count_over_time({app="shop"}[1m]))", "1 + 1", R"({app=~".*"})",
                           R"({app="shop"} |~ "(")"}) {
    const auto request = parse_deletion(text);
    ASSERT_FALSE(request.has_value()) << text;
    EXPECT_EQ(request.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(request.error().message, StartsWith("invalid query expression")) << text;
  }
  EXPECT_THAT(parse_deletion(R"({app="shop"} | json)").error().message, HasSubstr("| json"));
}

}  // namespace
}  // namespace logpond::logql
