#include "codec/utf8.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "codec/unicode.h"

namespace logpond::codec {
namespace {

#define FFFD "\xEF\xBF\xBD"

TEST(Utf8, EachSequenceThatCouldHaveBegunACharacterBecomesOneMark) {
  EXPECT_EQ(repair_utf8("plain \xC3\xB6 \xE6\x97\xA5 \xF0\x9F\x98\x80"), "plain ö 日 😀");
  EXPECT_EQ(repair_utf8("a\xFF"
                        "b"),
            "a" FFFD "b");
  EXPECT_EQ(repair_utf8("\xE6\x97"
                        "b"),
            FFFD "b");
  EXPECT_EQ(repair_utf8("\xF0\x9F\x98"), FFFD);
  EXPECT_EQ(repair_utf8("\x80\x80"), FFFD FFFD);
  EXPECT_EQ(repair_utf8("\xC0\xAF"), FFFD FFFD);
  EXPECT_EQ(repair_utf8("\xED\xA0\x80"), FFFD FFFD FFFD);
  EXPECT_EQ(repair_utf8("\xF4\x90\x80\x80"), FFFD FFFD FFFD FFFD);
  EXPECT_EQ(repair_utf8(""), "");
}

RC_GTEST_PROP(Utf8, RepairGivesValidTextAndLeavesValidTextAlone, (const std::string& bytes)) {
  const std::string repaired = repair_utf8(bytes);
  RC_ASSERT(is_valid_utf8(repaired));
  RC_ASSERT((repaired == bytes) == is_valid_utf8(bytes));
}

RC_GTEST_PROP(Utf8, EveryCharacterReadsBack, ()) {
  const auto code_point =
      *rc::gen::suchThat(rc::gen::inRange<std::uint32_t>(0, 0x110000), is_code_point);
  std::string bytes;
  append_utf8(bytes, code_point);
  RC_ASSERT(is_valid_utf8(bytes));
  const DecodedCharacter character = decode_utf8(bytes);
  RC_ASSERT(character.valid && character.code_point == code_point &&
            character.size == bytes.size());
}

}  // namespace
}  // namespace logpond::codec
