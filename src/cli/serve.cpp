// logpond serve: the server, from flags to the last drained request.
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <mutex>

#include "cli/command_line.h"
#include "cli/output/progress.h"
#include "cli/output/terminal.h"
#include "config/loader.h"
#include "config/option.h"
#include "platform/clock.h"
#include "platform/posix/posix_file_system.h"
#include "platform/signals.h"
#include "server/assembly.h"
#include "server/build_info.h"
#include "telemetry/diag.h"

extern char** environ;

namespace logpond::cli {
namespace {

/// A flag of the option table on its way from the command line to the loader.
struct OptionFlag {
  const config::OptionSpec* option = nullptr;
  std::string text;
  bool truth = false;
};

struct ServeFlags {
  std::string config;
  std::deque<OptionFlag> options;  // a deque: the command line keeps addresses of its members
};

std::string help_of(const config::OptionSpec& option) {
  std::string text(option.help);
  if (!option.choices.empty()) {
    std::string all;
    for (const std::string_view choice : option.choices) {
      all += (all.empty() ? "" : ", ") + std::string(choice);
    }
    text += ": " + all;
  }
  return text;
}

std::string default_of(const config::OptionSpec& option) {
  if (option.type == config::OptionType::kBool) return {};
  std::string text = option.default_text();
  if (option.type == config::OptionType::kInteger && !option.unit.empty() &&
      option.default_note.empty()) {
    text += " " + std::string(option.unit);
  }
  return text;
}

CommandLine declare(ServeFlags& flags) {
  CommandLine line(
      "serve",
      "Runs the server: takes logs in over HTTP, has them on disk before it says so, answers LogQL "
      "and shows the dashboard. SIGTERM and Ctrl-C end it cleanly, SIGHUP reads the configuration "
      "again.");
  line.flag("--config", "FILE", &flags.config, "Configuration file",
            "the first of ./logpond.toml, ~/.config/logpond.toml, /etc/logpond/logpond.toml");
  for (const config::SectionSpec& section : config::section_table()) {
    line.heading("[" + std::string(section.name) + "] " + std::string(section.help));
    for (const config::OptionSpec& option : config::option_table()) {
      if (option.section != section.name) continue;
      OptionFlag& flag = flags.options.emplace_back();
      flag.option = &option;
      const bool is_switch = option.type == config::OptionType::kBool &&
                             config::value_text(option, config::Config{}) == "false";
      if (is_switch) {
        line.flag(option.flag(), "", &flag.truth, help_of(option));
      } else {
        const std::string value =
            option.type == config::OptionType::kBool ? "BOOL" : std::string(option.value_name());
        line.flag(option.flag(), value, &flag.text, help_of(option),
                  option.type == config::OptionType::kBool ? "true" : default_of(option));
      }
    }
  }
  line.example("logpond serve --demo", "Look at it with sample logs");
  line.example("logpond serve --data /var/lib/logpond --store-retention 30d", "Keep a month");
  line.example("logpond serve --http 0.0.0.0:3100 --insecure", "Listen to a trusted network");
  return line;
}

config::LoadRequest request_of(const ServeFlags& flags) {
  config::LoadRequest request;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    request.environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  if (!flags.config.empty()) {
    request.file = flags.config;
  } else if (const auto named = request.environment.find("LOGPOND_CONFIG");
             named != request.environment.end() && !named->second.empty()) {
    request.file = named->second;
  }
  request.usual_places = config::usual_places(request.environment);
  for (const OptionFlag& flag : flags.options) {
    if (flag.truth) request.flags.emplace_back(flag.option->flag(), "true");
    if (!flag.text.empty()) request.flags.emplace_back(flag.option->flag(), flag.text);
  }
  return request;
}

/// Signals on their way from their own thread to the one that acts on them.
class SignalInbox {
 public:
  void put(platform::Signal signal) {
    std::lock_guard lock(mutex_);
    if (signal != platform::Signal::kHangUp && is_draining_) {
      std::fputs("\nstopping at once\n", stderr);
      std::_Exit(kFailed);
    }
    if (signal != platform::Signal::kHangUp) is_draining_ = true;
    waiting_.push_back(signal);
    changed_.notify_all();
  }
  platform::Signal take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !waiting_.empty(); });
    const platform::Signal signal = waiting_.front();
    waiting_.pop_front();
    return signal;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<platform::Signal>
      waiting_;  // equal signals are merged by the kernel, so it stays short
  bool is_draining_ = false;
};

void say_hello(const server::Assembly& assembly, const config::Loaded& loaded) {
  const std::string url = assembly.url();
  if (isatty(STDERR_FILENO) != 1) {
    telemetry::diag_info("serving", {{"url", url},
                                     {"data", assembly.places().data.string()},
                                     {"version", std::string(server::build_info().version)},
                                     {"config", loaded.file.string()}});
    return;
  }
  const std::string version(server::build_info().version);
  const std::string store = assembly.places().data.string();
  const std::string file = loaded.file.empty() ? "built-in defaults" : loaded.file.string();
  std::fprintf(stderr,
               "\n  Logpond %s\n\n"
               "  Dashboard  %s/\n"
               "  Data       %s\n"
               "  Config     %s\n\n"
               "  Push       echo 'hello' | logpond push --addr %s\n"
               "  Query      logpond query '{job=\"push\"}' --addr %s\n"
               "  Stop       Ctrl-C\n\n",
               version.c_str(), url.c_str(), store.c_str(), file.c_str(), url.c_str(), url.c_str());
}

int report(const config::Loaded& loaded) {
  int status = kWrongUsage;
  for (const config::Problem& problem : loaded.problems) {
    failed("serve", problem.to_text());
    if (!problem.place.starts_with("--")) status = kFailed;  // not a flag: the file or a variable
  }
  return status;
}

int run_until_stopped(const ServeFlags& flags, platform::FileSystem& fs,
                      const config::Loaded& loaded) {
  platform::block_signals();
  SignalInbox inbox;
  auto waiter = platform::SignalWaiter::start([&](platform::Signal signal) { inbox.put(signal); });
  if (!waiter) return failed("serve", waiter.error().message);

  // After a crash there may be much to read back; whoever watches should see that it goes on.
  ProgressBar bar(stderr_is_terminal());
  const DurationNs begin = platform::system_clock().monotonic();
  server::Assembly assembly(loaded.config, [&](std::uint64_t done, std::uint64_t total) {
    const DurationNs waited = platform::system_clock().monotonic() - begin;
    if (waited < kSecond / 2) return;
    bar.update({done, total, 0, static_cast<double>(waited) / static_cast<double>(kSecond)});
  });
  const Status started = assembly.start();
  bar.clear();
  if (!started) return failed("serve", started.error().message);
  say_hello(assembly, loaded);
  while (inbox.take() == platform::Signal::kHangUp) {
    const config::Loaded again = config::load(fs, request_of(flags));
    if (again.problems.empty()) {
      assembly.reload(again.config);
      continue;
    }
    for (const config::Problem& problem : again.problems) {
      telemetry::diag_error("the configuration is wrong, the old one stays",
                            {{"problem", problem.to_text()}});
    }
  }
  telemetry::diag_info("stopping: finishing what was begun; a second signal stops at once");
  assembly.stop();
  telemetry::diag_info("stopped");
  return kDone;
}

}  // namespace

int run_serve(const Arguments& arguments) {
  ServeFlags flags;
  CommandLine line = declare(flags);
  if (const auto status = line.parse(arguments)) return *status;
  const auto fs = platform::make_posix_file_system();
  const config::Loaded loaded = config::load(*fs, request_of(flags));
  if (!loaded.problems.empty()) return report(loaded);
  for (const config::Problem& warning : loaded.warnings) {
    std::fprintf(stderr, "warning: %s\n", warning.to_text().c_str());
  }
  return run_until_stopped(flags, *fs, loaded);
}

}  // namespace logpond::cli
