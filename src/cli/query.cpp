// logpond query: asks a server or a data directory in LogQL.
#include <cstdio>

#include "cli/client/query_source.h"
#include "cli/command_line.h"
#include "cli/input/time_argument.h"
#include "cli/output/log_printer.h"
#include "cli/output/metric_printer.h"
#include "cli/output/progress.h"
#include "platform/clock.h"

namespace logpond::cli {
namespace {

/// Lines of one request: what servers allow by default.
constexpr std::size_t kPageEntries = 5'000;

struct QueryFlags {
  std::string query;
  std::string since = "1h";
  std::string from;
  std::string to;
  std::int64_t limit = 100;
  std::string step;
  std::string output = "text";
  std::string colour = "auto";
  std::string data;
  bool is_forward = false;
  bool is_instant = false;
  bool wants_stats = false;
  bool wants_plan = false;
  ServerFlags server;
};

CommandLine declare(QueryFlags& flags) {
  CommandLine line(
      "query",
      "Asks a server, or with --data a data directory, in LogQL. Log queries print lines, metric "
      "queries tables.");
  line.positional("LOGQL", &flags.query, "The query", true);
  line.flag("--since", "DURATION", &flags.since, "How far back from --to");
  line.flag("--from", "TIME", &flags.from,
            "Beginning of the range instead of --since: now-2h, 2026-11-21, 2026-11-21T08:00:00Z, "
            "epoch seconds");
  line.flag("--to", "TIME", &flags.to, "End of the range, itself not inside", "now");
  line.flag("-n,--limit", "N", &flags.limit, "Lines at most; 0 means all");
  line.flag("--forward", "", &flags.is_forward, "Oldest lines first; without it the newest");
  line.flag("--instant", "", &flags.is_instant, "Metric queries: one value, at --to");
  line.flag("--step", "DURATION", &flags.step, "Metric queries: distance of the points",
            "1/250 of the range");
  line.flag("-o,--output", "FORM", &flags.output, "text, jsonl, raw (lines only) or csv");
  line.flag("--color", "WHEN", &flags.colour, "auto, always or never");
  line.flag("--stats", "", &flags.wants_stats, "Says on stderr what the query cost");
  line.flag("--explain", "", &flags.wants_plan, "Shows the plan instead of running the query");
  line.flag("--data", "DIR", &flags.data, "Reads a data directory, without a server");
  flags.server.declare(line);
  line.example("logpond query '{service_name=\"till\"} |= \"drawer\"' --since 30m",
               "Lines of half an hour");
  line.example("logpond query '{env=\"prod\"} | json | status >= 500' --limit 0 --output jsonl",
               "All of them, for a script");
  line.example("logpond query 'sum by (level) (count_over_time({env=\"prod\"}[5m]))' --since 6h",
               "A course over time");
  line.example("logpond query '{job=\"push\"}' --data ./logpond-data", "Without a server");
  return line;
}

void print(std::string& out) {
  std::fwrite(out.data(), 1, out.size(), stdout);
  out.clear();
}

void print_stats(const AnswerStats& stats) {
  const double rate = stats.seconds > 0 ? static_cast<double>(stats.bytes) / stats.seconds : 0;
  std::fprintf(stderr, "looked at %s lines (%s) in %.3f s, %s/s; returned %s\n",
               human_count(stats.lines).c_str(),
               human_bytes(static_cast<double>(stats.bytes)).c_str(), stats.seconds,
               human_bytes(rate).c_str(), human_count(stats.entries).c_str());
}

void print_end(const QueryFlags& flags, const Answer& answer) {
  for (const std::string& warning : answer.warnings)
    std::fprintf(stderr, "warning: %s\n", warning.c_str());
  if (flags.wants_stats) print_stats(answer.stats);
}

int run_range(const QueryFlags& flags, TimeRange range, OutputForm form, QuerySource& source) {
  const Painter painter = stdout_painter(flags.colour);
  LogPrinter printer(form, painter);
  std::string out;
  Question question{flags.query,      range.start, range.end, static_cast<std::size_t>(flags.limit),
                    flags.is_forward, flags.step};
  const auto paged = ask_paged(
      question, kPageEntries, [&](const Question& page) { return source.range(page); },
      [&](std::vector<LogEntry>& entries) {
        for (const LogEntry& entry : entries) printer.append(out, entry);
        print(out);
        return std::fflush(stdout) == 0;
      });
  if (!paged) return failed("query", with_caret(paged.error().message, flags.query));
  if (paged->last.kind != Answer::Kind::kStreams) {
    append_metrics(out, paged->last, form, painter, terminal_width());
    print(out);
  }
  if (paged->is_cut) {
    std::fprintf(stderr,
                 "warning: more than %zu lines have the time %s; those beyond are left out\n",
                 kPageEntries, format_rfc3339(paged->cut_at).c_str());
  }
  print_end(flags, paged->last);
  return kDone;
}

int run_instant(const QueryFlags& flags, TimestampNs time, OutputForm form, QuerySource& source) {
  const auto answer = source.instant(flags.query, time, static_cast<std::size_t>(flags.limit));
  if (!answer) return failed("query", with_caret(answer.error().message, flags.query));
  std::string out;
  append_metrics(out, *answer, form, stdout_painter(flags.colour), terminal_width());
  print(out);
  print_end(flags, *answer);
  return kDone;
}

}  // namespace

int run_query(const Arguments& arguments) {
  QueryFlags flags;
  CommandLine line = declare(flags);
  if (const auto status = line.parse(arguments)) return *status;
  const auto form = output_form_from_word(flags.output);
  if (!form)
    return line.wrong_usage("--output: \"" + flags.output + "\" is not text, jsonl, raw or csv");
  if (!is_valid_colour_mode(flags.colour)) {
    return line.wrong_usage("--color: \"" + flags.colour + "\" is not auto, always or never");
  }
  if (flags.limit < 0) return line.wrong_usage("--limit: a number of lines, or 0 for all");
  const auto range =
      resolve_range({flags.since, flags.from, flags.to}, platform::system_clock().now());
  if (!range) return line.wrong_usage(range.error().message);

  std::unique_ptr<QuerySource> source;
  if (flags.data.empty()) {
    auto client = ServerClient::create(flags.server);
    if (!client) return line.wrong_usage(client.error().message);
    source = make_server_source(*std::move(client));
  } else {
    auto directory = open_directory_source(flags.data, flags.server.tenant);
    if (!directory) return failed("query", directory.error().message);
    source = *std::move(directory);
  }
  if (flags.wants_plan) {
    const auto plan = source->explain(flags.query);
    if (!plan) return failed("query", with_caret(plan.error().message, flags.query));
    std::printf("%s%s", plan->c_str(), plan->ends_with('\n') ? "" : "\n");
    return kDone;
  }
  return flags.is_instant ? run_instant(flags, range->end, *form, *source)
                          : run_range(flags, *range, *form, *source);
}

}  // namespace logpond::cli
