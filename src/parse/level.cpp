#include "parse/level.h"

#include <algorithm>
#include <iterator>

#include "parse/json_scan.h"
#include "parse/level_keywords.h"
#include "parse/logfmt_scan.h"

namespace logpond::parse {

namespace {

/// Objects of a JSON line in which a level is looked for: the line's own and those in it.
constexpr int kJsonLevelDepth = 2;

constexpr std::size_t kNoRank = std::size(kFoldedLevelNames);

char folded(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool equals_folded(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(),
                                                   [](char a, char b) { return folded(a) == b; });
}

/// All level names end in l, y or t: most keys are out after one look.
bool may_end_level_name(char c) {
  c = folded(c);
  return c == 'l' || c == 'y' || c == 't';
}

std::size_t rank_of(std::string_view key) {
  if (key.empty() || !may_end_level_name(key.back())) return kNoRank;
  for (std::size_t rank = 0; rank < kNoRank; ++rank) {
    if (equals_folded(key, kFoldedLevelNames[rank])) return rank;
  }
  return kNoRank;
}

/// The severity that a level member's value names, in Loki's words only: `notice` or `5` are none.
Severity severity_of_value(std::string_view value) {
  constexpr struct {
    std::string_view word;
    Severity severity;
  } kWords[] = {{"info", Severity::kInfo},   {"error", Severity::kError},
                {"warn", Severity::kWarn},   {"debug", Severity::kDebug},
                {"trace", Severity::kTrace}, {"warning", Severity::kWarn},
                {"fatal", Severity::kFatal}, {"err", Severity::kError},
                {"inf", Severity::kInfo},    {"critical", Severity::kCritical},
                {"wrn", Severity::kWarn},    {"dbg", Severity::kDebug},
                {"trc", Severity::kTrace},   {"information", Severity::kInfo}};
  if (value.size() < 3) return Severity::kUnknown;
  for (const auto& known : kWords) {
    if (equals_folded(value, known.word)) return known.severity;
  }
  return Severity::kUnknown;
}

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/// Begins with `{` and ends with `}`, blanks aside.
bool looks_like_json(std::string_view line) {
  std::size_t begin = 0;
  while (begin < line.size() && is_blank(line[begin])) ++begin;
  if (begin == line.size() || line[begin] != '{') return false;
  std::size_t end = line.size();
  while (is_blank(line[end - 1])) --end;
  return line[end - 1] == '}';
}

enum class Walk { kGoOn, kStop };

/// Looks for a level member in the object at `place`, in document order, and moves behind the
/// object. kStop: `value` is found, or the text is broken.
Walk walk_json(std::string_view line, std::size_t& place, int depth, std::string_view& value) {
  place = skip_json_blanks(line, place + 1);
  while (place != kNoPlace && line[place] == '"') {
    const JsonString key = scan_json_string(line, place + 1);
    if (key.end == kNoPlace) return Walk::kStop;
    const std::string_view name = line.substr(place + 1, key.end - place - 1);
    place = skip_json_blanks(line, key.end + 1);
    if (place == kNoPlace || line[place] != ':') return Walk::kStop;
    place = skip_json_blanks(line, place + 1);
    if (place == kNoPlace) return Walk::kStop;
    if (line[place] == '{' && depth + 1 < kJsonLevelDepth) {
      if (walk_json(line, place, depth + 1, value) == Walk::kStop) return Walk::kStop;
    } else {
      const JsonValue member = scan_json_value(line, place);
      if (!member.error.empty()) return Walk::kStop;
      if (member.kind == JsonKind::kString && is_level_name(name)) {
        value = member.text;
        return Walk::kStop;
      }
      place = member.end;
    }
    place = skip_json_blanks(line, place);
    if (place == kNoPlace || line[place] != ',') break;
    place = skip_json_blanks(line, place + 1);
  }
  if (place == kNoPlace || line[place] != '}') return Walk::kStop;
  ++place;
  return Walk::kGoOn;
}

std::string_view json_level(std::string_view line) {
  std::size_t place = line.find('{');
  std::string_view value;
  walk_json(line, place, 0, value);
  return value;
}

std::string_view logfmt_level(std::string_view line) {
  LogfmtScanner scanner(line);
  std::string_view value;
  std::size_t best = kNoRank;
  for (auto step = scanner.next(); step == LogfmtScanner::Step::kPair; step = scanner.next()) {
    const std::size_t rank = rank_of(scanner.key());
    if (rank >= best) continue;
    best = rank;
    value = scanner.value();
    if (best == 0) break;
  }
  return value;
}

DetectedLevel member_level(std::string_view line) {
  const std::string_view value = looks_like_json(line) ? json_level(line) : logfmt_level(line);
  const Severity severity = severity_of_value(value);
  return severity == Severity::kUnknown ? DetectedLevel{} : DetectedLevel{severity, value};
}

}  // namespace

bool is_level_name(std::string_view name) {
  constexpr std::string_view kNames[] = {"level",     "LEVEL",         "Level",    "log.level",
                                         "severity",  "SEVERITY",      "Severity", "SeverityText",
                                         "lvl",       "LVL",           "Lvl",      "severity_text",
                                         "err_level", "detected_level"};
  if (name.empty() || !may_end_level_name(name.back())) return false;
  return std::ranges::find(kNames, name) != std::end(kNames);
}

DetectedLevel detect_level(std::string_view line) {
  return find_level(line, member_level);
}

}  // namespace logpond::parse
