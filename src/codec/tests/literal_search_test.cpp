#include "codec/literal_search.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "codec/line_filter.h"

namespace logpond::codec {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

TEST(FindLiteral, FindsTheFirstPlaceAtOrAfterFrom) {
  EXPECT_EQ(find_literal("abcabc", "bc"), 1u);
  EXPECT_EQ(find_literal("abcabc", "bc", 1), 1u);
  EXPECT_EQ(find_literal("abcabc", "bc", 2), 4u);
  EXPECT_EQ(find_literal("abcabc", "bc", 5), kNone);
  EXPECT_EQ(find_literal("abcabc", "x"), kNone);
  EXPECT_EQ(find_literal("abc", "abcd"), kNone);
  EXPECT_EQ(find_literal("abc", "c", 99), kNone);
  EXPECT_EQ(find_literal("abc", "", 2), 2u);
  EXPECT_EQ(find_literal("", ""), 0u);
  EXPECT_EQ(find_literal(std::string_view("a\0b\0c", 5), std::string_view("\0c", 2)), 3u);
}

RC_GTEST_PROP(FindLiteral, TheVectorFormAgreesWithTheScalarForm, ()) {
  if (!has_avx2()) RC_DISCARD("no AVX2 here");
  // Few letters, so that near misses are common.
  const auto letters = rc::gen::element('a', 'b', 'e', '\0', '\xFF');
  const auto size = *rc::gen::inRange<std::size_t>(0, 1500);
  std::string text = *rc::gen::container<std::string>(size, letters);
  const auto needle_size = *rc::gen::inRange<std::size_t>(0, 40);
  std::string needle = *rc::gen::container<std::string>(needle_size, letters);
  if (*rc::gen::arbitrary<bool>() && !text.empty()) {
    const auto place = *rc::gen::inRange<std::size_t>(0, text.size());
    needle = text.substr(place, needle_size);
  }
  const auto from = *rc::gen::inRange<std::size_t>(0, text.size() + 2);
  RC_ASSERT(find_literal_avx2(text, needle, from) == find_literal_scalar(text, needle, from));
  RC_ASSERT(find_literal(text, needle, from) == std::string_view(text).find(needle, from));
}

// Every place, every needle size, with unreadable memory right before and behind the text.
TEST(FindLiteral, FindsEveryPlaceAndReadsNothingOutside) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* const memory = mmap(nullptr, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  char* const middle = static_cast<char*>(memory) + page;
  ASSERT_EQ(mprotect(middle, page, PROT_READ | PROT_WRITE), 0);
  std::memset(middle, '.', page);
  for (std::size_t size = 1; size <= 200; ++size) {
    for (char* const text : {middle, middle + page - size}) {
      for (std::size_t needle_size = 1; needle_size <= std::min<std::size_t>(size, 9);
           ++needle_size) {
        for (std::size_t place = 0; place + needle_size <= size; ++place) {
          std::memcpy(text + place, "abcdefghi", needle_size);
          const std::string_view needle = std::string_view("abcdefghi").substr(0, needle_size);
          ASSERT_EQ(find_literal({text, size}, needle), place) << size << ' ' << needle_size;
          ASSERT_EQ(find_literal({text, size}, needle, place + 1), kNone);
          std::memset(text + place, '.', needle_size);
        }
      }
    }
  }
  munmap(memory, 3 * page);
}

// A quadratic search needs minutes for this one.
TEST(FindLiteral, IsLinearOnHostileInput) {
  const std::string text(8 << 20, 'a');
  const std::string needle = std::string(50'000, 'a') + "b" + std::string(50'000, 'a');
  EXPECT_EQ(find_literal(text, needle), kNone);
  EXPECT_EQ(find_literal(text + "b" + text, needle), text.size() - 50'000);
}

}  // namespace
}  // namespace logpond::codec
