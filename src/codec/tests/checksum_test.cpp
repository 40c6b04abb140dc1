#include "codec/checksum.h"

#include <gtest/gtest.h>

namespace logpond::codec {
namespace {

// Files of other builds must stay readable: these values never change.
TEST(Checksum, GivesThePublishedXxh3Values) {
  EXPECT_EQ(checksum(""), 0x2D06800538D394C2u);
  EXPECT_EQ(checksum("a"), 0xE6C632B61E964E1Fu);
  EXPECT_EQ(checksum("abc"), 0x78AF5F94892F3950u);
}

TEST(Checksum, DependsOnTheSeedAndOnEveryByte) {
  EXPECT_NE(checksum("frame", 1), checksum("frame", 2));
  EXPECT_NE(checksum("frame", 1), checksum("frbme", 1));
  EXPECT_EQ(checksum("frame", 7), checksum("frame", 7));
}

}  // namespace
}  // namespace logpond::codec
