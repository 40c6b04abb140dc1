#include "parse/json_path.h"

#include <charconv>
#include <utility>

#include "codec/unicode.h"
#include "parse/json_pairs.h"
#include "parse/label_key.h"

namespace logpond::parse {

namespace {

constexpr std::size_t kStepsMax = 128;
constexpr std::size_t kRoot = 0;
constexpr std::size_t kNoNode = static_cast<std::size_t>(-1);

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_field_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// Reads a path token by token; `error_` holds the first mistake.
class PathReader {
 public:
  explicit PathReader(std::string_view path) : path_(path), rest_(path) {}

  Result<std::vector<JsonPathStep>> read() {
    bool wants_field = true;  // at the begin and after a dot
    bool after_dot = false;
    for (skip_blanks(); !rest_.empty(); skip_blanks()) {
      const char c = rest_.front();
      if (c == '[' && !after_dot) {
        LOGPOND_CHECK_OK(read_bracket());
        wants_field = false;
      } else if (is_field_start(c) && wants_field) {
        read_field();
        wants_field = after_dot = false;
      } else if (c == '.' && !wants_field) {
        rest_.remove_prefix(1);
        wants_field = after_dot = true;
      } else {
        return unexpected();
      }
      if (steps_.size() > kStepsMax) return fail_with("more than 128 steps");
    }
    if (wants_field) return fail_with("syntax error: unexpected $end");
    return std::move(steps_);
  }

 private:
  void skip_blanks() {
    while (!rest_.empty() &&
           (rest_.front() == ' ' || rest_.front() == '\t' || rest_.front() == '\n')) {
      rest_.remove_prefix(1);
    }
  }

  void read_field() {
    std::size_t size = 1;
    while (size < rest_.size() && (is_field_start(rest_[size]) || is_digit(rest_[size]))) ++size;
    steps_.emplace_back(std::string(rest_.substr(0, size)));
    rest_.remove_prefix(size);
  }

  Status read_bracket() {
    rest_.remove_prefix(1);
    skip_blanks();
    if (rest_.empty()) return fail_with("syntax error: unexpected $end");
    if (rest_.front() == '"') {
      LOGPOND_CHECK_OK(read_quoted());
    } else if (is_digit(rest_.front())) {
      LOGPOND_CHECK_OK(read_number());
    } else {
      return unexpected();
    }
    skip_blanks();
    if (rest_.empty()) return fail_with("syntax error: unexpected $end, expecting RSB");
    if (rest_.front() != ']') return unexpected();
    rest_.remove_prefix(1);
    return {};
  }

  Status read_quoted() {
    const std::size_t end = rest_.find('"', 1);
    if (end == std::string_view::npos)
      return fail_with("syntax error: unexpected $end, expecting RSB");
    steps_.emplace_back(std::string(rest_.substr(1, end - 1)));
    rest_.remove_prefix(end + 1);
    return {};
  }

  Status read_number() {
    std::size_t number = 0;
    const auto end = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    const std::size_t size = static_cast<std::size_t>(end.ptr - rest_.data());
    if (end.ec != std::errc()) return fail_with("array index is out of range");
    rest_.remove_prefix(size);
    if (!rest_.empty() && rest_.front() == '.') return fail_with("cannot use float as array index");
    steps_.emplace_back(number);
    return {};
  }

  tl::unexpected<Error> unexpected() const {
    std::string reason = "unexpected char ";
    reason += rest_.substr(0, codec::decode_utf8(rest_).size);
    return fail_with(reason);
  }
  tl::unexpected<Error> fail_with(std::string_view reason) const {
    std::string text = "cannot parse expression [";
    text.append(path_).append("]: ").append(reason);
    return fail(ErrorCode::kInvalidArgument, std::move(text));
  }

  std::string_view path_;
  std::string_view rest_;
  std::vector<JsonPathStep> steps_;
};

}  // namespace

Result<std::vector<JsonPathStep>> parse_json_path(std::string_view path) {
  return PathReader(path).read();
}

Result<JsonExtractor> JsonExtractor::compile(std::vector<Extraction> extractions) {
  JsonExtractor extractor;
  extractor.nodes_.emplace_back();
  for (std::size_t i = 0; i < extractions.size(); ++i) {
    LOGPOND_TRY(const std::vector<JsonPathStep> path, parse_json_path(extractions[i].expression));
    extractor.insert(path, i);
  }
  extractor.extractions_ = std::move(extractions);
  return extractor;
}

void JsonExtractor::insert(const std::vector<JsonPathStep>& path, std::size_t extraction) {
  std::size_t node = kRoot;
  for (const JsonPathStep& step : path) {
    const auto* const name = std::get_if<std::string>(&step);
    std::size_t next = name != nullptr ? child_named(node, *name)
                                       : child_numbered(node, std::get<std::size_t>(step));
    if (next == kNoNode) {
      next = nodes_.size();
      nodes_.push_back({.step = step, .children = {}, .outputs = {}});
      nodes_[node].children.push_back(next);
    }
    node = next;
  }
  nodes_[node].outputs.push_back(extraction);
}

std::size_t JsonExtractor::child_named(std::size_t node, std::string_view key) const {
  for (const std::size_t child : nodes_[node].children) {
    const auto* const name = std::get_if<std::string>(&nodes_[child].step);
    if (name != nullptr && *name == key) return child;
  }
  return kNoNode;
}

std::size_t JsonExtractor::child_numbered(std::size_t node, std::size_t number) const {
  for (const std::size_t child : nodes_[node].children) {
    const auto* const index = std::get_if<std::size_t>(&nodes_[child].step);
    if (index != nullptr && *index == number) return child;
  }
  return kNoNode;
}

PairsResult JsonExtractor::parse(std::string_view line) {
  pairs_.clear();
  arena_.reset();
  if (line.empty()) return {};
  if (line.front() != '{' && line.front() != '[' && line.front() != '"') return {false, {}};
  line_ = line;
  has_marks_ = has_replacement_mark(line);
  for (const Extraction& extraction : extractions_) pairs_.push_back({extraction.label, {}});
  found_.assign(extractions_.size(), false);
  std::size_t place = 0;
  walk_value(place, kRoot);
  return {};
}

/// Reads the value at `place` and moves behind it; false ends the search, for the text is broken.
bool JsonExtractor::walk_value(std::size_t& place, std::size_t node) {
  const bool inner = !nodes_[node].children.empty();
  std::size_t end = kNoPlace;
  if (!inner || !nodes_[node].outputs.empty()) {
    const JsonValue value = scan_json_value(line_, place);
    if (!value.error.empty()) return false;
    put(nodes_[node], value);
    end = value.end;
  }
  if (inner && line_[place] == '{') {
    if (!walk_object(place, node)) return false;
  } else if (inner && line_[place] == '[') {
    if (!walk_array(place, node)) return false;
  } else if (end == kNoPlace) {
    const JsonValue value = scan_json_value(line_, place);
    if (!value.error.empty()) return false;
    end = value.end;
  }
  if (end != kNoPlace) place = end;
  return true;
}

bool JsonExtractor::walk_object(std::size_t& place, std::size_t node) {
  place = skip_json_blanks(line_, place + 1);
  while (place != kNoPlace && line_[place] == '"') {
    const JsonString string = scan_json_string(line_, place + 1);
    if (string.end == kNoPlace) return false;
    std::string_view key = line_.substr(place + 1, string.end - place - 1);
    if (string.has_escape) {
      key_.resize(key.size());
      const std::size_t size = unescape_json(key, EscapeRules::kJson, key_.data());
      if (size == kNoPlace) return false;
      key = std::string_view(key_).substr(0, size);
    }
    place = skip_json_blanks(line_, string.end + 1);
    if (place == kNoPlace || line_[place] != ':') return false;
    place = skip_json_blanks(line_, place + 1);
    if (place == kNoPlace) return false;
    if (const std::size_t child = child_named(node, key); child != kNoNode) {
      if (!walk_value(place, child)) return false;
    } else {
      const JsonValue value = scan_json_value(line_, place);
      if (!value.error.empty()) return false;
      place = value.end;
    }
    place = skip_json_blanks(line_, place);
    if (place == kNoPlace || line_[place] != ',') break;
    place = skip_json_blanks(line_, place + 1);
  }
  if (place == kNoPlace || line_[place] != '}') return false;
  ++place;
  return true;
}

bool JsonExtractor::walk_array(std::size_t& place, std::size_t node) {
  place = skip_json_blanks(line_, place + 1);
  for (std::size_t number = 0; place != kNoPlace && line_[place] != ']'; ++number) {
    const std::size_t child = child_numbered(node, number);
    if (child != kNoNode) {
      if (!walk_value(place, child)) return false;
    } else {
      const JsonValue value = scan_json_value(line_, place);
      if (!value.error.empty()) return false;
      place = value.end;
    }
    place = skip_json_blanks(line_, place);
    if (place == kNoPlace || line_[place] != ',') break;
    place = skip_json_blanks(line_, place + 1);
  }
  if (place == kNoPlace || line_[place] != ']') return false;
  ++place;
  return true;
}

void JsonExtractor::put(const Node& node, const JsonValue& value) {
  if (node.outputs.empty()) return;
  std::string_view text = value.text;
  if (value.kind == JsonKind::kNull) text = {};
  if (value.kind == JsonKind::kString) {
    text = json_string_text(value, has_marks_, arena_);
  }
  for (const std::size_t output : node.outputs) {
    if (!found_[output]) pairs_[output].value = text;
    found_[output] = true;
  }
}

}  // namespace logpond::parse
