// logpond generate: realistic synthetic logs, to stdout or to a server.
#include "generate/generator.h"

#include <chrono>
#include <cstdio>
#include <thread>

#include "cli/client/batch_sender.h"
#include "cli/command_line.h"
#include "cli/output/progress.h"
#include "cli/output/terminal.h"
#include "platform/clock.h"

namespace logpond::cli {
namespace {

/// Where lines go. False: no more is wanted.
class LineTarget {
 public:
  virtual ~LineTarget() = default;
  virtual bool take(const generate::Generator& generator, const generate::Event& event) = 0;
  /// Hands on what was collected so far.
  virtual bool flush() = 0;
};

class StdoutTarget : public LineTarget {
 public:
  bool take(const generate::Generator&, const generate::Event& event) override {
    out_ += event.line;
    out_ += '\n';
    return out_.size() < kBlockBytes || flush();
  }
  bool flush() override {
    const bool is_written = std::fwrite(out_.data(), 1, out_.size(), stdout) == out_.size();
    out_.clear();
    return is_written && std::fflush(stdout) == 0;
  }

 private:
  static constexpr std::size_t kBlockBytes = std::size_t{1} << 16;
  std::string out_;
};

class ServerTarget : public LineTarget {
 public:
  explicit ServerTarget(Delivery& delivery) : sender_(delivery, {}) {}

  bool take(const generate::Generator& generator, const generate::Event& event) override {
    PushBody& body = sender_.body();
    fields_.clear();
    if (!event.trace_id.empty()) fields_.push_back({"trace_id", event.trace_id});
    body.add(body.stream(generator.sources()[event.source]), event.timestamp, event.line, fields_);
    return sender_.added();
  }
  bool flush() override { return sender_.send(); }

  int finish() {
    const bool is_reached = sender_.finish();
    const SendTotals& totals = sender_.totals();
    std::fprintf(stderr, "sent %s lines (%s)\n", human_count(totals.lines_stored).c_str(),
                 human_bytes(static_cast<double>(totals.bytes_stored)).c_str());
    int status = kDone;
    for (const std::string& sentence : totals.refusals) {
      status = failed("generate", "the server refused lines: " + sentence);
    }
    return is_reached ? status : failed("generate", totals.failure);
  }

 private:
  BatchSender sender_;
  std::vector<Label> fields_;
};

/// Without a rate lines are so far apart, so that the same flags and start give the same lines.
constexpr DurationNs kApart = kMillisecond;

struct GenerateFlags {
  std::int64_t rate = 0;
  std::int64_t count = 1000;
  std::int64_t seed = 1;
  std::string format = "mixed";
  std::string start;
};

/// Makes `count` lines (0: without end), `rate` a second (0: as fast as it goes).
void make_lines(const GenerateFlags& flags, TimestampNs first, LineTarget& target) {
  constexpr DurationNs kPace =
      100 * kMillisecond;  // sleeps are not shorter than a terminal can show
  const auto format = *generate::format_from_word(flags.format);
  generate::Generator generator({static_cast<std::uint64_t>(flags.seed), format});
  generate::Event event;
  const platform::Clock& clock = platform::system_clock();
  const DurationNs began = clock.monotonic();
  const DurationNs distance = flags.rate > 0 ? kSecond / flags.rate : kApart;
  const bool is_endless = flags.rate == 0 && flags.count == 0;
  TimestampNs last = 0;
  for (std::int64_t i = 0; flags.count == 0 || i < flags.count; ++i) {
    if (flags.rate > 0) {
      const DurationNs due = i / flags.rate * kSecond + i % flags.rate * kSecond / flags.rate;
      const DurationNs early = due - (clock.monotonic() - began);
      if (early > 0) {
        if (!target.flush()) return;
        std::this_thread::sleep_for(std::chrono::nanoseconds(std::max(early, kPace)));
      }
    }
    last = is_endless ? std::max(last + 1, clock.now()) : first + i * distance;
    generator.next(last, event);
    if (!target.take(generator, event)) return;
  }
  target.flush();
}

}  // namespace

int run_generate(const Arguments& arguments) {
  GenerateFlags flags;
  std::string to;
  ServerFlags server;
  CommandLine line(
      "generate",
      "Makes realistic logs of an imaginary shop: the same seed and start give the same lines.");
  line.flag("--rate", "N", &flags.rate, "Lines a second; 0 means as fast as it goes");
  line.flag("--count", "N", &flags.count, "Lines in all; 0 means without end");
  line.flag("--format", "FORMAT", &flags.format,
            "mixed (every service in its own style), ndjson (wrapped with service, host, level), "
            "json, logfmt, "
            "nginx or syslog");
  line.flag("--seed", "N", &flags.seed, "Chooses the lines");
  line.flag("--start", "TIME", &flags.start, "Time of the first line, RFC 3339",
            "so that the last is now; with --rate now");
  server.declare(line, "--addr");
  line.flag("--to", "URL", &to, "Sends to this server instead of writing to stdout");
  line.example("logpond generate --count 20 --format logfmt", "A look");
  line.example("logpond generate --rate 500 --count 0 --to http://127.0.0.1:3100",
               "Keep a server busy");
  if (const auto status = line.parse(arguments)) return *status;
  if (!generate::format_from_word(flags.format)) {
    return line.wrong_usage("--format: \"" + flags.format +
                            "\" is not mixed, ndjson, json, logfmt, nginx or syslog");
  }
  if (flags.rate < 0 || flags.count < 0)
    return line.wrong_usage("--rate and --count are not negative");
  TimestampNs first = platform::system_clock().now();
  if (flags.rate == 0) first -= flags.count * kApart;  // the last line is the one of now
  if (!flags.start.empty()) {
    const auto start = parse_rfc3339(flags.start);
    if (!start) return line.wrong_usage("--start: \"" + flags.start + "\" is not an RFC 3339 time");
    first = *start;
  }
  if (to.empty()) {
    StdoutTarget target;
    make_lines(flags, first, target);
    return kDone;
  }
  server.addr = to;
  auto client = ServerClient::create(server);
  if (!client) return line.wrong_usage(client.error().message);
  Delivery delivery(*std::move(client), {});
  ServerTarget target(delivery);
  make_lines(flags, first, target);
  return target.finish();
}

}  // namespace logpond::cli
