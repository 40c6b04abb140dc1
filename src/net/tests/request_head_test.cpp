#include "net/server/request_head.h"

#include <gtest/gtest.h>

#include "net/server/head_parser.h"
#include "net/server/response_head.h"

namespace logpond::net {
namespace {

TEST(HeadParser, GivesTheSameHoweverTheHeadGrows) {
  const std::string head =
      "GET /a?b HTTP/1.1\r\nHost: x\r\nEmpty:\r\nX-Y:  padded \t\r\nX-Y: two\r\n\r\n";
  const std::string input = head + "body";
  for (std::size_t step = 1; step <= input.size(); ++step) {
    HeadParser parser;
    parser.reset(1000);
    bool complete = false;
    for (std::size_t size = step; !complete; size += step) {
      ASSERT_LT(size, input.size() + step);
      const std::string moved = input.substr(0, size);  // other memory each time
      const auto outcome = parser.parse(moved);
      ASSERT_FALSE(outcome.refusal);
      complete = outcome.complete;
      EXPECT_EQ(complete, size >= head.size());
    }
    EXPECT_EQ(parser.consumed(), head.size());
    const RequestHead parsed = parser.take();
    EXPECT_EQ(parsed.method, "GET");
    EXPECT_EQ(parsed.target, "/a?b");
    EXPECT_EQ(parsed.version, 11);
    const std::vector<std::pair<std::string, std::string>> expected{
        {"Host", "x"}, {"Empty", ""}, {"X-Y", "padded"}, {"X-Y", "two"}};
    EXPECT_EQ(parsed.headers.all(), expected);
  }
}

TEST(HeadParser, RefusesAHeadBeyondItsLimitWithoutItsEnd) {
  HeadParser parser;
  parser.reset(100);
  const auto refused = parser.parse("GET / HTTP/1.1\r\nX: " + std::string(200, 'x'));
  ASSERT_TRUE(refused.refusal);
  EXPECT_EQ(refused.refusal->status, 431);
  parser.reset(100);
  const auto complete = parser.parse("GET / HTTP/1.1\r\nX: " + std::string(200, 'x') + "\r\n\r\n");
  ASSERT_TRUE(complete.refusal);
  EXPECT_EQ(complete.refusal->status, 431);
}

TEST(RequestHead, SplitsTargets) {
  const auto show = [](std::string_view target) {
    const auto split = split_target(target);
    return split ? std::string(split->path) + " " + std::string(split->query) : "none";
  };
  EXPECT_EQ(show("/a/b?c=d?e"), "/a/b c=d?e");
  EXPECT_EQ(show("/a"), "/a ");
  EXPECT_EQ(show("http://host:80/a?b"), "/a b");
  EXPECT_EQ(show("HTTP://host"), "/ ");
  EXPECT_EQ(show("http://host?q"), "/ q");
  EXPECT_EQ(show("*"), "none");
  EXPECT_EQ(show("host:443"), "none");
  EXPECT_EQ(show(""), "none");
}

TEST(RequestHead, KnowsWhenAConnectionStaysOpen) {
  const auto keeps = [](int version, const std::string& connection) {
    RequestHead head;
    head.version = version;
    head.headers.add("Host", "x");
    if (!connection.empty()) head.headers.add("Connection", connection);
    Framing framing;
    EXPECT_FALSE(interpret_framing(head, framing));
    return framing.keep_alive;
  };
  EXPECT_TRUE(keeps(11, ""));
  EXPECT_FALSE(keeps(11, "Close"));
  EXPECT_FALSE(keeps(11, "keep-alive, close"));
  EXPECT_FALSE(keeps(10, ""));
  EXPECT_TRUE(keeps(10, "Keep-Alive"));
}

TEST(ResponseHead, FormatsDates) {
  EXPECT_EQ(format_http_date(784'111'777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(format_http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(format_http_date(1'709'164'800), "Thu, 29 Feb 2024 00:00:00 GMT");
}

TEST(ResponseHead, LeavesOutWhatTheServerItselfWrites) {
  Headers headers;
  headers.add("content-length", "99");
  headers.add("Transfer-Encoding", "chunked");
  headers.add("Server", "fasthttp");
  headers.add("X-A", "b");
  ResponseHead head;
  head.status = 299;
  head.date = "D";
  head.server_name = "logpond";
  head.content_length = 5;
  head.headers = &headers;
  EXPECT_EQ(
      format_head(head),
      "HTTP/1.1 299 Unknown\r\nDate: D\r\nContent-Length: 5\r\nServer: fasthttp\r\nX-A: b\r\n\r\n");
}

}  // namespace
}  // namespace logpond::net
