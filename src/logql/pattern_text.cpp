#include "logql/pattern_text.h"

#include "codec/line_filter.h"

namespace logpond::logql {
namespace {

bool is_name_byte(char c, bool first) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (!first && c >= '0' && c <= '9');
}

/// Bytes of the `<name>` that `text` begins with; 0 when it begins with none.
std::size_t capture_bytes(std::string_view text) {
  if (!text.starts_with('<')) return 0;
  std::size_t i = 1;
  while (i < text.size() && is_name_byte(text[i], i == 1)) ++i;
  return i > 1 && i < text.size() && text[i] == '>' ? i + 1 : 0;
}

}  // namespace

Result<PatternText> PatternText::parse(std::string_view text) {
  PatternText pattern;
  while (!text.empty()) {
    const std::size_t size = capture_bytes(text);
    if (size == 0) {
      if (pattern.parts_.empty() || pattern.parts_.back().is_capture) pattern.parts_.push_back({});
      pattern.parts_.back().text.push_back(text.front());
      text.remove_prefix(1);
      continue;
    }
    std::string name(text.substr(1, size - 2));
    if (!pattern.parts_.empty() && pattern.parts_.back().is_capture) {
      return fail(ErrorCode::kInvalidArgument, "found consecutive capture '<" +
                                                   pattern.parts_.back().text + "><" + name +
                                                   ">': invalid expression");
    }
    if (name != "_") pattern.names_.push_back(name);
    pattern.parts_.push_back({.is_capture = true, .text = std::move(name)});
    text.remove_prefix(size);
  }
  return pattern;
}

bool PatternText::test(std::string_view line) const {
  if (parts_.empty() || line.empty()) return parts_.empty() && line.empty();
  std::size_t place = 0;
  bool after_capture = false;
  for (const Part& part : parts_) {
    if (part.is_capture) {
      after_capture = true;
      continue;
    }
    const std::size_t found = codec::find_literal(line, part.text, place);
    if (found == std::string_view::npos || (after_capture && found == place)) return false;
    place = found + part.text.size();
    after_capture = false;
  }
  return after_capture == (place != line.size());
}

std::size_t PatternText::match(std::string_view line, std::vector<std::string_view>& values) const {
  std::size_t set = 0;
  std::size_t place = 0;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    if (!part.is_capture) {
      if (i == 0) {
        if (!line.starts_with(part.text)) return 0;
        place = part.text.size();
      }
      continue;  // elsewhere the capture before it has found it
    }
    std::size_t end = line.size();
    bool is_last = true;
    if (i + 1 < parts_.size()) {
      const std::size_t found = codec::find_literal(line, parts_[i + 1].text, place);
      is_last = found == std::string_view::npos;
      end = is_last ? line.size() : found;
    }
    if (part.text != "_") values[set++] = line.substr(place, end - place);
    if (is_last) return set;
    place = end + parts_[i + 1].text.size();
  }
  return set;
}

}  // namespace logpond::logql
