#include "net/http_types.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "net/header_text.h"
#include "net/http_client.h"
#include "net/url_encoding.h"

namespace logpond::net {
namespace {

std::string show(const Parameters& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters.all()) text += "(" + name + ")=(" + value + ")";
  return text;
}

TEST(Parameters, DecodesNamesAndValuesInOrder) {
  EXPECT_EQ(show(Parameters::parse("a=b&c=%20d+e&a=2")), "(a)=(b)(c)=( d e)(a)=(2)");
  EXPECT_EQ(show(Parameters::parse("match%5B%5D=%7Bx%3D%22y%22%7D")), "(match[])=({x=\"y\"})");
  EXPECT_EQ(show(Parameters::parse("a&=b&&a=b=c&")), "(a)=()()=(b)(a)=(b=c)");
  EXPECT_EQ(show(Parameters::parse("")), "");
}

TEST(Parameters, KeepsBrokenEscapesAsTheyAre) {
  EXPECT_EQ(show(Parameters::parse("a=100%&b=%zz&c=%4&d=%%41&%=x")),
            "(a)=(100%)(b)=(%zz)(c)=(%4)(d)=(%A)(%)=(x)");
}

TEST(Parameters, FindsTheFirstAndAll) {
  const Parameters parameters = Parameters::parse("a=1&b=2&a=3&e=");
  EXPECT_EQ(parameters.get("a"), "1");
  EXPECT_EQ(parameters.get("e"), "");
  EXPECT_FALSE(parameters.get("A"));
  EXPECT_EQ(parameters.get_all("a"), (std::vector<std::string_view>{"1", "3"}));
}

RC_GTEST_PROP(Parameters, ComeBackFromTheirEncoding,
              (std::vector<std::pair<std::string, std::string>> pairs)) {
  std::string text;
  for (const auto& [name, value] : pairs) {
    text += encode_url_component(name) + "=" + encode_url_component(value) + "&";
  }
  RC_ASSERT(Parameters::parse(text).all() == pairs);
}

RC_GTEST_PROP(PercentDecode, LeavesTextWithoutPercentAlone, (const std::string& text)) {
  std::string plain;
  for (const char c : text) {
    if (c != '%') plain.push_back(c);
  }
  RC_ASSERT(percent_decode(plain, PlusSign::kLiteral) == plain);
}

TEST(Headers, CompareNamesWithoutCase) {
  Headers headers;
  headers.add("Content-Type", "a");
  headers.add("content-type", "b");
  EXPECT_EQ(headers.get("CONTENT-TYPE"), "a");
  EXPECT_TRUE(headers.has("content-Type"));
  EXPECT_FALSE(headers.has("content_type"));
  EXPECT_EQ(headers.get("none"), "");
}

TEST(HeaderText, KnowsWhoAllowsGzip) {
  for (const char* yes :
       {"gzip", "br, GZIP", "x-gzip", "gzip;q=0.1", "*", "*;q=0.5", "gzip;q=1.0,*;q=0"}) {
    EXPECT_TRUE(allows_gzip(yes)) << yes;
  }
  for (const char* no :
       {"", "br", "gzip;q=0", "gzip; q=0.000", "*;q=0", "identity", "gzip;q=0, *"}) {
    EXPECT_FALSE(allows_gzip(no)) << no;
  }
  EXPECT_TRUE(list_names("keep-alive, Upgrade", "upgrade"));
  EXPECT_FALSE(list_names("keep-alive-upgrade", "upgrade"));
}

TEST(Body, IsPaddedAndMovable) {
  Body body(std::string("abc"));
  const auto padded = [](const Body& b) {
    for (std::size_t i = 0; i < Body::kPadding; ++i) {
      if (b.view().data()[b.size() + i] != 0) return false;
    }
    return true;
  };
  EXPECT_TRUE(padded(body));
  Body moved = std::move(body);
  EXPECT_EQ(moved.view(), "abc");
  EXPECT_EQ(body.size(), 0U);  // NOLINT(bugprone-use-after-move): the header says empty
  EXPECT_TRUE(padded(body));
  EXPECT_TRUE(padded(Body()));
}

TEST(HttpRequest, ReadsFormBodiesBehindTheQuery) {
  HttpRequest request;
  request.query = Parameters::parse("a=1");
  request.body = Body(std::string("a=2&b=x+y"));
  EXPECT_EQ(show(request.form_parameters()), "(a)=(1)");
  request.headers.add("content-type", "Application/X-WWW-form-urlencoded; charset=UTF-8");
  EXPECT_EQ(show(request.form_parameters()), "(a)=(1)(a)=(2)(b)=(x y)");
}

}  // namespace
}  // namespace logpond::net
