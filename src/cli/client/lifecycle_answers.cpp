#include "cli/client/lifecycle_answers.h"

#include <simdjson.h>

#include <algorithm>
#include <limits>

namespace logpond::cli {
namespace {

namespace dom = simdjson::dom;

tl::unexpected<Error> not_an_answer(std::string_view what) {
  return fail(ErrorCode::kInternal, "the server's answer is not understood: " + std::string(what));
}

std::string text_of(dom::element element, const char* name) {
  std::string_view text;
  return element[name].get_string().get(text) == simdjson::SUCCESS ? std::string(text)
                                                                   : std::string();
}

std::int64_t number_of(dom::element element, const char* name) {
  std::int64_t number = 0;
  return element[name].get_int64().get(number) == simdjson::SUCCESS ? number : 0;
}

/// Seconds of a number that may be beyond what nanoseconds hold.
TimestampNs seconds_of(dom::element element, const char* name) {
  constexpr std::int64_t kMost = std::numeric_limits<TimestampNs>::max() / kSecond;
  return std::clamp(number_of(element, name), -kMost, kMost) * kSecond;
}

PatternRow pattern_of(dom::element element) {
  PatternRow row;
  row.text = text_of(element, "pattern");
  row.records = static_cast<std::uint64_t>(std::max<std::int64_t>(number_of(element, "count"), 0));
  row.first_seen = parse_rfc3339(text_of(element, "first_seen")).value_or(0);
  dom::array samples;
  if (element["samples"].get_array().get(samples) != simdjson::SUCCESS) return row;
  for (const dom::element sample : samples) {
    std::int64_t time = 0;
    std::uint64_t count = 0;
    if (sample.at(0).get_int64().get(time) == simdjson::SUCCESS &&
        sample.at(1).get_uint64().get(count) == simdjson::SUCCESS) {
      row.counts.emplace_back(time * kSecond, count);
    }
  }
  return row;
}

}  // namespace

Result<std::vector<Removal>> parse_removals(std::string_view body) {
  dom::parser parser;
  dom::array all;
  if (parser.parse(simdjson::padded_string(body)).get_array().get(all) != simdjson::SUCCESS)
    return not_an_answer("it is no list of deletions");
  std::vector<Removal> removals;
  for (const dom::element one : all) {
    removals.push_back({text_of(one, "request_id"), text_of(one, "status"), text_of(one, "query"),
                        seconds_of(one, "start_time"), seconds_of(one, "end_time"),
                        seconds_of(one, "created_at")});
  }
  return removals;
}

Result<std::vector<PatternRow>> parse_patterns(std::string_view body) {
  dom::parser parser;
  dom::array all;
  if (parser.parse(simdjson::padded_string(body))["patterns"].get_array().get(all) !=
      simdjson::SUCCESS)
    return not_an_answer("it has no patterns");
  std::vector<PatternRow> rows;
  for (const dom::element one : all) rows.push_back(pattern_of(one));
  return rows;
}

}  // namespace logpond::cli
