// Level detection as one would write it first: lower the line, look for each keyword in turn.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "parse/level.h"
#include "parse/logfmt_scan.h"

namespace logpond::parse {

inline std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

inline DetectedLevel slow_level_keyword(std::string_view line) {
  const std::string lower = lowered(line);
  const auto in_word = [&](std::size_t i) {
    const auto c = static_cast<unsigned char>(lower[i]);
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '_' || c == 0xAA || c == 0xB5 ||
           c == 0xBA || (c >= 0xC0 && c != 0xD7 && c != 0xF7);
  };
  for (const char* name :
       {"trace", "debug", "fatal", "critical", "error", "err", "warning", "warn", "info"}) {
    const std::string_view word = name;
    const std::size_t at = lower.find(word);
    if (at == std::string::npos || (at > 0 && in_word(at - 1))) continue;
    if (at + word.size() < lower.size() && in_word(at + word.size())) continue;
    return {severity_from_word(word), line.substr(at, word.size())};
  }
  return {};
}

/// A logfmt key's level or else a keyword; nothing for what looks like JSON, whose walk has its own
/// tests.
inline std::optional<DetectedLevel> slow_level(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t\n\v\f\r");
  const std::size_t end = line.find_last_not_of(" \t\n\v\f\r");
  if (begin != std::string_view::npos && line[begin] == '{' && line[end] == '}')
    return std::nullopt;
  std::string_view value;
  std::size_t best = 100;
  LogfmtScanner scanner(line);
  while (scanner.next() == LogfmtScanner::Step::kPair) {
    std::size_t rank = 0;
    for (const char* name : {"level", "log.level", "severity", "severitytext", "lvl",
                             "severity_text", "err_level", "detected_level"}) {
      if (lowered(scanner.key()) == name && rank < best) {
        best = rank;
        value = scanner.value();
      }
      ++rank;
    }
  }
  for (const char* word : {"trace", "trc", "debug", "dbg", "info", "inf", "information", "warn",
                           "wrn", "warning", "error", "err", "critical", "fatal"}) {
    if (lowered(value) == word) return DetectedLevel{severity_from_word(word), value};
  }
  return slow_level_keyword(line);
}

}  // namespace logpond::parse
