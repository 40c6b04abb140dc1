#include "codec/json_text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "codec/utf8.h"

namespace logpond::codec {
namespace {

std::string json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonText, EscapesOnlyWhatMustBe) {
  EXPECT_EQ(json("plain"), "\"plain\"");
  EXPECT_EQ(json("say \"hi\" \\ bye"), "\"say \\\"hi\\\" \\\\ bye\"");
  EXPECT_EQ(json("a\nb\rc\td\be\ff"), "\"a\\nb\\rc\\td\\be\\ff\"");
  EXPECT_EQ(json(std::string_view("\0\x01\x1f\x7f", 4)), "\"\\u0000\\u0001\\u001f\x7f\"");
  EXPECT_EQ(json("<&> ö 日 \xE2\x80\xA8"), "\"<&> ö 日 \xE2\x80\xA8\"");
  EXPECT_EQ(json("bad \xFF\" byte"), "\"bad \xEF\xBF\xBD\\\" byte\"");
}

TEST(JsonText, AppendsToWhatIsThere) {
  std::string out = "[";
  append_json_string(out, "x");
  EXPECT_EQ(out, "[\"x\"");
}

RC_GTEST_PROP(JsonText, AnotherParserReadsTheSameText, ()) {
  const auto size = *rc::gen::inRange<std::size_t>(0, 80);
  const auto bytes = *rc::gen::container<std::string>(
      size,
      rc::gen::oneOf(rc::gen::element('a', 'b', '"', '\\', '\n', '\x1f', '\xC3', '\xB6', '\x7f'),
                     rc::gen::arbitrary<char>()));
  simdjson::dom::parser parser;
  const std::string text = "[" + json(bytes) + "]";
  std::string_view back;
  RC_ASSERT(parser.parse(text).at(0).get(back) == simdjson::SUCCESS);
  RC_ASSERT(back == repair_utf8(bytes));
}

TEST(FormatSample, PrintsAsPrometheusDoes) {
  const struct {
    double value;
    const char* text;
  } kCases[] = {{0, "0"},
                {-0.0, "-0"},
                {3, "3"},
                {0.05, "0.05"},
                {0.13333333333333333, "0.13333333333333333"},
                {4.483333333333333, "4.483333333333333"},
                {113.39116171710896, "113.39116171710896"},
                {-1234.5, "-1234.5"},
                {123456789012345680000.0, "123456789012345680000"},
                {1e21, "1e+21"},
                {-1.5e300, "-1.5e+300"},
                {1e-6, "0.000001"},
                {9.5e-7, "9.5e-07"},
                {5e-324, "5e-324"},
                {std::numeric_limits<double>::infinity(), "+Inf"},
                {-std::numeric_limits<double>::infinity(), "-Inf"},
                {std::nan(""), "NaN"}};
  for (const auto& c : kCases) EXPECT_EQ(format_sample(c.value), c.text);
}

RC_GTEST_PROP(FormatSample, ReadsBackAsTheSameNumber, (std::uint64_t bits)) {
  const auto value = std::bit_cast<double>(bits);
  if (!std::isfinite(value)) RC_DISCARD("not a number");
  const std::string text = format_sample(value);
  double back = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), back);
  RC_ASSERT(end.ptr == text.data() + text.size());
  RC_ASSERT(std::bit_cast<std::uint64_t>(back) == bits);
}

}  // namespace
}  // namespace logpond::codec
