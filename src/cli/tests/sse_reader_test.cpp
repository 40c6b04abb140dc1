#include "cli/client/sse_reader.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace logpond::cli {
namespace {

using Events = std::vector<std::string>;

std::function<bool(const SseEvent&)> keep(Events& events) {
  return [&events](const SseEvent& event) {
    events.push_back(std::string(event.type) + "|" + std::string(event.data) + "|" +
                     std::string(event.id));
    return true;
  };
}

Events read(std::string_view text) {
  SseReader reader;
  Events events;
  reader.feed(text, keep(events));
  return events;
}

TEST(SseReader, ReadsTypeDataAndId) {
  EXPECT_EQ(read("event: record\nid: 7\ndata: {\"a\":1}\n\n"), Events{"record|{\"a\":1}|7"});
  EXPECT_EQ(read("data:x\r\n\r\ndata: y\r\r"), (Events{"message|x|", "message|y|"}));
}

TEST(SseReader, JoinsDataLinesAndSkipsComments) {
  EXPECT_EQ(read(": ping\n\ndata: a\ndata:\ndata: b\n\n"), Events{"message|a\n\nb|"});
}

TEST(SseReader, KeepsTheLastIdOverABreak) {
  SseReader reader;
  Events events;
  reader.feed("id: 1\ndata: a\n\nid: 2\ndata: half", keep(events));
  EXPECT_EQ(reader.last_id(), "1");
  reader.restart();
  reader.feed("data: b\n\n", keep(events));
  EXPECT_EQ(events, (Events{"message|a|1", "message|b|1"}));
}

TEST(SseReader, StopsWhenToldTo) {
  SseReader reader;
  int calls = 0;
  EXPECT_FALSE(reader.feed("data: a\n\ndata: b\n\n", [&](const SseEvent&) { return ++calls < 1; }));
  EXPECT_EQ(calls, 1);
}

RC_GTEST_PROP(SseReaderProperty, PiecesDoNotMatter, ()) {
  const std::string text =
      "event: record\r\nid: 9\ndata: one\ndata: two\r\n\r\n: x\n\ndata: three\n\n";
  const auto cut = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
  const auto cut2 = *rc::gen::inRange<std::size_t>(cut, text.size() + 1);
  SseReader reader;
  Events events;
  reader.feed(text.substr(0, cut), keep(events));
  reader.feed(text.substr(cut, cut2 - cut), keep(events));
  reader.feed(text.substr(cut2), keep(events));
  RC_ASSERT(events == read(text));
}

}  // namespace
}  // namespace logpond::cli
