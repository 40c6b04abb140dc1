#include "api/jsonline/line_parser.h"

#include "api/json_strings.h"

namespace logpond::api::jsonline {

std::string_view LineParser::parse(std::string_view line) {
  at_ = line.data();
  end_ = at_ + line.size();
  error_ = {};
  path_.clear();
  skip_space();
  if (!take('{')) return "not a JSON object";
  if (!read_object(0)) return error_;
  skip_space();
  return at_ == end_ ? std::string_view() : "text after the object";
}

void LineParser::skip_space() {
  while (at_ < end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r' || *at_ == '\n')) ++at_;
}

bool LineParser::take(char c) {
  if (at_ >= end_ || *at_ != c) return false;
  ++at_;
  return true;
}

bool LineParser::wrong(std::string_view why) {
  error_ = why;
  return false;
}

/// Behind an item: a comma (more to come) or `close`.
bool LineParser::next_item(char close, bool& more) {
  skip_space();
  more = take(',');
  if (more) {
    skip_space();
    return true;
  }
  return take(close) || wrong(at_ >= end_ ? "cut short" : "a comma or closing bracket is missing");
}

bool LineParser::read_object(std::size_t depth) {
  if (depth >= kDepthMax) return wrong("nested too deeply");
  const std::size_t prefix = path_.size();
  skip_space();
  if (take('}')) return true;
  for (bool more = true; more;) {
    if (!read_member(depth, prefix) || !next_item('}', more)) return false;
  }
  path_.resize(prefix);
  return true;
}

bool LineParser::read_member(std::size_t depth, std::size_t prefix) {
  if (!take('"')) return wrong("a name must be a string");
  const RawString key = scan_json_string(at_, end_);
  if (!key.closed || key.has_control) return wrong("a name is cut short");
  at_ += key.text.size() + 1;
  path_.resize(prefix);
  if (depth != 0) path_.push_back('.');
  if (!unescape_json(key.text, path_)) return wrong("a name has a bad escape");
  skip_space();
  if (!take(':')) return wrong("a colon is missing");
  skip_space();
  return read_value(depth);
}

bool LineParser::read_value(std::size_t depth) {
  if (at_ >= end_) return wrong("cut short");
  if (*at_ == '"') return read_string();
  if (take('{')) return read_object(depth + 1);
  if (*at_ == '[') {
    const char* const begin = at_;
    if (!check_value(depth + 1)) return false;
    add({begin, static_cast<std::size_t>(at_ - begin)}, FieldKind::kJson);
    return true;
  }
  return read_bare();
}

void LineParser::add(std::string_view value, FieldKind kind) {
  Name* const name = names_.find(path_);
  if (name != nullptr) (void)builder_.add(*name, value, kind);
}

bool LineParser::read_string() {
  const RawString found = scan_json_string(at_ + 1, end_);
  if (!found.closed || found.has_control) return wrong("a string is cut short");
  at_ += found.text.size() + 2;
  if (!found.has_escapes) {
    add(found.text, FieldKind::kString);
    return true;
  }
  const std::size_t start = scratch_.size();
  if (!unescape_json(found.text, scratch_)) return wrong("a string has a bad escape");
  add(std::string_view(scratch_).substr(start), FieldKind::kString);
  return true;
}

std::string_view LineParser::take_bare() {
  const char* const begin = at_;
  while (at_ < end_ && *at_ != ',' && *at_ != '}' && *at_ != ']' && *at_ != ' ' && *at_ != '\t' &&
         *at_ != '\r' && *at_ != '\n') {
    ++at_;
  }
  return {begin, static_cast<std::size_t>(at_ - begin)};
}

bool LineParser::read_bare() {
  const std::string_view text = take_bare();
  if (text == "null") {
    add({}, FieldKind::kString);
  } else if (text == "true" || text == "false") {
    add(text, FieldKind::kBool);
  } else if (is_json_number(text)) {
    add(text, FieldKind::kNumber);
  } else {
    return wrong("a value is neither string, number, true, false nor null");
  }
  return true;
}

bool LineParser::check_value(std::size_t depth) {
  if (depth >= kDepthMax) return wrong("nested too deeply");
  if (at_ >= end_) return wrong("cut short");
  if (*at_ == '"') return check_string();
  if (take('[')) return check_array(depth);
  if (take('{')) return check_object(depth);
  return check_bare();
}

bool LineParser::check_array(std::size_t depth) {
  skip_space();
  if (take(']')) return true;
  for (bool more = true; more;) {
    if (!check_value(depth + 1) || !next_item(']', more)) return false;
  }
  return true;
}

bool LineParser::check_object(std::size_t depth) {
  skip_space();
  if (take('}')) return true;
  for (bool more = true; more;) {
    if (at_ >= end_ || *at_ != '"') return wrong("a name must be a string");
    if (!check_string()) return false;
    skip_space();
    if (!take(':')) return wrong("a colon is missing");
    skip_space();
    if (!check_value(depth + 1) || !next_item('}', more)) return false;
  }
  return true;
}

bool LineParser::check_string() {
  const RawString found = scan_json_string(at_ + 1, end_);
  if (!found.closed || found.has_control) return wrong("a string is cut short");
  at_ += found.text.size() + 2;
  if (!found.has_escapes) return true;
  const std::size_t start = scratch_.size();
  const bool ok = unescape_json(found.text, scratch_);
  scratch_.resize(start);
  return ok || wrong("a string has a bad escape");
}

bool LineParser::check_bare() {
  const std::string_view text = take_bare();
  return text == "null" || text == "true" || text == "false" || is_json_number(text) ||
         wrong("a value is neither string, number, true, false nor null");
}

}  // namespace logpond::api::jsonline
