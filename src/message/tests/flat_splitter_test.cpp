#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "message/structure.h"
#include "message/tests/split_support.h"

namespace logpond::message {
namespace {

using testing::PaddedText;

/// The text with each variable in angle brackets. Checks that the padding does not matter.
std::string split(std::string_view text) {
  FlatSplitter splitter;
  std::string result;
  for (const char padding : testing::paddings_for(text)) {
    const PaddedText padded(text, padding);
    const FlatSplit found = splitter.split(padded.data(), padded.size());
    EXPECT_EQ(testing::fill(found, padded.data()), text);
    const std::string marked = testing::marked(found, padded.data());
    if (!result.empty()) {
      EXPECT_EQ(marked, result) << "padding " << static_cast<int>(padding);
    }
    result = marked;
  }
  return result;
}

TEST(FlatSplitter, TakesRunsWithADigit) {
  EXPECT_EQ(split("took 17ms for 3 files"), "took <17ms> for <3> files");
  EXPECT_EQ(split("17"), "<17>");
  EXPECT_EQ(split("no variables at all"), "no variables at all");
  EXPECT_EQ(split(""), "");
  EXPECT_EQ(split("Jul 17 06:42:50 2005"), "Jul <17> <06>:<42>:<50> <2005>");
}

TEST(FlatSplitter, JoinsDotsBetweenDigits) {
  EXPECT_EQ(split("from 10.251.33.84:50010 in 0.5 s."), "from <10.251.33.84>:<50010> in <0.5> s.");
  EXPECT_EQ(split("v1.2.beta 3. .4 5..6"), "v<1.2>.beta <3>. .<4> <5>..<6>");
}

TEST(FlatSplitter, TakesAnyRunBehindAnEqualsSign) {
  EXPECT_EQ(split("user=root uid=0 tty= x==y"), "user=<root> uid=<0> tty= x==<y>");
  EXPECT_EQ(split("id=blk_42 a=b.c"), "id=<blk_42> a=<b>.c");
}

TEST(FlatSplitter, LeavesPrefixesOutsideThatAreNotHexadecimal) {
  EXPECT_EQ(split("blk_-689 blk_42 attempt_7_m node12"),
            "blk_-<689> blk_<42> attempt_<7_m> node<12>");
  EXPECT_EQ(split("c0ffee ab12 abg12 FF0 f_1"), "<c0ffee> <ab12> abg<12> <FF0> f_<1>");
}

TEST(FlatSplitter, Leaves0xOutside) {
  EXPECT_EQ(split("0xd219 0X5 0x at 0x"), "0x<d219> 0X<5> <0x> at <0x>");
  EXPECT_EQ(split("p=0x1f q_0x2"), "p=0x<1f> q_0x<2>");
}

TEST(FlatSplitter, SeesRunsAcrossBlocks) {
  for (std::size_t lead = 40; lead <= 200; ++lead) {
    const std::string spaces(lead, ' ');
    for (const std::string_view text :
         {"abcdefabcdef12", "x=hello", "1.2", "prefix_prefix_prefix_77", "=", "10.0.0.1", "0x12"}) {
      EXPECT_EQ(split(spaces + std::string(text)), spaces + testing::naive_flat(text));
      EXPECT_EQ(split(spaces + std::string(text) + "!"), spaces + testing::naive_flat(text) + "!");
    }
    const std::string run(lead, 'a');
    EXPECT_EQ(split(run + "1"), "<" + run + "1>");
    EXPECT_EQ(split(run + "z1"), run + "z<1>");
    EXPECT_EQ(split(run), run);
    EXPECT_EQ(split("1" + run), "<1" + run + ">");
  }
}

TEST(FlatSplitter, TakesTheLongestTextAndLeavesLongerOnesWhole) {
  std::string text;
  while (text.size() < kSplitBytesMax) text += "1 ";
  text.resize(kSplitBytesMax);
  EXPECT_EQ(split(text), testing::naive_flat(text));
  text += "1";
  EXPECT_EQ(split(text), text);
}

TEST(FlatSplitter, SurvivesHolesInTheText) {
  FlatSplitter splitter;
  const PaddedText text("a\x11 1 \x11", ' ');
  EXPECT_EQ(splitter.split(text.data(), text.size()).variables.size(), 1u);
}

RC_GTEST_PROP(FlatSplitter, AgreesWithTheRulesReadOneByOne, ()) {
  const auto size = *rc::gen::inRange<std::size_t>(0, 400);
  const auto letters = rc::gen::element('a', 'g', '_', '0', '9', '.', '=', 'x', 'F', ' ', '\xFF');
  const auto text = *rc::gen::container<std::string>(size, letters);
  RC_ASSERT(split(text) == testing::naive_flat(text));
}

RC_GTEST_PROP(FlatSplitter, AgreesOnAnyBytesAndOnLongRuns, ()) {
  std::string text;
  for (const auto& [c, count] : *rc::gen::arbitrary<std::vector<std::pair<char, std::uint8_t>>>()) {
    text.append(count % 100, c == kHole ? '1' : c);
  }
  RC_ASSERT(split(text) == testing::naive_flat(text));
}

}  // namespace
}  // namespace logpond::message
