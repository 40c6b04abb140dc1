// logpond push: sends standard input or files to a server and ends.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include "cli/client/answer.h"
#include "cli/client/batch_sender.h"
#include "cli/command_line.h"
#include "cli/input/line_source.h"
#include "cli/input/line_time.h"
#include "cli/input/time_argument.h"
#include "cli/output/progress.h"
#include "cli/output/terminal.h"
#include "platform/clock.h"

namespace logpond::cli {
namespace {

/// A pipe that pauses for so long gets what it gave sent on.
constexpr DurationNs kIdleFlush = 500 * kMillisecond;

enum class LineFormat { kAuto, kRaw, kJson };

struct PushFlags {
  std::vector<std::string> files;
  std::vector<std::string> labels;
  std::string format = "auto";
  std::string timestamps = "now";
  std::int64_t batch_lines = 5'000;
  std::string patience = "1m";
  ServerFlags server;
};

CommandLine declare(PushFlags& flags) {
  CommandLine line(
      "push",
      "Sends standard input or files to a server, a record for each line, and ends. What the "
      "server answers for is on its disk.");
  line.positional("FILE", &flags.files, "Files to send; none or - means standard input", false);
  line.flag(
      "--label", "NAME=VALUE", &flags.labels,
      "A label of the stream; several times for several (default job=push; files add filename)");
  line.flag("--format", "FORMAT", &flags.format,
            "raw: any text. json: each line must be a JSON object, others are left out. auto: as "
            "it comes. "
            "The whole line is always kept");
  line.flag("--timestamps", "MODE", &flags.timestamps,
            "now: the time of sending. auto: the time that a line begins with, or a JSON line's "
            "timestamp, "
            "time or ts; lines without one take that of the line before");
  line.flag("--batch-lines", "N", &flags.batch_lines,
            "Lines in one request; 1 MiB ends it earlier");
  line.flag("--retry-for", "DURATION", &flags.patience,
            "How long a batch is tried again while the server is busy or away");
  flags.server.declare(line, "--to,--addr");
  line.example("logpond push app.log --label service=till", "Send a file");
  line.example("journalctl -o short-iso | logpond push --timestamps auto --label job=journal",
               "Send a journal with its own times");
  line.example("logpond query '{job=\"push\"}' --limit 10", "Then look at it");
  return line;
}

/// Gives lines their times, so that order is kept and no two lines of a stream are duplicates.
class Timekeeper {
 public:
  Timekeeper(bool reads_lines, LineFormat format) : reads_lines_(reads_lines), format_(format) {}

  TimestampNs time_of(std::string_view line, const JsonLine& json) {
    const TimestampNs now = platform::system_clock().now();
    std::optional<TimestampNs> found;
    if (reads_lines_) found = json.is_object ? json_time(json, now) : find_line_time(line, now);
    if (found) {
      // Seconds are coarse: lines of one instant are told apart by a nanosecond each.
      last_ = has_found_ && *found == found_ ? last_ + 1 : *found;
      found_ = *found;
      has_found_ = true;
    } else if (reads_lines_ && has_found_) {
      ++last_;  // a line that continues the one before, as in a stack trace
    } else {
      last_ = std::max(last_ + 1, now);
    }
    return last_;
  }
  bool wants_json(std::string_view line) const {
    if (format_ == LineFormat::kJson) return true;
    return reads_lines_ && format_ == LineFormat::kAuto && line.starts_with('{');
  }

 private:
  static std::optional<TimestampNs> json_time(const JsonLine& json, TimestampNs now) {
    if (const auto epoch = parse_epoch(json.time)) return epoch;
    return find_line_time(json.time, now);
  }

  const bool reads_lines_;
  const LineFormat format_;
  TimestampNs last_ = 0;
  // Not an optional: g++ 12 then warns of a value that is not set, wrongly.
  TimestampNs found_ = 0;
  bool has_found_ = false;
};

/// One run of the command: where it is and what was left out.
class Push {
 public:
  Push(const PushFlags& flags, LineFormat format, std::vector<Label> labels, Delivery& delivery)
      : flags_(flags),
        format_(format),
        labels_(std::move(labels)),
        sender_(delivery, {.lines_max = static_cast<std::size_t>(flags.batch_lines)}),
        bar_(stderr_is_terminal()),
        started_(platform::system_clock().monotonic()) {}

  /// False: the server cannot be reached.
  Result<bool> send_file(const std::string& path) {
    LOGPOND_TRY(LineSource source, LineSource::open(path));
    std::vector<Label> all = labels_;
    if (path != "-") all.push_back({"filename", std::filesystem::path(path).filename().string()});
    const Labels labels(std::move(all));
    Timekeeper keeper(flags_.timestamps == "auto", format_);
    total_ += source.size();
    while (true) {
      LOGPOND_TRY(const LineSource::Line line, source.next(kIdleFlush));
      if (line.got == LineSource::Got::kEnd) break;
      if (line.got == LineSource::Got::kIdle) {
        if (!sender_.send()) return false;
        continue;
      }
      if (!add(line, labels, keeper)) return false;
      if ((++lines_ & 1023U) == 0) bar_.update(state(source.bytes_read()));
    }
    done_ += source.bytes_read();
    return true;
  }

  int finish() {
    const bool is_reached = sender_.finish();
    bar_.clear();
    const SendTotals& totals = sender_.totals();
    const double seconds = elapsed();
    std::fprintf(
        stderr, "pushed %s lines (%s) in %s: %s/s\n", human_count(totals.lines_stored).c_str(),
        human_bytes(static_cast<double>(totals.bytes_stored)).c_str(), human_wait(seconds).c_str(),
        human_bytes(static_cast<double>(totals.bytes_stored) / std::max(seconds, 1e-3)).c_str());
    int status = kDone;
    if (not_json_ > 0) {
      status = failed("push", human_count(not_json_) + " lines were left out: not a JSON object");
    }
    if (too_long_ > 0) {
      status = failed("push", human_count(too_long_) + " lines were left out: longer than " +
                                  human_bytes(static_cast<double>(LineSource::kLineBytesMax)));
    }
    for (const std::string& sentence : totals.refusals) {
      status = failed("push", "the server refused lines: " + sentence);
    }
    if (totals.lines_in_refused_batches > 0) {
      failed("push",
             human_count(totals.lines_in_refused_batches) +
                 " lines were in batches with refused ones; the good ones of them may be stored");
    }
    if (!is_reached) status = failed("push", totals.failure);
    return status;
  }

  void clear_bar() { bar_.clear(); }

 private:
  bool add(const LineSource::Line& line, const Labels& labels, Timekeeper& keeper) {
    if (line.text.empty()) return true;  // an empty line says nothing
    if (line.is_cut) {
      ++too_long_;
      return true;
    }
    const JsonLine json = keeper.wants_json(line.text) ? inspect_json_line(line.text) : JsonLine{};
    if (format_ == LineFormat::kJson && !json.is_object) {
      ++not_json_;
      return true;
    }
    PushBody& body = sender_.body();
    body.add(body.stream(labels), keeper.time_of(line.text, json), line.text);
    return sender_.added();
  }

  double elapsed() const {
    return static_cast<double>(platform::system_clock().monotonic() - started_) /
           static_cast<double>(kSecond);
  }
  ProgressState state(std::uint64_t now_read) const {
    return {done_ + now_read, total_, lines_, elapsed()};
  }

  const PushFlags& flags_;
  const LineFormat format_;
  const std::vector<Label> labels_;
  BatchSender sender_;
  ProgressBar bar_;
  const DurationNs started_;
  std::uint64_t total_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t lines_ = 0;
  std::uint64_t not_json_ = 0;
  std::uint64_t too_long_ = 0;
};

Result<std::vector<Label>> parse_labels(const std::vector<std::string>& pairs) {
  std::vector<Label> labels;
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return fail(ErrorCode::kInvalidArgument, "--label: \"" + pair + "\" is not NAME=VALUE");
    }
    labels.push_back({pair.substr(0, equals), pair.substr(equals + 1)});
  }
  if (labels.empty()) labels.push_back({"job", "push"});
  return labels;
}

std::optional<LineFormat> format_from_word(std::string_view word) {
  if (word == "auto") return LineFormat::kAuto;
  if (word == "raw") return LineFormat::kRaw;
  if (word == "json") return LineFormat::kJson;
  return std::nullopt;
}

}  // namespace

int run_push(const Arguments& arguments) {
  PushFlags flags;
  CommandLine line = declare(flags);
  if (const auto status = line.parse(arguments)) return *status;
  const auto format = format_from_word(flags.format);
  if (!format)
    return line.wrong_usage("--format: \"" + flags.format + "\" is not auto, raw or json");
  if (flags.timestamps != "now" && flags.timestamps != "auto") {
    return line.wrong_usage("--timestamps: \"" + flags.timestamps + "\" is not now or auto");
  }
  if (flags.batch_lines < 1) return line.wrong_usage("--batch-lines: at least 1");
  auto labels = parse_labels(flags.labels);
  if (!labels) return line.wrong_usage(labels.error().message);
  const auto patience = parse_prometheus_duration(flags.patience);
  if (!patience)
    return line.wrong_usage("--retry-for: \"" + flags.patience + "\" is not a duration");
  auto client = ServerClient::create(flags.server);
  if (!client) return line.wrong_usage(client.error().message);

  Delivery delivery(*std::move(client),
                    {.patience = *patience, .pause = {}, .notice = [](const std::string& text) {
                       std::fprintf(stderr, "\n%s\n", text.c_str());
                     }});
  Push push(flags, *format, *std::move(labels), delivery);
  int status = kDone;
  if (flags.files.empty()) flags.files.emplace_back("-");
  for (const std::string& file : flags.files) {
    const auto sent = push.send_file(file);
    if (!sent) {
      push.clear_bar();
      status = failed("push", sent.error().message);
    } else if (!*sent) {
      break;
    }
  }
  return std::max(status, push.finish());
}

}  // namespace logpond::cli
