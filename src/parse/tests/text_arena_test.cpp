#include "parse/text_arena.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace logpond::parse {
namespace {

TEST(TextArena, PiecesStayWhereTheyAreUntilReset) {
  TextArena arena;
  std::vector<std::string_view> pieces;
  std::vector<std::string> texts;
  for (int round = 0; round < 3; ++round) {
    pieces.clear();
    texts.clear();
    for (std::size_t i = 0; i < 2000; ++i) {
      texts.push_back(std::string(i % 97, static_cast<char>('a' + i % 26)));
      pieces.push_back(arena.copy(texts.back()));
    }
    for (std::size_t i = 0; i < pieces.size(); ++i) ASSERT_EQ(pieces[i], texts[i]);
    arena.reset();
  }
}

TEST(TextArena, TakesPiecesLargerThanItsBlocksAndGivesBackWhatIsNotUsed) {
  TextArena arena;
  char* const large = arena.allocate(3 << 20);
  std::memset(large, 'x', 3 << 20);
  char* const first = arena.allocate(100);
  arena.shrink_last(100, 10);
  EXPECT_EQ(arena.allocate(1), first + 10);
  arena.reset();
  EXPECT_EQ(arena.copy("again"), "again");
}

}  // namespace
}  // namespace logpond::parse
