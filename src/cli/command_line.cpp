#include "cli/command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>

#include "config/nearest.h"

namespace logpond::cli {
namespace {

constexpr std::size_t kHelpColumn = 34;
constexpr std::size_t kHelpWidth = 100;

void print_to(std::FILE* file, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
}

std::string target_text(const Target& target) {
  if (const auto* text = std::get_if<std::string*>(&target)) return **text;
  if (const auto* number = std::get_if<std::int64_t*>(&target)) return std::to_string(**number);
  return {};
}

// Breaks `text` at blanks so that lines end before kHelpWidth; further lines start at kHelpColumn.
std::string wrapped(const std::string& text, std::size_t column) {
  std::string out;
  std::size_t at = column;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::size_t size = end - begin;
    if (at > column && at + 1 + size > kHelpWidth) {
      out += '\n' + std::string(column, ' ');
      at = column;
    } else if (at > column) {
      out += ' ';
      ++at;
    }
    out.append(text, begin, size);
    at += size;
    begin = end + 1;
  }
  return out;
}

std::string entry_text(const std::string& left, const std::string& right) {
  std::string line = "  " + left;
  if (line.size() + 2 > kHelpColumn) {
    line += '\n' + std::string(kHelpColumn, ' ');
  } else {
    line.resize(kHelpColumn, ' ');
  }
  return line + wrapped(right, kHelpColumn) + '\n';
}

std::string long_name(const std::string& names) {
  const std::size_t dashes = names.find("--");
  return dashes == std::string::npos ? names : names.substr(dashes);
}

}  // namespace

CommandLine::CommandLine(std::string name, std::string purpose)
    : name_(std::move(name)), purpose_(std::move(purpose)) {}

void CommandLine::flag(std::string names, std::string value_name, Target target, std::string help) {
  flag(std::move(names), std::move(value_name), target, std::move(help), target_text(target));
}

void CommandLine::flag(std::string names, std::string value_name, Target target, std::string help,
                       std::string default_text) {
  flags_.push_back({std::move(names), std::move(value_name), target, std::move(help),
                    std::move(default_text), heading_});
}

void CommandLine::positional(std::string name, Target target, std::string help, bool is_required) {
  positionals_.push_back({std::move(name), target, std::move(help), is_required});
}

void CommandLine::heading(std::string title) {
  heading_ = std::move(title);
}

void CommandLine::example(std::string command, std::string meaning) {
  examples_.emplace_back(std::move(command), std::move(meaning));
}

std::string CommandLine::usage() const {
  std::string line = "Usage: logpond " + name_;
  for (const Positional& place : positionals_) {
    const bool is_list = std::holds_alternative<std::vector<std::string>*>(place.target);
    const std::string shown = place.name + (is_list ? " ..." : "");
    line += place.is_required ? " " + shown : " [" + shown + "]";
  }
  return line + " [flags]\n";
}

std::string CommandLine::help() const {
  std::string text = wrapped(purpose_, 0) + "\n\n" + usage();
  if (!positionals_.empty()) text += "\nArguments:\n";
  for (const Positional& place : positionals_) text += entry_text(place.name, place.help);
  std::vector<std::string> headings;
  for (const Flag& flag : flags_) {
    if (std::find(headings.begin(), headings.end(), flag.heading) == headings.end()) {
      headings.push_back(flag.heading);
    }
  }
  for (const std::string& title : headings) {
    text += '\n' + title + ":\n";
    for (const Flag& flag : flags_) {
      if (flag.heading != title) continue;
      const std::string left =
          flag.value_name.empty() ? flag.names : flag.names + " " + flag.value_name;
      const std::string shown = flag.default_text.empty()
                                    ? flag.help
                                    : flag.help + " (default " + flag.default_text + ")";
      text += entry_text(left, shown);
    }
  }
  text += (headings.empty() ? "\nFlags:\n" : "") + entry_text("-h,--help", "Shows this text");
  if (!examples_.empty()) text += "\nExamples:\n";
  for (const auto& [command, meaning] : examples_) {
    text += "  # " + meaning + "\n  " + command + '\n';
  }
  return text;
}

std::vector<std::string> CommandLine::long_names() const {
  std::vector<std::string> names{"--help"};
  for (const Flag& flag : flags_) names.push_back(long_name(flag.names));
  return names;
}

std::string CommandLine::unknown_text(const std::string& argument) const {
  if (!argument.starts_with("-") || argument.size() < 2) {
    return "unexpected argument \"" + argument + "\"";
  }
  const std::string name = argument.substr(0, argument.find('='));
  return "unknown flag \"" + name + "\"" + config::did_you_mean(name, long_names());
}

int CommandLine::wrong_usage(std::string_view sentence) const {
  print_to(stderr, "logpond " + name_ + ": " + std::string(sentence) + "\nSee logpond " + name_ +
                       " --help.\n");
  return kWrongUsage;
}

std::optional<int> CommandLine::parse(const Arguments& arguments) {
  CLI::App app;
  app.set_help_flag("");
  bool wants_help = false;
  app.add_flag("-h,--help", wants_help);
  for (const Flag& flag : flags_) {
    if (auto* const* truth = std::get_if<bool*>(&flag.target)) {
      app.add_flag(flag.names, **truth);
    } else if (auto* const* text = std::get_if<std::string*>(&flag.target)) {
      app.add_option(flag.names, **text)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    } else if (auto* const* number = std::get_if<std::int64_t*>(&flag.target)) {
      app.add_option(flag.names, **number)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    } else {
      app.add_option(flag.names, *std::get<std::vector<std::string>*>(flag.target))
          ->allow_extra_args(false);
    }
  }
  for (const Positional& place : positionals_) {
    if (auto* const* text = std::get_if<std::string*>(&place.target)) {
      app.add_option(place.name, **text);
    } else {
      app.add_option(place.name, *std::get<std::vector<std::string>*>(place.target));
    }
  }
  app.allow_extras();
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::Error& error) {
    return wrong_usage(error.what());
  }
  if (wants_help) {
    print_to(stdout, help());
    return kDone;
  }
  if (const auto extras = app.remaining(); !extras.empty())
    return wrong_usage(unknown_text(extras.front()));
  for (const Positional& place : positionals_) {
    if (place.is_required && app[place.name]->count() == 0) {
      return wrong_usage(place.name + " is missing: " + place.help);
    }
  }
  return std::nullopt;
}

int failed(std::string_view name, std::string_view sentence) {
  print_to(stderr, "logpond " + std::string(name) + ": " + std::string(sentence) + "\n");
  return kFailed;
}

}  // namespace logpond::cli
