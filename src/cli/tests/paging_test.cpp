#include "cli/client/paging.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

namespace logpond::cli {
namespace {

struct Stored {
  TimestampNs time;
  int stream;
  std::string line;
};

/// A server that answers as ours does: [start, end), a limit, equal times in a fixed order, grouped
/// by stream.
class FakeServer {
 public:
  explicit FakeServer(std::vector<Stored> all) : all_(std::move(all)) {}

  Result<Answer> ask(const Question& question) {
    ++requests;
    std::vector<Stored> found;
    for (const Stored& each : all_) {
      if (each.time >= question.start && each.time < question.end) found.push_back(each);
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Stored& a, const Stored& b) { return a.time < b.time; });
    if (!question.is_forward) std::reverse(found.begin(), found.end());
    if (found.size() > question.limit) found.resize(question.limit);
    std::map<int, std::vector<Stored>> groups;
    for (const Stored& each : found) groups[each.stream].push_back(each);
    Answer answer;
    for (const auto& [stream, entries] : groups) {
      const auto labels = std::make_shared<const Labels>(Labels({{"s", std::to_string(stream)}}));
      for (const Stored& each : entries)
        answer.entries.push_back({each.time, labels, {}, each.line});
    }
    answer.stats.lines = found.size();
    return answer;
  }
  int requests = 0;

 private:
  std::vector<Stored> all_;
};

struct Got {
  std::vector<std::string> lines;
  PagedAnswer answer;
};

Got ask_all(FakeServer& server, Question question, std::size_t page) {
  Got got;
  auto paged = ask_paged(
      question, page, [&](const Question& q) { return server.ask(q); },
      [&](std::vector<LogEntry>& entries) {
        for (const LogEntry& entry : entries) got.lines.push_back(entry.line);
        return true;
      });
  EXPECT_TRUE(paged.has_value());
  got.answer = *paged;
  return got;
}

TEST(Paging, AsksOnceWhenTheAnswerFits) {
  FakeServer server({{1, 0, "a"}, {2, 0, "b"}});
  const Got got = ask_all(server, {.start = 0, .end = 10, .limit = 100}, 50);
  EXPECT_EQ(got.lines, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(server.requests, 1);
}

TEST(Paging, StopsAtTheLimit) {
  FakeServer server({{1, 0, "a"}, {2, 0, "b"}, {3, 0, "c"}, {4, 0, "d"}});
  const Got got = ask_all(server, {.start = 0, .end = 10, .limit = 3, .is_forward = true}, 2);
  EXPECT_EQ(got.lines, (std::vector<std::string>{"a", "b", "c"}));
}

TEST(Paging, SaysWhenOneInstantHoldsMoreThanAPage) {
  std::vector<Stored> all;
  for (int i = 0; i < 10; ++i) all.push_back({5, 0, std::to_string(i)});
  all.push_back({7, 0, "later"});
  FakeServer server(all);
  const Got got = ask_all(server, {.start = 0, .end = 10, .limit = 0, .is_forward = true}, 4);
  EXPECT_TRUE(got.answer.is_cut);
  EXPECT_EQ(got.answer.cut_at, 5);
  EXPECT_EQ(got.lines, (std::vector<std::string>{"0", "1", "2", "3", "later"}));
}

TEST(Paging, EndsWhenTheReaderHasEnough) {
  FakeServer server({{1, 0, "a"}, {2, 0, "b"}, {3, 0, "c"}});
  std::size_t calls = 0;
  const auto paged = ask_paged(
      {.start = 0, .end = 10, .limit = 0}, 1, [&](const Question& q) { return server.ask(q); },
      [&](std::vector<LogEntry>&) {
        ++calls;
        return false;
      });
  EXPECT_TRUE(paged.has_value());
  EXPECT_EQ(calls, 1U);
}

// Any set of lines with crowded times comes back whole, each line once, in the order of one big
// answer.
RC_GTEST_PROP(PagingProperty, GivesWhatOneBigAnswerWouldGive, (bool is_forward)) {
  const auto count = *rc::gen::inRange<std::size_t>(0, 60);
  const auto page = *rc::gen::inRange<std::size_t>(8, 20);
  std::vector<Stored> all;
  std::map<TimestampNs, int> crowd;
  for (std::size_t i = 0; i < count; ++i) {
    const TimestampNs time = *rc::gen::inRange<TimestampNs>(0, 20);
    if (++crowd[time] >= static_cast<int>(page)) continue;  // beyond a page: the other test
    all.push_back({time, *rc::gen::inRange(0, 3), std::to_string(i)});
  }
  FakeServer server(all);
  const Question question{.start = 0, .end = 20, .limit = 0, .is_forward = is_forward};
  std::vector<std::string> paged = ask_all(server, question, page).lines;
  std::vector<std::string> whole = ask_all(server, question, 1000).lines;
  RC_ASSERT(paged.size() == whole.size());
  // Streams that share an instant may come in another order; the set and the times must not differ.
  std::map<std::string, TimestampNs> time_of;
  for (const Stored& each : all) time_of[each.line] = each.time;
  for (std::size_t i = 0; i < paged.size(); ++i) RC_ASSERT(time_of[paged[i]] == time_of[whole[i]]);
  std::sort(paged.begin(), paged.end());
  std::sort(whole.begin(), whole.end());
  RC_ASSERT(paged == whole);
}

}  // namespace
}  // namespace logpond::cli
