#include "column/value.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "column/tests/text_samples.h"
#include "column/value_text.h"

namespace logpond::column {
namespace {

using testing::TextStore;

Value type_of(const std::string& text) {
  const TextStore store({"..", text});
  return type_value(store.base(), store.offset(1), static_cast<std::uint32_t>(text.size()));
}

/// The text again, from what the value says; texts and digits from the original.
std::string text_again(const Value& value, const std::string& text) {
  char buffer[kNumberTextMax + kUuidTextSize];
  char packed[32];
  switch (value.kind) {
    case ValueKind::kUuid:
      pack_uuid(text.data(), packed);
      write_uuid(packed, buffer);
      return {buffer, kUuidTextSize};
    case ValueKind::kHex: {
      std::string digits(value.aux, '\0');
      pack_hex(text.data(), value.aux, packed);
      write_hex(packed, value.aux, digits.data());
      return digits;
    }
    case ValueKind::kText:
    case ValueKind::kLongText:
    case ValueKind::kReference:
      return text;
    default:
      const char* const end = write_number(buffer, value.kind, value.bits, value.aux);
      return {buffer, static_cast<std::size_t>(end - buffer)};
  }
}

void expect_kind(const std::string& text, ValueKind kind, int aux = 0) {
  const Value value = type_of(text);
  EXPECT_EQ(value.kind, kind) << text;
  EXPECT_EQ(int{value.aux}, aux) << text;
  EXPECT_EQ(value.offset, 2U);
  EXPECT_EQ(value.size, text.size());
  EXPECT_EQ(text_again(value, text), text);
}

TEST(Value, TypesIntegersOfAtMostEighteenDigits) {
  expect_kind("0", ValueKind::kInteger);
  expect_kind("-17", ValueKind::kInteger);
  expect_kind("999999999999999999", ValueKind::kInteger);
  expect_kind("-999999999999999999", ValueKind::kInteger);
  expect_kind("1000000000000000000", ValueKind::kText);
  expect_kind("-0", ValueKind::kText);
  expect_kind("-007", ValueKind::kText);
  expect_kind("-", ValueKind::kText);
  expect_kind("", ValueKind::kText);
  expect_kind("+1", ValueKind::kText);
  EXPECT_EQ(static_cast<std::int64_t>(type_of("-17").bits), -17);
}

TEST(Value, TypesDecimalsThatAPointAndDigitsSpell) {
  expect_kind("12.345", ValueKind::kDecimal, 3);
  expect_kind("-0.5", ValueKind::kDecimal, 1);
  expect_kind("0.0", ValueKind::kDecimal, 1);
  expect_kind("1.000000000000000000", ValueKind::kText);
  expect_kind("0.12345678901234567", ValueKind::kDecimal, 17);
  expect_kind("-0.12345678901234567", ValueKind::kDecimal, 17);
  expect_kind("-0.0", ValueKind::kText);
  expect_kind("00.5", ValueKind::kText);
  expect_kind("1.", ValueKind::kText);
  expect_kind(".5", ValueKind::kText);
  expect_kind("1e3", ValueKind::kText);
  expect_kind("1.2.3", ValueKind::kText);
}

TEST(Value, TypesPaddedNumbers) {
  expect_kind("007", ValueKind::kPadded, 3);
  expect_kind("00", ValueKind::kPadded, 2);
  expect_kind("000000000000000000", ValueKind::kPadded, 18);
  expect_kind("0000000000000000000", ValueKind::kText);
}

TEST(Value, TypesAddresses) {
  expect_kind("10.0.0.1", ValueKind::kIpv4);
  expect_kind("255.255.255.255", ValueKind::kIpv4);
  expect_kind("256.0.0.1", ValueKind::kText);
  expect_kind("10.0.0.01", ValueKind::kText);
  expect_kind("10.0.0.", ValueKind::kText);
  expect_kind("10.0.0.1.", ValueKind::kText);
  EXPECT_EQ(type_of("10.0.0.1").bits, 0x0A000001U);
}

TEST(Value, TypesTimesOfTheGregorianCalendar) {
  EXPECT_EQ(type_of("2026-11-21T10:00:00.123Z").kind, ValueKind::kTime);
  EXPECT_EQ(type_of("2026-11-21T10:00:00.123Z").bits, 1'795'255'200'123U);
  for (const std::string text :
       {"2026-11-21T10:00:00.123Z", "2026-11-21 10:00:00", "2024-02-29 23:59:59,999",
        "1970-01-01T00:00:00.000000000+00:00", "2199-12-31T23:59:59.999999999Z"}) {
    EXPECT_EQ(type_of(text).kind, ValueKind::kTime) << text;
    EXPECT_EQ(text_again(type_of(text), text), text);
  }
  for (const std::string text :
       {"2024-02-30T00:00:00Z", "2023-02-29 23:59:59", "1969-12-31T23:59:59", "2200-01-01T00:00:00",
        "2024-01-01T24:00:00", "2024-01-01T00:00:60", "2024-13-01T00:00:00", "2024-00-01T00:00:00",
        "2024-01-00T00:00:00", "2024-01-01T00:00:00.", "2024-01-01T00:00:00.1234567890",
        "2024-01-01T00:00:00+01:00", "2024-01-01T00:00:00z"}) {
    EXPECT_EQ(type_of(text).kind, ValueKind::kText) << text;
  }
}

TEST(Value, TypesIdentifiers) {
  expect_kind("123e4567-e89b-12d3-a456-426614174000", ValueKind::kUuid);
  expect_kind("123E4567-e89b-12d3-a456-426614174000", ValueKind::kText);
  expect_kind("0af7651916cd43dd8448eb211c80319c", ValueKind::kHex, 32);
  expect_kind("b7ad6b7169203331", ValueKind::kHex, 16);
  expect_kind("abcdefabcdefabcd", ValueKind::kText);
  expect_kind("0af7651916cd43dd8448eb211c80319g", ValueKind::kText);
  expect_kind(std::string(40, 'a') + "", ValueKind::kText);
  expect_kind(std::string(39, 'a') + "1", ValueKind::kHex, 40);
  expect_kind(std::string(63, 'a') + "1", ValueKind::kHex, 64);
}

TEST(Value, LeavesLongTextsAlone) {
  EXPECT_EQ(type_of(std::string(65'534, '1')).kind, ValueKind::kText);
  const Value value = type_of(std::string(65'535, '1'));
  EXPECT_EQ(value.kind, ValueKind::kLongText);
  EXPECT_EQ(value.size, 65'535);
  EXPECT_EQ(value.bits, 65'535U);
}

TEST(Value, EqualTextsHaveEqualBits) {
  EXPECT_EQ(type_of("some words").bits, type_of("some words").bits);
  EXPECT_NE(type_of("some words").bits, type_of("some Words").bits);
}

RC_GTEST_PROP(ValueProperty, GivesEveryTextBack, ()) {
  const std::string text = *testing::sample_text();
  const Value value = type_of(text);
  RC_CLASSIFY(value.kind == ValueKind::kText, "text");
  RC_ASSERT(text_again(value, text) == text);
  if (value.kind <= ValueKind::kTime) {
    RC_ASSERT(number_text_size(value.kind, value.bits, value.aux) == text.size());
  }
}

}  // namespace
}  // namespace logpond::column
