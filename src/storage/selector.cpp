#include "storage/selector.h"

#include <algorithm>

#include "codec/varint.h"

namespace logpond::storage {

Result<Matcher> Matcher::create(std::string name, MatchOp op, std::string value) {
  Matcher matcher;
  if (op == MatchOp::kRegex || op == MatchOp::kNotRegex) {
    LOGPOND_TRY(auto regex, codec::Regex::compile(value, codec::Regex::Form::kAnchored));
    matcher.regex_.push_back(std::move(regex));
    // What dashboards put in front of everything; asked of each stream.
    matcher.asks_presence_ = value == ".+";
  }
  matcher.name_ = std::move(name);
  matcher.op_ = op;
  matcher.value_ = std::move(value);
  return matcher;
}

bool Matcher::matches(std::string_view value) const {
  if (asks_presence_) return value.empty() == (op_ == MatchOp::kNotRegex);
  switch (op_) {
    case MatchOp::kEqual:
      return value == value_;
    case MatchOp::kNotEqual:
      return value != value_;
    case MatchOp::kRegex:
      return regex_.front().matches(value);
    case MatchOp::kNotRegex:
      return !regex_.front().matches(value);
  }
  return false;
}

bool Selector::matches(const Labels& labels) const {
  return std::all_of(matchers_.begin(), matchers_.end(),
                     [&](const Matcher& m) { return m.matches(labels.get(m.name())); });
}

std::string Selector::key() const {
  std::string key;
  for (const Matcher& matcher : matchers_) {
    codec::put_bytes(key, matcher.name());
    key.push_back(static_cast<char>(matcher.op()));
    codec::put_bytes(key, matcher.value());
  }
  return key;
}

}  // namespace logpond::storage
