#include "generate/phrase.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "generate/catalogue.h"

namespace logpond::generate {
namespace {

std::string filled(std::string_view phrase) {
  std::string out;
  Dice dice(7);
  append_phrase(out, phrase, dice);
  return out;
}

TEST(Phrase, KeepsTextAroundPlaces) {
  EXPECT_EQ(filled("plain text"), "plain text");
  EXPECT_EQ(filled("a {n:5-5} b"), "a 5 b");
  EXPECT_EQ(filled("{n:1-1}{n:2-2}"), "12");
  EXPECT_EQ(filled("open { brace"), "open { brace");
  EXPECT_EQ(filled("{unknown}"), "{unknown}");
}

TEST(Phrase, KnowsEveryPlaceOfTheCatalogue) {
  for (const Service& service : catalogue()) {
    for (const Saying& saying : service.sayings) {
      EXPECT_TRUE(is_valid_phrase(saying.text)) << saying.text;
      EXPECT_TRUE(is_valid_phrase(saying.attributes)) << saying.attributes;
    }
  }
  EXPECT_FALSE(is_valid_phrase("{nonsense}"));
  EXPECT_FALSE(is_valid_phrase("{n:9-1}"));
}

RC_GTEST_PROP(PhraseProperty, NumbersStayInTheirRange, (std::uint64_t seed)) {
  Dice dice(seed);
  std::string out;
  append_phrase(out, "{n:10-20}", dice);
  const int value = std::stoi(out);
  RC_ASSERT(value >= 10 && value <= 20);
}

}  // namespace
}  // namespace logpond::generate
