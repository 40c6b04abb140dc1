#include "generate/generator.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "generate/traffic.h"

namespace logpond::generate {
namespace {

constexpr TimestampNs kStart = 1'795'219'200 * kSecond;

std::vector<Event> events(Generator::Options options, std::size_t count,
                          TimestampNs from = kStart) {
  Generator generator(options);
  std::vector<Event> all;
  Event event;
  for (std::size_t i = 0; i < count; ++i) {
    generator.next(from + static_cast<TimestampNs>(i) * kMillisecond, event);
    all.push_back(event);
  }
  return all;
}

TEST(Generator, GivesTheSameLinesForTheSameSeed) {
  const auto a = events({.seed = 5}, 500);
  const auto b = events({.seed = 5}, 500);
  const auto c = events({.seed = 6}, 500);
  std::size_t same = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].line, b[i].line);
    EXPECT_EQ(a[i].source, b[i].source);
    if (a[i].line == c[i].line) ++same;
  }
  EXPECT_LT(same, 10U);
}

TEST(Generator, SpeaksManyFormatsWhenMixed) {
  Generator generator({});
  std::map<std::string, int> formats;
  for (const Event& event : events({}, 3000)) {
    ++formats[std::string(generator.sources()[event.source].get("format"))];
  }
  EXPECT_EQ(formats.size(), 8U);
  for (const auto& [format, count] : formats) EXPECT_GT(count, 20) << format;
}

TEST(Generator, WritesEachFormatInItsForm) {
  for (const Event& event : events({.format = Format::kNginx}, 50)) {
    EXPECT_NE(event.line.find("[21/Nov/2026:"), std::string::npos) << event.line;
  }
  for (const Event& event : events({.format = Format::kJson}, 50)) {
    EXPECT_TRUE(event.line.starts_with("{\"ts\":\"2026-11-21T") && event.line.ends_with("}"))
        << event.line;
  }
  for (const Event& event : events({.format = Format::kLogfmt}, 50)) {
    EXPECT_TRUE(event.line.starts_with("ts=2026-")) << event.line;
  }
  for (const Event& event : events({.format = Format::kSyslog}, 50)) {
    EXPECT_TRUE(event.line.starts_with("Nov 21 ")) << event.line;
  }
  for (const Event& event : events({.format = Format::kNdjson}, 50)) {
    EXPECT_TRUE(event.line.starts_with("{\"timestamp\":\"")) << event.line;
    EXPECT_EQ(event.line.find('\n'), std::string::npos) << event.line;
  }
}

TEST(Generator, SharesTraceIdsBetweenServices) {
  Generator generator({});
  std::map<std::string, std::set<std::string>> services;
  for (const Event& event : events({}, 2000)) {
    if (event.trace_id.empty()) continue;
    EXPECT_NE(event.line.find(event.trace_id), std::string::npos) << event.line;
    services[event.trace_id].insert(
        std::string(generator.sources()[event.source].get("service_name")));
  }
  std::size_t shared = 0;
  for (const auto& [trace, names] : services) shared += names.size() > 1 ? 1 : 0;
  EXPECT_GT(shared, services.size() / 4);
}

TEST(Generator, ComplainsMoreDuringAnIncident) {
  std::optional<Incident> incident;
  for (TimestampNs t = kStart; !incident; t += 10 * kSecond) incident = incident_at(t, 1);
  const auto errors = [](const std::vector<Event>& all) {
    std::size_t count = 0;
    for (const Event& event : all) count += event.severity >= Severity::kWarn ? 1U : 0U;
    return count;
  };
  const auto troubled = errors(events({}, 2000, incident->start));
  const auto calm = errors(events({}, 2000, incident->end + kSecond));
  EXPECT_GT(troubled, calm + 40);
  EXPECT_GT(Generator({}).rate_at(incident->start), traffic_at(incident->start, 1));
}

TEST(Generator, KnowsItsFormatsByName) {
  EXPECT_EQ(format_from_word("nginx"), Format::kNginx);
  EXPECT_EQ(format_from_word("mixed"), Format::kMixed);
  EXPECT_FALSE(format_from_word("NGINX").has_value());
}

}  // namespace
}  // namespace logpond::generate
