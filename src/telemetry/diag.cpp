#include "telemetry/diag.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ansicolor_sink.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>

#include "codec/json_text.h"
#include "platform/clock.h"
#include "platform/guarded.h"

namespace logpond::telemetry {
namespace {

constexpr const char* kTime = "%Y-%m-%dT%H:%M:%S.%eZ";

spdlog::level::level_enum spdlog_level(DiagLevel level) {
  switch (level) {
    case DiagLevel::kDebug:
      return spdlog::level::debug;
    case DiagLevel::kInfo:
      return spdlog::level::info;
    case DiagLevel::kWarn:
      return spdlog::level::warn;
    case DiagLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// Prints `%*` as our words: the library says "warning", Logpond says "WARN" and, in JSON, "warn".
class LevelWord : public spdlog::custom_flag_formatter {
 public:
  explicit LevelWord(bool capital) : capital_(capital) {}

  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    const std::string_view word = word_of(message.level);
    out.append(word.data(), word.data() + word.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<LevelWord>(capital_);
  }

 private:
  std::string_view word_of(spdlog::level::level_enum level) const {
    switch (level) {
      case spdlog::level::debug:
        return capital_ ? "DEBUG" : "debug";
      case spdlog::level::warn:
        return capital_ ? "WARN" : "warn";
      case spdlog::level::err:
        return capital_ ? "ERROR" : "error";
      default:
        return capital_ ? "INFO" : "info";
    }
  }
  bool capital_;
};

bool is_plain(char c) {
  return c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\';
}

/// A line must stay a line, and no value may pose as another field.
void append_text_value(std::string& out, std::string_view value) {
  if (!value.empty() && std::all_of(value.begin(), value.end(), is_plain)) {
    out.append(value);
  } else {
    codec::append_json_string(out, value);
  }
}

void append_text_message(std::string& out, std::string_view message) {
  const bool is_clean =
      std::none_of(message.begin(), message.end(), [](char c) { return c < ' ' || c >= 0x7F; });
  if (is_clean) {
    out.append(message);
    return;
  }
  std::string quoted;  // escapes line ends and what is not UTF-8
  codec::append_json_string(quoted, message);
  out.append(quoted, 1, quoted.size() - 2);
}

std::string text_of(std::string_view message, DiagFields fields) {
  std::string text;
  append_text_message(text, message);
  for (const auto& [name, value] : fields) {
    text.append(" ").append(name).append("=");
    append_text_value(text, value);
  }
  return text;
}

std::string json_members_of(std::string_view message, DiagFields fields) {
  std::string json = "\"message\":";
  codec::append_json_string(json, message);
  for (const auto& [name, value] : fields) {
    json.push_back(',');
    codec::append_json_string(json, name);
    json.push_back(':');
    codec::append_json_string(json, value);
  }
  return json;
}

/// A logger and the form it writes. Replaced as a whole, so a line is never half in the old form.
struct Output {
  explicit Output(const DiagOptions& options)
      : json(options.json), logger("logpond", make_sink(options)) {
    logger.set_level(spdlog::level::trace);  // diag() has looked at the level already
  }

  static spdlog::sink_ptr make_sink(const DiagOptions& options) {
    const bool colour = options.colour && !options.json;
    auto sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>(
        colour ? spdlog::color_mode::always : spdlog::color_mode::never);
    const std::string time = kTime;
    std::string pattern = time + " %^%*%$ %v";
    if (options.json) pattern = "{\"time\":\"" + time + "\",\"level\":\"%*\",%v}";
    auto formatter =
        std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc, "\n");
    formatter->add_flag<LevelWord>('*', !options.json).set_pattern(pattern);
    sink->set_formatter(std::move(formatter));
    return sink;
  }

  bool json;
  spdlog::logger logger;
};

struct Diagnostics {
  std::atomic<DiagLevel> level{DiagOptions().level};
  platform::Guarded<std::shared_ptr<Output>> output{std::make_shared<Output>(DiagOptions())};
};

Diagnostics& diagnostics() {
  // Never destroyed: destructors of other statics may still have something to say.
  static auto& instance = *new Diagnostics();
  return instance;
}

}  // namespace

void configure_diagnostics(const DiagOptions& options) {
  auto output = std::make_shared<Output>(options);
  diagnostics().level.store(options.level);
  diagnostics().output.with([&](auto& current) { current.swap(output); });
}

void diag(DiagLevel level, std::string_view message, DiagFields fields) {
  if (level < diagnostics().level.load(std::memory_order_relaxed)) return;
  const auto output = diagnostics().output.with([](const auto& current) { return current; });
  const std::string line =
      output->json ? json_members_of(message, fields) : text_of(message, fields);
  const spdlog::log_clock::time_point now{std::chrono::duration_cast<spdlog::log_clock::duration>(
      std::chrono::nanoseconds(platform::system_clock().now()))};
  output->logger.log(now, spdlog::source_loc{}, spdlog_level(level),
                     spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace logpond::telemetry
