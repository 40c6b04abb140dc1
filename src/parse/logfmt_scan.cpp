#include "parse/logfmt_scan.h"

#include <array>

#include "parse/json_scan.h"
#include "parse/label_key.h"

namespace logpond::parse {

namespace {

/// Bytes that end a key or an unquoted value.
constexpr std::array<bool, 256> make_marks() {
  std::array<bool, 256> marks{};
  for (std::size_t c = 0; c <= ' '; ++c) marks[c] = true;
  marks['='] = true;
  marks['"'] = true;
  return marks;
}
constexpr std::array<bool, 256> kMarks = make_marks();

bool is_blank(char c) {
  return static_cast<unsigned char>(c) <= ' ';
}

std::size_t find_mark(std::string_view text, std::size_t place) {
  while (place < text.size() && !kMarks[static_cast<unsigned char>(text[place])]) ++place;
  return place;
}

}  // namespace

LogfmtScanner::LogfmtScanner(std::string_view line)
    : line_(line), has_marks_(has_replacement_mark(line)) {}

LogfmtScanner::Step LogfmtScanner::next() {
  if (skipping_) {
    while (place_ < line_.size() && !is_blank(line_[place_])) ++place_;
    skipping_ = false;
  }
  while (place_ < line_.size() && is_blank(line_[place_])) ++place_;
  if (place_ == line_.size()) return Step::kEnd;
  const std::size_t begin = place_;
  value_ = {};
  value_has_escape_ = false;
  place_ = find_mark(line_, place_);
  key_ = line_.substr(begin, place_ - begin);
  const bool at_end = place_ == line_.size();
  if (!at_end && line_[place_] == '"') return skip_bad(Problem::kUnexpectedQuote);
  if (key_.empty()) return skip_bad(Problem::kUnexpectedEquals);
  if (has_marks_ && has_replacement_mark(key_)) return skip_bad(Problem::kInvalidKey);
  if (at_end || line_[place_] != '=') return Step::kPair;
  ++place_;
  return read_value();
}

LogfmtScanner::Step LogfmtScanner::read_value() {
  if (place_ == line_.size()) return Step::kPair;
  if (line_[place_] == '"') return read_quoted();
  const std::size_t begin = place_;
  place_ = find_mark(line_, place_);
  if (place_ < line_.size() && !is_blank(line_[place_])) {
    return skip_bad(line_[place_] == '=' ? Problem::kUnexpectedEquals : Problem::kUnexpectedQuote);
  }
  value_ = line_.substr(begin, place_ - begin);
  return Step::kPair;
}

LogfmtScanner::Step LogfmtScanner::read_quoted() {
  const JsonString string = scan_json_string(line_, place_ + 1);
  if (string.end == kNoPlace) {
    place_ = line_.size();
    problem_ = Problem::kUnterminated;
    return Step::kBad;
  }
  value_ = line_.substr(place_ + 1, string.end - place_ - 1);
  value_has_escape_ = string.has_escape;
  place_ = string.end + 1;
  return Step::kPair;
}

LogfmtScanner::Step LogfmtScanner::skip_bad(Problem problem) {
  problem_ = problem;
  skipping_ = true;
  return Step::kBad;
}

}  // namespace logpond::parse
