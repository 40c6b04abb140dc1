#include "telemetry/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace logpond::telemetry {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t count_of(const std::string& text, const std::string& piece) {
  std::size_t count = 0;
  for (auto at = text.find(piece); at != std::string::npos; at = text.find(piece, at + 1)) ++count;
  return count;
}

TEST(Metrics, PrintsCountersWithHelpTypeAndLabels) {
  MetricsRegistry registry;
  auto& counter = registry.counter("logpond_x_total", "Things seen", {{"door", "loki"}});
  counter.add();
  counter.add(2.5);
  EXPECT_EQ(counter.value(), 3.5);
  EXPECT_THAT(registry.scrape(), HasSubstr("# HELP logpond_x_total Things seen\n"
                                           "# TYPE logpond_x_total counter\n"
                                           "logpond_x_total{door=\"loki\"} 3.5\n"));
}

TEST(Metrics, GivesTheSameObjectForTheSameNameAndLabels) {
  MetricsRegistry registry;
  auto& a = registry.counter("logpond_x_total", "x", {{"a", "1"}, {"b", "2"}});
  EXPECT_EQ(&a, &registry.counter("logpond_x_total", "x", {{"b", "2"}, {"a", "1"}}));
  EXPECT_NE(&a, &registry.counter("logpond_x_total", "x", {{"a", "1"}, {"b", "3"}}));
  EXPECT_EQ(&registry.gauge("logpond_g", "g"), &registry.gauge("logpond_g", "g"));
  EXPECT_EQ(&registry.histogram("logpond_h_seconds", "h", {1}),
            &registry.histogram("logpond_h_seconds", "h", {1}));
  EXPECT_EQ(count_of(registry.scrape(), "# TYPE logpond_x_total"), 1U);
}

TEST(Metrics, MovesGaugesUpAndDown) {
  MetricsRegistry registry;
  auto& gauge = registry.gauge("logpond_depth", "d");
  gauge.set(10);
  gauge.add(-3);
  EXPECT_THAT(registry.scrape(), HasSubstr("# TYPE logpond_depth gauge\nlogpond_depth 7\n"));
}

TEST(Metrics, CountsObservationsInCumulativeBuckets) {
  MetricsRegistry registry;
  auto& histogram = registry.histogram("logpond_h_seconds", "h", {0.5, 1});
  for (const double value : {0.25, 0.5, 0.75, 100.0}) histogram.observe(value);
  EXPECT_THAT(registry.scrape(), HasSubstr("logpond_h_seconds_count 4\n"
                                           "logpond_h_seconds_sum 101.5\n"
                                           "logpond_h_seconds_bucket{le=\"0.5\"} 2\n"
                                           "logpond_h_seconds_bucket{le=\"1\"} 3\n"
                                           "logpond_h_seconds_bucket{le=\"+Inf\"} 4\n"));
}

TEST(Metrics, OffersBoundsForSecondsInOrder) {
  const auto bounds = MetricsRegistry::seconds_bounds();
  EXPECT_EQ(bounds.front(), 0.0001);
  EXPECT_EQ(bounds.back(), 60);
  EXPECT_TRUE(std::is_sorted(bounds.begin(), bounds.end()));
}

TEST(Metrics, EscapesLabelValues) {
  MetricsRegistry registry;
  registry.gauge("logpond_g", "g", {{"path", "a\"b\\c\nd"}}).set(1);
  EXPECT_THAT(registry.scrape(), HasSubstr(R"(logpond_g{path="a\"b\\c\nd"} 1)"));
}

TEST(Metrics, ReadsFunctionsWhenScraped) {
  MetricsRegistry registry;
  double value = 1;
  int calls = 0;
  const auto handle = registry.gauge_from("logpond_read", "r", {{"k", "v"}}, [&] {
    ++calls;
    return value;
  });
  EXPECT_EQ(calls, 0);
  EXPECT_THAT(registry.scrape(), HasSubstr("# HELP logpond_read r\n# TYPE logpond_read gauge\n"
                                           "logpond_read{k=\"v\"} 1\n"));
  value = std::numeric_limits<double>::infinity();
  EXPECT_THAT(registry.scrape(), HasSubstr("logpond_read{k=\"v\"} +Inf\n"));
  EXPECT_EQ(calls, 2);
}

TEST(Metrics, ForgetsAFunctionWhoseHandleIsGone) {
  MetricsRegistry registry;
  auto handle = registry.gauge_from("logpond_read", "r", {}, [] { return 1.0; });
  handle.reset();
  EXPECT_THAT(registry.scrape(), Not(HasSubstr("logpond_read")));
}

TEST(Metrics, ShowsOneFamilyForGaugesAndFunctionsOfOneName) {
  MetricsRegistry registry;
  registry.gauge("logpond_queue_bytes", "q", {{"queue", "a"}}).set(1);
  const auto b =
      registry.gauge_from("logpond_queue_bytes", "q", {{"queue", "b"}}, [] { return 2.0; });
  const auto old =
      registry.gauge_from("logpond_queue_bytes", "q", {{"queue", "c"}}, [] { return 3.0; });
  const auto newer =
      registry.gauge_from("logpond_queue_bytes", "q", {{"queue", "c"}}, [] { return 4.0; });
  EXPECT_THAT(registry.scrape(), HasSubstr("# TYPE logpond_queue_bytes gauge\n"
                                           "logpond_queue_bytes{queue=\"a\"} 1\n"
                                           "logpond_queue_bytes{queue=\"b\"} 2\n"
                                           "logpond_queue_bytes{queue=\"c\"} 4\n"));
}

TEST(Metrics, LetsAFunctionUseTheRegistry) {
  MetricsRegistry registry;
  const auto handle = registry.gauge_from("logpond_read", "r", {}, [&] {
    auto& reads = registry.counter("logpond_reads_total", "r");
    reads.add();
    return reads.value();
  });
  EXPECT_THAT(registry.scrape(), HasSubstr("logpond_read 1\n"));
}

TEST(Metrics, WaitsForARunningFunctionBeforeForgettingIt) {
  MetricsRegistry registry;
  std::promise<void> inside;
  std::promise<void> go_on;
  std::atomic<bool> finished{false};
  auto handle = registry.gauge_from("logpond_read", "r", {}, [&] {
    inside.set_value();
    go_on.get_future().wait();
    finished = true;
    return 1.0;
  });
  std::thread scraper([&] { registry.scrape(); });
  inside.get_future().wait();
  std::thread releaser([&] { go_on.set_value(); });
  handle.reset();
  EXPECT_TRUE(finished);
  scraper.join();
  releaser.join();
}

TEST(Metrics, MayGoBeforeItsHandles) {
  std::shared_ptr<void> handle;
  {
    MetricsRegistry registry;
    handle = registry.gauge_from("logpond_read", "r", {}, [] { return 1.0; });
  }
  handle.reset();
}

TEST(Metrics, TellsTheFiguresOfTheProcess) {
  const std::string text = MetricsRegistry().scrape();
  EXPECT_THAT(text, HasSubstr("# TYPE process_cpu_seconds_total counter\n"));
  for (const char* name : {"process_cpu_seconds_total", "process_resident_memory_bytes",
                           "process_open_fds", "process_max_fds", "process_start_time_seconds"}) {
    const auto at = text.find(std::string("\n") + name + " ");
    ASSERT_NE(at, std::string::npos) << name;
    EXPECT_GT(std::stod(text.substr(text.find(' ', at))), 0) << name;
  }
}

TEST(Metrics, CountsRightFromManyThreads) {
  MetricsRegistry registry;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        registry.counter("logpond_x_total", "x", {{"thread", std::to_string(t % 2)}}).add();
        const auto handle = registry.gauge_from("logpond_read", "r", {}, [] { return 1.0; });
        if (i % 50 == 0) {
          EXPECT_THAT(registry.scrape(), HasSubstr("logpond_x_total"));
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const char* thread : {"0", "1"}) {
    EXPECT_EQ(registry.counter("logpond_x_total", "x", {{"thread", thread}}).value(), 400);
  }
}

TEST(MetricsDeathTest, StopsWhenOneNameIsTwoKinds) {
  MetricsRegistry registry;
  registry.counter("logpond_x_total", "x");
  EXPECT_DEATH(registry.gauge("logpond_x_total", "x"),
               "logpond_x_total. has valid names and one kind");
  EXPECT_DEATH(registry.gauge("not a name", "x"), "not a name. has valid names");
}

}  // namespace
}  // namespace logpond::telemetry
