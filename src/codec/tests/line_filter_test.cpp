#include "codec/line_filter.h"

#include <gtest/gtest.h>

namespace logpond::codec {
namespace {

LineFilter filter(LineFilterOp op, std::vector<std::string> alternatives) {
  return LineFilter::compile(op, std::move(alternatives)).value();
}

constexpr std::string_view kPlaced = "level=info msg=\"order placed\" id=101";
constexpr std::string_view kRefused = "level=error msg=\"card refused\" id=102";
constexpr std::string_view kSlow = "level=warn msg=\"slow db\" id=104";

TEST(LineFilter, ContainsKeepsLinesWithAnyAlternative) {
  const LineFilter either = filter(LineFilterOp::kContains, {"refused", "slow"});
  EXPECT_FALSE(either.keeps(kPlaced));
  EXPECT_TRUE(either.keeps(kRefused));
  EXPECT_TRUE(either.keeps(kSlow));
}

TEST(LineFilter, NotContainsMeansNoneOfThem) {
  const LineFilter none = filter(LineFilterOp::kNotContains, {"placed", "slow"});
  EXPECT_FALSE(none.keeps(kPlaced));
  EXPECT_TRUE(none.keeps(kRefused));
  EXPECT_FALSE(none.keeps(kSlow));
}

TEST(LineFilter, MatchesIsUnanchoredAndItsNegationMeansNone) {
  EXPECT_TRUE(filter(LineFilterOp::kMatches, {"(?i)ORDER|slow"}).keeps(kPlaced));
  EXPECT_FALSE(filter(LineFilterOp::kMatches, {"(?i)ORDER|slow"}).keeps(kRefused));
  EXPECT_FALSE(filter(LineFilterOp::kNotMatches, {"id=10[123]"}).keeps(kRefused));
  EXPECT_TRUE(filter(LineFilterOp::kNotMatches, {"id=10[123]"}).keeps(kSlow));
  EXPECT_FALSE(filter(LineFilterOp::kNotMatches, {"nothing", "slow"}).keeps(kSlow));
}

TEST(LineFilter, TheEmptyTextIsInEveryLine) {
  EXPECT_TRUE(filter(LineFilterOp::kContains, {""}).keeps(kPlaced));
  EXPECT_TRUE(filter(LineFilterOp::kContains, {""}).keeps(""));
  EXPECT_FALSE(filter(LineFilterOp::kNotContains, {""}).keeps(kPlaced));
  EXPECT_TRUE(filter(LineFilterOp::kMatches, {""}).keeps(""));
}

TEST(LineFilter, TellsTheLiteralThatEveryKeptLineHas) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(filter(LineFilterOp::kContains, {"slow"}).required_literals(), Texts{"slow"});
  EXPECT_EQ(filter(LineFilterOp::kContains, {"a", "b"}).required_literals(), (Texts{"a", "b"}));
  EXPECT_EQ(filter(LineFilterOp::kMatches, {"id=10[12]"}).required_literals(), Texts{"id=10"});
  EXPECT_EQ(filter(LineFilterOp::kMatches, {"id", "ip|up"}).required_literals(),
            (Texts{"id", "ip", "up"}));
  EXPECT_EQ(filter(LineFilterOp::kMatches, {"id", ".*"}).required_literals(), Texts{});
  EXPECT_EQ(filter(LineFilterOp::kNotContains, {"slow"}).required_literals(), Texts{"slow"});
  EXPECT_EQ(filter(LineFilterOp::kNotMatches, {"slow"}).required_literals(), Texts{"slow"});
}

TEST(LineFilter, ABadExpressionIsRefusedInGosWords) {
  const auto refused = LineFilter::compile(LineFilterOp::kMatches, {"fine", "("});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused.error().message, "error parsing regexp: missing closing ): `(`");
  EXPECT_TRUE(LineFilter::compile(LineFilterOp::kContains, {"("}).has_value());
}

}  // namespace
}  // namespace logpond::codec
