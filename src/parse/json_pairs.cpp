// One pass over the line. Loki looks for the end of a nested object before it reads its members, so
// that an object that is not closed gives nothing at all; we read on, and take the members back
// when the object turns out not to be closed.
#include "parse/json_pairs.h"

#include "parse/label_key.h"

namespace logpond::parse {

std::string_view json_string_text(const JsonValue& string, bool has_marks, TextArena& arena) {
  const std::string_view inside = string.text;
  if (!string.has_escape && !has_marks) return inside;
  char* const text = arena.allocate(inside.size());
  std::size_t size = inside.size();
  if (string.has_escape) {
    size = unescape_json(inside, EscapeRules::kJson, text);
    if (size == kNoPlace) size = 0;
  } else {
    inside.copy(text, size);
  }
  size = blank_out_replacement_marks(text, size);
  arena.shrink_last(inside.size(), size);
  return {text, size};
}

PairsResult JsonPairs::parse(std::string_view line) {
  line_ = line;
  has_marks_ = has_replacement_mark(line);
  prefix_.clear();
  list_.start();
  std::size_t place = skip_json_blanks(line, 0);
  if (place == kNoPlace || line[place] != '{') return {false, json_error::kObject};
  const std::string_view error = read_object(place, 0);
  return {error.empty(), error};
}

/// `place` is at the opening brace, and after the closing one when there is no error.
std::string_view JsonPairs::read_object(std::size_t& place, int depth) {
  place = skip_json_blanks(line_, place + 1);
  if (place == kNoPlace) return json_error::kMalformed;
  while (line_[place] != '}') {
    if (const std::string_view error = read_member(place, depth); !error.empty()) return error;
    place = skip_json_blanks(line_, place);
    if (place == kNoPlace) return json_error::kArray;
    if (line_[place] == '}') break;
    if (line_[place] != ',') return json_error::kObject;
    place = skip_json_blanks(line_, place + 1);
    if (place == kNoPlace) return json_error::kArray;
  }
  ++place;
  return {};
}

std::string_view JsonPairs::read_member(std::size_t& place, int depth) {
  std::string_view key;
  if (const std::string_view error = read_key(place, key); !error.empty()) return error;
  place = skip_json_blanks(line_, place);
  if (place == kNoPlace) return json_error::kMalformed;
  if (line_[place] == '{' && depth + 1 < kJsonDepthMax) return read_nested(place, depth, key);
  const JsonValue value = scan_json_value(line_, place);
  if (!value.error.empty()) return value.error;
  add(key, value);
  place = value.end;
  return {};
}

std::string_view JsonPairs::read_nested(std::size_t& place, int depth, std::string_view key) {
  const std::size_t pairs_before = list_.pairs().size();
  const std::size_t prefix_before = prefix_.size();
  const std::size_t begin = place;
  if (!prefix_.empty()) prefix_ += '_';
  const std::size_t joint = prefix_.size();
  append_label_key(prefix_, key);
  if (prefix_.size() == joint) prefix_.resize(prefix_before);
  const std::string_view error = read_object(place, depth + 1);
  prefix_.resize(prefix_before);
  // Only the outermost object decides: when it is closed, so are those inside.
  if (!error.empty() && depth == 0 && scan_json_block(line_, begin) == kNoPlace) {
    list_.cut(pairs_before);
    return json_error::kObject;
  }
  return error;
}

/// From the opening quote of a key to after its colon.
std::string_view JsonPairs::read_key(std::size_t& place, std::string_view& key) {
  if (line_[place] != '"') return json_error::kObject;
  const JsonString string = scan_json_string(line_, place + 1);
  if (string.end == kNoPlace) return json_error::kMalformed;
  key = line_.substr(place + 1, string.end - place - 1);
  if (string.has_escape) {
    key_.resize(key.size());
    const std::size_t size = unescape_json(key, EscapeRules::kJson, key_.data());
    if (size == kNoPlace) return json_error::kKeyEscape;
    key = std::string_view(key_).substr(0, size);
  }
  place = skip_json_blanks(line_, string.end + 1);
  if (place == kNoPlace || line_[place] != ':') return json_error::kMalformed;
  ++place;
  return {};
}

void JsonPairs::add(std::string_view key, const JsonValue& value) {
  const bool scalar = value.kind == JsonKind::kString || value.kind == JsonKind::kNumber ||
                      value.kind == JsonKind::kBool;
  if (!scalar) return;
  std::string_view name = name_of(key);
  if (name.empty() || name.size() > kJsonNameBytesMax || list_.has(name)) return;
  if (name.data() == key_.data()) name = list_.arena().copy(name);
  const std::string_view text = value.kind == JsonKind::kString
                                    ? json_string_text(value, has_marks_, list_.arena())
                                    : value.text;
  list_.add(name, text);
}

/// The label name of `key` here: a piece of the line, or of scratch space that the next call
/// reuses.
std::string_view JsonPairs::name_of(std::string_view key) {
  const bool key_in_scratch = key.data() == key_.data();
  if (prefix_.empty() && !key_in_scratch && is_clean_key(key)) return key;
  const std::size_t before = prefix_.size();
  if (before > kJsonNameBytesMax) return {};
  if (before != 0) prefix_ += '_';
  const std::size_t joint = prefix_.size();
  append_label_key(prefix_, key);
  if (prefix_.size() == joint) prefix_.resize(before);
  key_.assign(prefix_);
  prefix_.resize(before);
  return key_;
}

}  // namespace logpond::parse
