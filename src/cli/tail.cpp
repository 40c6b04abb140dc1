// logpond tail: follows new lines that match a query, through restarts of the server.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "cli/client/server_client.h"
#include "cli/client/sse_reader.h"
#include "cli/command_line.h"
#include "cli/output/log_printer.h"

namespace logpond::cli {
namespace {

constexpr DurationNs kPauseFirst = 500 * kMillisecond;
constexpr DurationNs kPauseMax = 10 * kSecond;

struct TailFlags {
  std::string query;
  std::int64_t limit = 10;
  std::string output = "text";
  std::string colour = "auto";
  ServerFlags server;
};

CommandLine declare(TailFlags& flags) {
  CommandLine line("tail",
                   "Follows new lines that match a log query. When the connection breaks it comes "
                   "back and goes on "
                   "where it was.");
  line.positional("LOGQL", &flags.query, "A log query", true);
  line.flag("-n,--limit", "N", &flags.limit, "Lines of the past to begin with");
  line.flag("-o,--output", "FORM", &flags.output, "text, jsonl, raw (lines only) or csv");
  line.flag("--color", "WHEN", &flags.colour, "auto, always or never");
  flags.server.declare(line);
  line.example("logpond tail '{service_name=\"till\"}'", "Everything of a service");
  line.example("logpond tail '{env=\"prod\"} | detected_level=\"error\"' --output raw",
               "Errors, lines only");
  return line;
}

/// One tail: what was seen and how it is shown.
class Tail {
 public:
  Tail(const TailFlags& flags, OutputForm form, ServerClient client)
      : flags_(flags), client_(std::move(client)), printer_(form, stdout_painter(flags.colour)) {}

  int follow() {
    DurationNs pause = kPauseFirst;
    while (true) {
      has_events_ = false;
      const auto ended = connect_once();
      if (!failure_.empty()) return failed("tail", with_caret(failure_, flags_.query));
      if (ended && ended->status != 200 && ended->status < 500 && ended->status != 429) {
        return failed("tail", with_caret(error_of(*ended).message, flags_.query));
      }
      if (!was_open_ && !ended) return failed("tail", ended.error().message);
      const std::string why = !ended                 ? ended.error().message
                              : ended->status != 200 ? error_of(*ended).message
                                                     : "the server ended the connection";
      if (has_events_) pause = kPauseFirst;
      std::fprintf(stderr, "%s; trying again\n", why.c_str());
      std::this_thread::sleep_for(std::chrono::nanoseconds(pause));
      pause = std::min(pause * 2, kPauseMax);
      reader_.restart();
    }
  }

 private:
  Result<net::ClientResponse> connect_once() {
    net::Headers headers = client_.headers();
    headers.add("Accept", "text/event-stream");
    if (!reader_.last_id().empty()) headers.add("Last-Event-ID", reader_.last_id());
    // History once: after a break the server goes on behind the last id.
    const std::string limit = std::to_string(was_open_ ? 0 : flags_.limit);
    const std::string target =
        make_target("/api/v1/tail", {{"query", flags_.query}, {"limit", limit}});
    return client_.http().stream(target, headers, [&](std::string_view bytes) {
      was_open_ = true;
      const bool goes_on = reader_.feed(bytes, [&](const SseEvent& event) { return take(event); });
      std::fwrite(out_.data(), 1, out_.size(), stdout);
      out_.clear();
      return std::fflush(stdout) == 0 && goes_on;
    });
  }

  bool take(const SseEvent& event) {
    has_events_ = true;
    if (event.type == "record") {
      const auto entry = parse_tail_record(event.data);
      if (entry) printer_.append(out_, *entry);
    } else if (event.type == "dropped") {
      std::fprintf(stderr, "warning: %llu lines were left out, this reader is too slow\n",
                   static_cast<unsigned long long>(parse_dropped_count(event.data)));
    } else if (event.type == "failed") {
      failure_ = error_sentence(event.data);
      return false;
    }
    return true;
  }

  const TailFlags& flags_;
  ServerClient client_;
  LogPrinter printer_;
  SseReader reader_;
  std::string out_;
  std::string failure_;
  bool was_open_ = false;
  bool has_events_ = false;
};

}  // namespace

int run_tail(const Arguments& arguments) {
  TailFlags flags;
  CommandLine line = declare(flags);
  if (const auto status = line.parse(arguments)) return *status;
  const auto form = output_form_from_word(flags.output);
  if (!form)
    return line.wrong_usage("--output: \"" + flags.output + "\" is not text, jsonl, raw or csv");
  if (!is_valid_colour_mode(flags.colour)) {
    return line.wrong_usage("--color: \"" + flags.colour + "\" is not auto, always or never");
  }
  if (flags.limit < 0) return line.wrong_usage("--limit: a number of lines");
  auto client = ServerClient::create(flags.server);
  if (!client) return line.wrong_usage(client.error().message);
  return Tail(flags, *form, *std::move(client)).follow();
}

}  // namespace logpond::cli
