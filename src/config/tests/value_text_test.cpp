#include "config/value_text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace logpond::config {
namespace {

TEST(ValueText, ReadsSizesWithUnits) {
  EXPECT_EQ(parse_bytes("0"), 0);
  EXPECT_EQ(parse_bytes("65536"), 65536);
  EXPECT_EQ(parse_bytes("64KiB"), 65536);
  EXPECT_EQ(parse_bytes("64 kib"), 65536);
  EXPECT_EQ(parse_bytes("64k"), 65536);
  EXPECT_EQ(parse_bytes("10GB"), 10'000'000'000);
  EXPECT_EQ(parse_bytes("1.5MiB"), 1'572'864);
}

TEST(ValueText, RefusesWhatIsNoSize) {
  for (const char* text : {"", "MiB", "-1", "1 banana", "1.2.3", "99999999999TiB", "1e3", "0x10"}) {
    EXPECT_FALSE(parse_bytes(text).has_value()) << text;
  }
}

RC_GTEST_PROP(ValueTextProperty, SizesReadBackAsTheyWereWritten, ()) {
  const auto bytes = *rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 62);
  RC_ASSERT(parse_bytes(format_bytes(bytes)) == std::optional(bytes));
}

TEST(ValueText, ReadsAddresses) {
  const auto plain = parse_address("127.0.0.1:3100");
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->host, "127.0.0.1");
  EXPECT_EQ(plain->port, 3100);
  EXPECT_EQ(parse_address("[::1]:80")->host, "::1");
  EXPECT_EQ(parse_address(":3100")->host, "0.0.0.0");
}

TEST(ValueText, SaysWhatIsWrongWithAnAddress) {
  EXPECT_EQ(parse_address("3100").error().message,
            "\"3100\" is not an address: write host:port, as in 127.0.0.1:3100");
  EXPECT_EQ(parse_address("::1:80").error().message,
            "\"::1:80\" is not an address: an IPv6 address needs brackets, as in [::1]:3100");
  EXPECT_FALSE(parse_address("localhost:").has_value());
  EXPECT_FALSE(parse_address("localhost:70000").has_value());
  EXPECT_FALSE(parse_address("localhost:80x").has_value());
}

TEST(ValueText, KnowsLoopback) {
  for (const char* host : {"localhost", "127.0.0.1", "127.9.9.9", "::1"})
    EXPECT_TRUE(is_loopback_host(host));
  for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "127.example.org", ""}) {
    EXPECT_FALSE(is_loopback_host(host)) << host;
  }
}

TEST(ValueText, ReadsStoreUrls) {
  EXPECT_EQ(parse_store_url("embedded:/var/lib/logpond").value(), "/var/lib/logpond");
  EXPECT_EQ(parse_store_url("mysql://x").error().message,
            "\"mysql://x\" is not a store this build has: write embedded:DIR");
  EXPECT_FALSE(parse_store_url("embedded:").has_value());
}

}  // namespace
}  // namespace logpond::config
