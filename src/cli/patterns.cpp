// logpond patterns: what kinds of lines there are.
#include <algorithm>
#include <cstdio>

#include "cli/client/query_source.h"
#include "cli/command_line.h"
#include "cli/input/time_argument.h"
#include "cli/output/pattern_printer.h"
#include "platform/clock.h"

namespace logpond::cli {
namespace {

/// Steps of a spark line: a few more than it has columns.
constexpr std::int64_t kSteps = 48;

struct PatternFlags {
  std::string selector;
  std::string since = "1h";
  std::string from;
  std::string to;
  std::int64_t limit = 20;
  std::string output = "text";
  std::string colour = "auto";
  std::string data;
  bool wants_new = false;
  ServerFlags server;
};

CommandLine declare(PatternFlags& flags) {
  CommandLine line("patterns",
                   "Shows what kinds of lines a selector holds: each kind as its text with <_> for "
                   "what varies, how often it came, its course over time, and when it was first "
                   "seen. Only lines not yet in parts are read for it.");
  line.positional("SELECTOR", &flags.selector, "Streams, as {service_name=\"till\"}", true);
  line.flag("--since", "DURATION", &flags.since, "How far back from --to");
  line.flag("--from", "TIME", &flags.from, "Beginning of the range instead of --since");
  line.flag("--to", "TIME", &flags.to, "End of the range, itself not inside", "now");
  line.flag("-n,--limit", "N", &flags.limit, "Patterns at most, the most frequent; 0 means all");
  line.flag("--new", "", &flags.wants_new, "Only those first seen inside the range");
  line.flag("-o,--output", "FORM", &flags.output, "text or jsonl");
  line.flag("--color", "WHEN", &flags.colour, "auto, always or never");
  line.flag("--data", "DIR", &flags.data, "Reads a data directory, without a server");
  flags.server.declare(line);
  line.example("logpond patterns '{service_name=\"till\"}'", "The last hour");
  line.example("logpond patterns '{env=\"prod\"}' --since 1d --new", "What never happened before");
  line.example("logpond patterns '{env=\"prod\"}' --limit 0 --output jsonl", "All, for a script");
  return line;
}

void select_rows(const PatternFlags& flags, TimeRange range, std::vector<PatternRow>& rows) {
  std::erase_if(rows, [&](const PatternRow& row) {
    return row.records == 0 || (flags.wants_new && !range.contains(row.first_seen));
  });
  std::stable_sort(rows.begin(), rows.end(),
                   [](const PatternRow& a, const PatternRow& b) { return a.records > b.records; });
  const auto limit = static_cast<std::size_t>(flags.limit);
  if (limit > 0 && rows.size() > limit) rows.resize(limit);
}

Result<std::unique_ptr<QuerySource>> open_source(const PatternFlags& flags) {
  if (!flags.data.empty()) return open_directory_source(flags.data, flags.server.tenant);
  LOGPOND_TRY(ServerClient client, ServerClient::create(flags.server));
  return make_server_source(std::move(client));
}

}  // namespace

int run_patterns(const Arguments& arguments) {
  PatternFlags flags;
  CommandLine line = declare(flags);
  if (const auto status = line.parse(arguments)) return *status;
  if (flags.output != "text" && flags.output != "jsonl")
    return line.wrong_usage("--output: \"" + flags.output + "\" is not text or jsonl");
  if (!is_valid_colour_mode(flags.colour))
    return line.wrong_usage("--color: \"" + flags.colour + "\" is not auto, always or never");
  if (flags.limit < 0) return line.wrong_usage("--limit: a number of patterns, or 0 for all");
  const auto range =
      resolve_range({flags.since, flags.from, flags.to}, platform::system_clock().now());
  if (!range) return line.wrong_usage(range.error().message);
  const auto source = open_source(flags);
  if (!source) return failed("patterns", source.error().message);
  const DurationNs step =
      std::max(kSecond, (range->end - range->start) / kSteps / kSecond * kSecond);
  auto rows = (*source)->patterns(flags.selector, *range, step);
  if (!rows) return failed("patterns", with_caret(rows.error().message, flags.selector));
  select_rows(flags, *range, *rows);
  std::string out;
  if (flags.output == "jsonl") {
    append_pattern_json(out, *rows);
  } else if (rows->empty()) {
    std::fputs("no patterns\n", stderr);
  } else {
    append_pattern_table(out, *rows, {*range, step}, stdout_painter(flags.colour),
                         terminal_width());
  }
  std::fwrite(out.data(), 1, out.size(), stdout);
  return kDone;
}

}  // namespace logpond::cli
