#include "codec/varint.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

namespace logpond::codec {
namespace {

RC_GTEST_PROP(Varint, ReadsBackWhatWasWritten,
              (std::uint64_t value, std::int64_t number, std::string text)) {
  // Small and huge values alike: shift by a drawn amount.
  value >>= *rc::gen::inRange(0, 64);
  std::string bytes;
  put_varint(bytes, value);
  put_varint(bytes, zigzag(number));
  put_fixed(bytes, number);
  put_bytes(bytes, text);
  Reader reader(bytes);
  RC_ASSERT(reader.varint() == value);
  RC_ASSERT(unzigzag(reader.varint()) == number);
  RC_ASSERT(reader.fixed<std::int64_t>() == number);
  RC_ASSERT(reader.sized_bytes() == text);
  RC_ASSERT(reader.ok() && reader.at_end());
}

RC_GTEST_PROP(Varint, FailsForGoodOnEveryCut, (std::uint64_t value, std::string text)) {
  std::string bytes;
  put_varint(bytes, value);
  put_bytes(bytes, text);
  const auto cut = *rc::gen::inRange<std::size_t>(0, bytes.size());
  Reader reader(std::string_view(bytes).substr(0, cut));
  reader.varint();
  reader.sized_bytes();
  RC_ASSERT(!reader.ok());
  RC_ASSERT(reader.varint() == 0u && reader.sized_bytes().empty() && !reader.ok());
}

TEST(Varint, RefusesMoreBytesThanSixtyFourBitsNeed) {
  const std::string endless(11, '\xFF');
  Reader reader(endless);
  reader.varint();
  EXPECT_FALSE(reader.ok());
}

TEST(Varint, KeepsTheExtremes) {
  std::string bytes;
  put_varint(bytes, std::numeric_limits<std::uint64_t>::max());
  put_varint(bytes, zigzag(std::numeric_limits<std::int64_t>::min()));
  Reader reader(bytes);
  EXPECT_EQ(reader.varint(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(unzigzag(reader.varint()), std::numeric_limits<std::int64_t>::min());
  EXPECT_TRUE(reader.ok());
}

}  // namespace
}  // namespace logpond::codec
